"""Cases as rows of an export, and the names of what they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    ColumnElement,
    Double,
    Row,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy import case as when
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.accounts.models import Organization
from app.cases.models import Case
from app.cases.queries.listing import LAMPS
from app.cases.queries.visibility import shown_plainly
from app.cases.rules import END_STATES
from app.catalog.models import FilingCondition, Type
from app.core.auth import Principal
from app.grid.models import Area

_NOW = bindparam("now", type_=Case.due_at.type)
_ZONE = bindparam("zone", type_=Text())
_ANY_ID = any_(bindparam("ids", type_=ARRAY(Uuid(as_uuid=False))))
_AT: Mapping[str, Any] = {
    "opened_at": Case.opened_at,
    "filed_at": Case.filed_at,
    "dispatched_at": Case.dispatched_at,
    "due_at": Case.due_at,
    "handled_at": Case.handled_at,
    "closed_at": Case.closed_at,
}
Instants = Callable[[ColumnElement[Any]], ColumnElement[Any]]


def wall_clock(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """The city's wall clock, as spreadsheets read it: 2026-03-10 10:00:00."""
    return func.to_char(func.timezone(_ZONE, instant), "YYYY-MM-DD HH24:MI:SS")


def serial_day(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """The city's wall clock in days since 1899-12-30, which is what a date is in a workbook."""
    local = cast(func.timezone(_ZONE, instant), TIMESTAMP())
    return cast(func.extract("epoch", func.date_trunc("second", local)) / 86_400 + 25_569, Double)


def utc_text(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """RFC 3339 in UTC, to the second."""
    return func.to_char(func.timezone("UTC", instant), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')


def unix_seconds(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whole seconds since 1970 in UTC."""
    return cast(func.extract("epoch", func.date_trunc("second", instant)), BigInteger)


def case_rows(
    session: Session, ids: Sequence[str], principal: Principal, instants: Instants, values: Mapping[str, Any]
) -> Sequence[Row[Any]]:
    """The cases of these ids in their order, as they stand. `values`: `now`, and `zone` where the instants need it.

    What people wrote is null for whoever reads masked, as in the list.
    """
    wanted = func.unnest(bindparam("ids", type_=ARRAY(Uuid(as_uuid=False)))).table_valued("id", with_ordinality="place")
    wanted = wanted.render_derived(name="wanted")
    query = _select(principal, instants).join(wanted, wanted.c.id == Case.id).order_by(wanted.c.place)
    return session.connection().execute(query, {**values, "ids": list(ids)}).all()


def _select(principal: Principal, instants: Instants) -> Select[*tuple[Any, ...]]:
    plain = shown_plainly(principal)
    return select(
        Case.number,
        Case.state,
        Case.source,
        cast(Case.type_id, Text).label("type_id"),
        cast(Case.condition_id, Text).label("condition_id"),
        when((plain, Case.description)).label("description"),
        Case.filed_cell,
        when((plain, Case.address)).label("address"),
        Case.lon,
        Case.lat,
        cast(Case.lead_id, Text).label("lead_id"),
        *(instants(column).label(name) for name, column in _AT.items()),
        _lamp().label("lamp"),
        Case.reworks,
        Case.returns,
        Case.holds,
        Case.extensions,
        Case.reopens,
        Case.forced,
        Case.supervised,
        Case.rating,
    ).select_from(Case)


def _lamp() -> ColumnElement[Any]:
    """The lamp of the running clock, null where none runs; the same comparisons by which lists are narrowed."""
    none = or_(Case.due_at.is_(None), Case.state.in_(sorted(END_STATES)))
    lamps = [(LAMPS[lamp](_NOW), literal_column(f"'{lamp}'", Text)) for lamp in ("grey", "red", "yellow", "green")]
    return when((none, None), *lamps)


def all_types(session: Session) -> dict[str, tuple[str, str, str, str]]:
    """(scheme, kind, code, name) of every type, by its id."""
    query = select(cast(Type.id, Text), Type.scheme, Type.kind, Type.code, Type.name)
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in session.connection().execute(query)}


def condition_texts(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """What filing conditions say, by their ids."""
    query = select(cast(FilingCondition.id, Text), FilingCondition.text).where(FilingCondition.id == _ANY_ID)
    return {row[0]: row[1] for row in session.connection().execute(query, {"ids": sorted(ids)})}


def organizations(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(code, name) of organisations, by their ids."""
    query = select(cast(Organization.id, Text), Organization.code, Organization.name)
    rows = session.connection().execute(query.where(Organization.id == _ANY_ID), {"ids": sorted(ids)})
    return {row[0]: (row[1], row[2]) for row in rows}


def area_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of areas, also of retired ones, by their codes."""
    query = select(Area.code, Area.name).where(Area.code == any_(bindparam("codes", type_=ARRAY(Text))))
    return {row[0]: row[1] for row in session.connection().execute(query, {"codes": sorted(codes)})}
