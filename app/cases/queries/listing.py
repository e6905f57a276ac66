"""The list of cases: filters, order, keyset pages; one statement whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    UnaryExpression,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    text,
    tuple_,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.accounts.models import Organization
from app.cases.models import Case
from app.cases.queries.visibility import reasons_and_few, shown_plainly
from app.cases.queries.words import begins, contains, says
from app.cases.rules import END_STATES
from app.cases.rules.filters import CaseFilter, Mark, begins_number
from app.catalog.models import Type
from app.core.auth import Principal
from app.grid.models import Area

_LEAD = aliased(Organization, name="lead")
_CELL = aliased(Area, name="cell")
_OPEN = Case.state.notin_(sorted(END_STATES))

_ITEMS = (
    select(
        Case.id,
        Case.number,
        Case.state,
        Case.version,
        Case.source,
        Case.description,
        Case.address,
        Case.lon,
        Case.lat,
        Case.filed_cell,
        Case.current_cell,
        Case.lead_id,
        Case.stage,
        Case.yellow_at,
        Case.due_at,
        Case.paused,
        Case.supervised,
        Case.forced,
        Case.reworks,
        Case.opened_at,
        Case.updated_at,
        Case.closed_at,
        Type.scheme.label("type_scheme"),
        Type.kind.label("type_kind"),
        Type.code.label("type_code"),
        Type.name.label("type_name"),
        _LEAD.code.label("lead_code"),
        _LEAD.name.label("lead_name"),
        _CELL.name.label("cell_name"),
    )
    .select_from(Case)
    .outerjoin(Type, Type.id == Case.type_id)
    .outerjoin(_LEAD, _LEAD.id == Case.lead_id)
    .outerjoin(_CELL, _CELL.code == Case.filed_cell)
)

_NOW = bindparam("now", type_=Case.due_at.type)
_MOST = bindparam("most", type_=Integer())
_WINDOW = bindparam("window", type_=Integer())
_AFTER_AT = bindparam("after_at", type_=Case.opened_at.type)
_AFTER_ID = bindparam("after_id", type_=Case.id.type)


class Search(Enum):
    """Words that are common are found among the first cases in the order; rare ones by the index of words.

    Only what is really there tells which they are: how often a word is said overall says little about one's own cases.
    """

    FIRST = "first"
    EVERY = "every"


WINDOW = 3_000
"""So many of the first cases for each reason to see them are looked through for words."""


class Begin(Enum):
    """Where a page begins: at the start, after a case with the instant that it is sorted by, or after one without."""

    START = "start"
    TIMED = "timed"
    TIMELESS = "timeless"


ORDERS: dict[str, tuple[Any, bool]] = {
    "-opened_at": (Case.opened_at, True),
    "opened_at": (Case.opened_at, False),
    "due_at": (Case.due_at, False),
    "-due_at": (Case.due_at, True),
    "-updated_at": (Case.updated_at, True),
    "updated_at": (Case.updated_at, False),
}


def cases_page(
    session: Session,
    found: CaseFilter,
    principal: Principal,
    *,
    now: datetime,
    limit: int,
    after: tuple[datetime | None, UUID] | None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """``limit + 1`` cases after the cursor, in the filter's order; by deadline, those without a clock come last."""
    values: dict[str, Any] = {"now": now, "most": limit + 1}
    begin = Begin.START
    if after is not None:
        begin = Begin.TIMELESS if after[0] is None else Begin.TIMED
        values |= {"after_at": after[0], "after_id": after[1]}
    connection = session.connection()
    if found.q:
        rows = connection.execute(_page(found, principal, begin, Search.FIRST), values | {"window": WINDOW}).all()
        if len(rows) > limit:
            return rows
    return connection.execute(_page(found, principal, begin, Search.EVERY), values).all()


# Who looks at a list looks again, and pages on: putting the statement together costs as much as carrying it out.
@lru_cache(maxsize=256)
def _page(
    found: CaseFilter, principal: Principal, begin: Begin, search: Search = Search.EVERY
) -> Select[*tuple[Any, ...]]:
    column, descending = ORDERS[found.sort]
    edge, given = tuple_(column, Case.id), tuple_(_AFTER_AT, _AFTER_ID)
    first = found.q is not None and search is Search.FIRST
    parts = [narrowed(replace(found, q=None) if first else found, principal)]
    if begin is Begin.TIMED:
        parts[0].append(edge < given if descending else edge > given)
    if found.sort.endswith("due_at"):
        parts = _by_deadline(found, parts[0], begin, descending=descending)
    order = (column.desc(), Case.id.desc()) if descending else (column, Case.id)
    if first:
        picked: Select[UUID] | CompoundSelect[UUID] = _first(found, principal, parts, order)
    else:
        picked = _picked(principal, parts, unwalked(order) if found.q else order, narrow=bool(found.types))
    query = _ITEMS.add_columns(shown_plainly(principal).label("plain")).where(Case.id.in_(picked))
    return query.order_by(order[0].nulls_last(), order[1]).limit(_MOST)


def _first(
    found: CaseFilter, principal: Principal, parts: Sequence[Sequence[ColumnElement[bool]]], order: Sequence[Any]
) -> Select[UUID]:
    """The ids of those that say it among the first `WINDOW` that are seen for any reason."""
    sorted_by = (order[0].nulls_last(), order[1])
    ways = _picked(principal, parts, order, most=_WINDOW)
    looked_at = select(Case.id).where(Case.id.in_(ways)).order_by(*sorted_by).limit(_WINDOW).subquery()
    said = select(Case.id).join(looked_at, looked_at.c.id == Case.id)
    return said.where(_matches(found.q or "", principal, contains)).order_by(*sorted_by).limit(_MOST)


def _by_deadline(
    found: CaseFilter, clauses: list[ColumnElement[bool]], begin: Begin, *, descending: bool
) -> list[list[ColumnElement[bool]]]:
    """First the cases with a clock, then those without: each part is a stretch of one index, in its order.

    Every open case has a clock. Where only open ones are asked for, those without are not looked for among all that
    were ever closed.
    """
    timed = [*clauses, Case.due_at.is_not(None)]
    if (found.states and END_STATES.isdisjoint(found.states)) or found.lamps:
        return [timed] if begin is not Begin.TIMELESS else [[*timed, false()]]
    base = clauses[:-1] if begin is Begin.TIMED else clauses
    timeless = [*base, Case.due_at.is_(None)]
    if begin is not Begin.TIMELESS:
        return [timed, timeless]
    return [[*timeless, Case.id < _AFTER_ID if descending else Case.id > _AFTER_ID]]


def estimate(
    session: Session, found: CaseFilter, principal: Principal, *, now: datetime, most: int
) -> tuple[int, bool]:
    """How many cases there are, counted up to ``most``; (count, whether it is exact)."""
    picked = _picked(principal, [narrowed(found, principal)], ()).subquery()
    values = {"now": now, "most": most + 1}
    counted: int = session.connection().execute(select(func.count()).select_from(picked), values).scalar_one()
    return min(counted, most), counted <= most


def _picked(
    principal: Principal,
    parts: Sequence[Sequence[ColumnElement[bool]]],
    order: Sequence[Any],
    most: BindParameter[int] = _MOST,
    *,
    narrow: bool = False,
) -> Select[UUID] | CompoundSelect[UUID]:
    """The ids of the first visible cases, each reason for seeing a case looked up by itself.

    Joined by OR, the reasons would be one condition that no index serves: who sees few cases would have all read.
    """
    ways = [
        select(
            select(Case.id)
            .where(reason, *clauses)
            .order_by(*(unwalked(order) if few else order))
            .limit(most)
            .subquery()
            .c.id
        )
        for clauses in parts
        for reason, few in reasons_and_few(principal, narrow=narrow)
    ]
    return ways[0] if len(ways) == 1 else union(*ways)


def unwalked(order: Sequence[Any]) -> tuple[Any, ...]:
    """The same order in words that no index has.

    Where what is looked for may lie anywhere or not be there at all, all that there is must not be walked in the order
    of an index until enough is found, which the planner would take for the shortest way.
    """
    if not order or not isinstance(order[0], UnaryExpression | InstrumentedAttribute):
        return tuple(order)
    first, second = order
    nothing = text("interval '0'")
    if isinstance(first, UnaryExpression):
        return first.element.op("+")(nothing).desc(), second
    return first.op("+")(nothing), second


def narrowed(found: CaseFilter, principal: Principal) -> list[ColumnElement[bool]]:
    """The clauses that hold for the cases which a filter means; `LAMPS` take the parameter `now`."""
    given: list[tuple[Any, Callable[[], ColumnElement[bool]]]] = [
        (found.states, lambda: Case.state.in_(found.states)),
        (found.sources, lambda: Case.source.in_(found.sources)),
        (found.types, lambda: Case.type_id.in_(_ids(found.types) or _types(found.types))),
        (found.area, lambda: Case.filed_cell.startswith(found.area or "", autoescape=True)),
        (found.owner, lambda: _owner(found.owner or "")),
        (found.lamps, lambda: and_(_OPEN, or_(*(LAMPS[lamp](_NOW) for lamp in found.lamps)))),
        (found.bbox, lambda: Case.geom.op("&&")(func.ST_MakeEnvelope(*(found.bbox or ()), 4326))),
        (found.part, lambda: Case.part_code == found.part),
        (found.q, lambda: _matches(found.q or "", principal)),
        (found.since, lambda: Case.opened_at >= found.since),
        (found.until, lambda: Case.opened_at < found.until),
        (found.mark, lambda: MARKS[found.mark or Mark.MINE](principal)),
    ]
    return [clause() for value, clause in given if value]


def _types(wanted: tuple[str, ...]) -> Select[UUID]:
    """A type is named by its code, or exactly as `scheme|kind|code`."""
    exact = Type.scheme + "|" + Type.kind + "|" + Type.code
    return select(Type.id).where(or_(Type.code.in_(wanted), exact.in_(wanted)))


def named(session: Session, found: CaseFilter) -> tuple[CaseFilter, dict[str, list[str]]]:
    """The filter with ids instead of codes, and its values that name nothing there is, by the filter's name.

    With ids the planner knows how many cases there are of them: an owner without any must not have all cases walked.
    What is retired by now is known: cases of it are still there. A statement for each such filter.
    """
    unknown: dict[str, list[str]] = {}
    if found.types:
        exact = Type.scheme + "|" + Type.kind + "|" + Type.code
        rows = session.execute(select(Type.id, Type.code, exact).where(Type.id.in_(_types(found.types)))).all()
        unknown["type"] = sorted(set(found.types) - {value for row in rows for value in row[1:]})
        found = replace(found, types=tuple(sorted(str(row.id) for row in rows)))
    if found.area and session.execute(select(Area.code).where(Area.code == found.area)).first() is None:
        unknown["area"] = [found.area]
    if found.owner:
        owner = session.execute(_owners(found.owner)).scalar()
        unknown["owner"] = [] if owner else [found.owner]
        found = replace(found, owner=str(owner)) if owner else found
    return found, {name: values for name, values in unknown.items() if values}


def unknown_values(session: Session, found: CaseFilter) -> dict[str, list[str]]:
    """Values of the filter that name nothing there is."""
    return named(session, found)[1]


def _ids(values: Sequence[str]) -> list[UUID]:
    """The values as ids, where all are."""
    try:
        return [UUID(value) for value in values]
    except ValueError:
        return []


def _owner(owner: str) -> ColumnElement[bool]:
    ids = _ids([owner])
    return Case.lead_id == (ids[0] if ids else _owners(owner).scalar_subquery())


def _owners(owner: str) -> Select[UUID]:
    found, ids = select(Organization.id), _ids([owner])
    return found.where(Organization.id == ids[0]) if ids else found.where(Organization.code == owner)


def _matches(q: str, principal: Principal, worded: Callable[[str], ColumnElement[bool]] = says) -> ColumnElement[bool]:
    """A number's beginning, or words in the description or address where these may be seen."""
    words = and_(shown_plainly(principal), worded(q))
    return or_(begins(Case.number, q), words) if begins_number(q) else words


# A request says of which kind it is; indexes hold just the cases that wait for a decision.
MARKS: dict[Mark, Callable[[Principal], ColumnElement[bool]]] = {
    Mark.MINE: lambda principal: Case.handler_id == principal.id,
    Mark.SUPERVISED: lambda _: and_(Case.supervised),
    Mark.EXTENSION: lambda _: and_(Case.pending.is_not(None), Case.pending["kind"].astext == "extension"),
    Mark.HOLD: lambda _: and_(Case.pending.is_not(None), Case.pending["kind"].astext == "hold"),
    Mark.APPEAL: lambda _: Case.appeal == "open",
    Mark.RETURNED: lambda _: Case.returns > 0,
}

# Lamps are comparisons with stored instants; both borders belong to the better colour (sla.rules.lamp).
LAMPS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "grey": lambda _now: Case.paused.is_(True),
    "green": lambda now: and_(_OPEN, ~Case.paused, Case.yellow_at >= now),
    "yellow": lambda now: and_(_OPEN, ~Case.paused, Case.yellow_at < now, Case.due_at >= now),
    "red": lambda now: and_(_OPEN, ~Case.paused, Case.due_at < now),
}
