"""Open cases by group: how they stand and how old they are, from the cases as they are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import starmap
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Interval,
    Row,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from app.analysis.rules import AGES, Age, OpenDimension
from app.cases.models import Case
from app.cases.queries.listing import LAMPS, narrowed
from app.cases.queries.visibility import visible
from app.cases.rules import OPEN_STATES, STAGE_OF
from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal
from app.evaluation.queries.figures import BehindRow
from app.evaluation.queries.summing import CLASS_OF, OF_ENTRY

_NOW = bindparam("now", type_=Case.due_at.type)
_OPEN = Case.state.in_(sorted(OPEN_STATES))
_LAMP = case(*((LAMPS[lamp](_NOW), lamp) for lamp in ("grey", "green", "yellow")), else_="red")
# The clock of an open case is that of its state: indexes of open cases know it without their rows.
_STAGE = case(*((Case.state == state.value, stage.value) for state, stage in STAGE_OF.items()))
_KEYS: Mapping[OpenDimension, str] = {
    **{OpenDimension(name.value): key for name, key in OF_ENTRY.items() if name.value in set(OpenDimension)},
    OpenDimension.CLASS: "class_id",
    OpenDimension.STATE: "state",
    OpenDimension.STAGE: "stage",
}
_SHOWN: Mapping[str, str] = {"green": "green", "amber": "yellow", "red": "red", "paused": "grey"}
OpenGroup: TypeAlias = Mapping[OpenDimension, Collection[str] | None]
_age: ColumnElement[Any] = _NOW - literal_column("opened_at", Case.opened_at.type)


def open_groups(
    session: Session, group_by: Sequence[OpenDimension], found: CaseFilter, principal: Principal, now: datetime
) -> Sequence[Row[Any]]:
    """Open cases that the principal sees, counted by group: the values of the dimensions, then counts and ages.

    Shape: after the dimensions come `open`, a count for each lamp and each band of age, `oldest_opened_at` and
           `median_age_s` in seconds of the wall clock.
    """
    keys: list[ColumnElement[Any]] = [literal_column(_KEYS[dimension]) for dimension in group_by]
    classes = f" LEFT JOIN {CLASS_OF}" if OpenDimension.CLASS in group_by else ""
    lamp: ColumnElement[str] = literal_column("lamp")
    counted = (
        func.count().label("open"),
        *(func.count().filter(lamp == shown).label(name) for name, shown in _SHOWN.items()),
        *(func.count().filter(_in_band(age)).label(age.name) for age in AGES),
        func.min(literal_column("opened_at", Case.opened_at.type)).label("oldest_opened_at"),
        func.percentile_cont(0.5).within_group(func.extract("epoch", _age)).label("median_age_s"),
    )
    query = select(*keys, *counted).select_from(text(f"rows{classes}")).add_cte(_rows(found, principal))
    return session.connection().execute(query.group_by(*keys), {"now": now}).all()


def open_cases(
    session: Session, counted: tuple[OpenGroup, str], found: CaseFilter, principal: Principal, now: datetime, most: int
) -> list[BehindRow]:
    """The cases that `counted`, a group and a number of it, counts in `open_groups`, as they were opened.

    Shape: the group has for each dimension the values that fall together, as text, None for cases without any.
    """
    opened = literal_column("opened_at", Case.opened_at.type)
    group, count = counted
    query = select(literal_column("CAST(id AS text)"), literal(0), opened, null().cast(BigInteger))
    query = (
        query.select_from(text("rows"))
        .add_cte(_rows(found, principal))
        .where(_counted(count), *starmap(_in_group, group.items()))
    )
    rows = session.connection().execute(query.order_by(opened, literal_column("id")).limit(most), {"now": now})
    return [tuple(row) for row in rows]


def _in_group(dimension: OpenDimension, values: Collection[str] | None) -> ColumnElement[bool]:
    # A class is given by its types.
    key = _KEYS[OpenDimension.TYPE if dimension is OpenDimension.CLASS else dimension]
    return literal_column(key).is_(None) if values is None else literal_column(f"CAST({key} AS text)").in_(values)


def _counted(count: str) -> ColumnElement[bool]:
    if count in _SHOWN:
        return literal_column("lamp") == _SHOWN[count]
    return next((_in_band(age) for age in AGES if age.name == count), true())


def _rows(found: CaseFilter, principal: Principal) -> Any:
    """Open cases under the names that figures are grouped by."""
    query = select(
        Case.id.label("id"),
        Case.filed_cell.label("cell"),
        Case.lead_id.label("unit_id"),
        Case.type_id.label("type_id"),
        Case.source.label("source"),
        Case.state.label("state"),
        _STAGE.label("stage"),
        _LAMP.label("lamp"),
        Case.opened_at.label("opened_at"),
    )
    return query.where(_OPEN, visible(principal), *narrowed(found, principal)).cte("rows")


def _in_band(age: Age) -> ColumnElement[bool]:
    since = _age >= literal(age.since, Interval())
    return since if age.until is None else since & (_age < literal(age.until, Interval()))
