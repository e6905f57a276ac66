"""The list of cases: filters, order, keyset pages; one statement whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Interval,
    Row,
    Select,
    Subquery,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organization
from app.accounts.rules import Role
from app.cases.models import Case
from app.cases.queries.visibility import shown_plainly
from app.cases.queries.ways import AFTER_ID, Walk, walked, ways_to_see
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


class Search(Enum):
    """Words that are common are found among the first cases in the order; rare ones by the index of words.

    Only what is really there tells which they are: how often a word is said overall says little about one's own cases.
    """

    FIRST = "first"
    EVERY = "every"


WINDOW = 3_000
"""So many of the first cases for each reason to see them are looked through for words."""
OWN_WINDOW = 1_000
"""The same for units and handlers: which of theirs say a word is told by indexes alone."""


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
        rows = connection.execute(
            _page(found, principal, begin, Search.FIRST), values | {"window": _window(principal)}
        ).all()
        if len(rows) > limit:
            return rows
    return connection.execute(_page(found, principal, begin, Search.EVERY), values).all()


def newest_saying(
    session: Session, words: str, principal: Principal, *, limit: int, everywhere: bool
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest visible cases that say these words: among the first `WINDOW`; or everywhere, where the index of words
    finds what is not among those.
    """
    found, values, connection = CaseFilter(q=words), {"most": limit}, session.connection()
    first = _page(found, principal, Begin.START, Search.FIRST)
    rows = connection.execute(first, values | {"window": _window(principal)}).all()
    if len(rows) == limit or not everywhere:
        return rows
    return connection.execute(_page(found, principal, Begin.START, Search.EVERY), values).all()


def _window(principal: Principal) -> int:
    return OWN_WINDOW if principal.roles <= {Role.UNIT_MANAGER, Role.HANDLER} else WINDOW


# Who looks at a list looks again, and pages on: putting the statement together costs as much as carrying it out.
@lru_cache(maxsize=256)
def _page(
    found: CaseFilter, principal: Principal, begin: Begin, search: Search = Search.EVERY
) -> Select[*tuple[Any, ...]]:
    first = found.q is not None and search is Search.FIRST
    clauses = narrowed(replace(found, q=None) if first else found, principal)
    walk = _walk(found, begin, first=first)
    parts = _by_deadline(found, clauses, begin, walk) if found.sort.endswith("due_at") else [clauses]
    ways = ways_to_see(principal, narrow=bool(found.types), worded=found.q is not None and not first)
    picked = walked(ways, parts, walk)
    ids = _first(found, principal, picked, walk) if first else select(picked.c.id)
    query = _ITEMS.add_columns(shown_plainly(principal).label("plain")).where(Case.id.in_(ids))
    return query.order_by(*_sorted(walk, walk.column, Case.id)).limit(_MOST)


def _walk(found: CaseFilter, begin: Begin, *, first: bool) -> Walk:
    column, descending = ORDERS[found.sort]
    # By deadline, each part has an edge of its own.
    after = begin is Begin.TIMED and not found.sort.endswith("due_at")
    anywhere = found.q is not None and not first
    return Walk(column, descending, _WINDOW if first else _MOST, after=after, anywhere=anywhere)


def _sorted(walk: Walk, at: Any, case_id: Any) -> tuple[Any, ...]:
    first, second = walk.order(at, case_id)
    return first.nulls_last(), second


def _first(found: CaseFilter, principal: Principal, picked: Subquery, walk: Walk) -> Select[UUID]:
    """The ids of those that say it among the first `WINDOW` that are seen for any reason."""
    looked_at = select(picked).order_by(*_sorted(walk, picked.c.at, picked.c.id)).limit(_WINDOW).subquery("looked_at")
    said = select(Case.id).join(looked_at, looked_at.c.id == Case.id)
    order = _sorted(walk, looked_at.c.at, looked_at.c.id)
    return said.where(_matches(found.q or "", principal, contains)).order_by(*order).limit(_MOST)


def _by_deadline(
    found: CaseFilter, clauses: list[ColumnElement[bool]], begin: Begin, walk: Walk
) -> list[list[ColumnElement[bool]]]:
    """First the cases with a clock, then those without: each part is a stretch of one index, in its order.

    Every open case has a clock. Where only open ones are asked for, those without are not looked for among all that
    were ever closed.
    """
    edge = replace(walk, after=begin is Begin.TIMED).edge(Case.due_at, Case.id)
    timed = [*clauses, *edge, Case.due_at.is_not(None)]
    if (found.states and END_STATES.isdisjoint(found.states)) or found.lamps:
        return [timed] if begin is not Begin.TIMELESS else [[*timed, false()]]
    timeless = [*clauses, Case.due_at.is_(None)]
    if begin is not Begin.TIMELESS:
        return [timed, timeless]
    return [[*timeless, Case.id < AFTER_ID if walk.descending else Case.id > AFTER_ID]]


def estimate(
    session: Session, found: CaseFilter, principal: Principal, *, now: datetime, most: int
) -> tuple[int, bool]:
    """How many cases there are, counted up to ``most``; (count, whether it is exact)."""
    walk = Walk(Case.opened_at, True, _MOST, ordered=False)
    ways = ways_to_see(principal, narrow=False, worded=found.q is not None)
    picked = walked(ways, [narrowed(found, principal)], walk)
    values = {"now": now, "most": most + 1}
    counted: int = session.connection().execute(select(func.count()).select_from(picked), values).scalar_one()
    return min(counted, most), counted <= most


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
        (found.due_within, lambda: _due_within(found.due_within)),
        (found.mark, lambda: MARKS[found.mark or Mark.MINE](principal)),
    ]
    return [clause() for value, clause in given if value]


def _due_within(time: timedelta | None) -> ColumnElement[bool]:
    """Both ends as they are for the red lamp: on the very instant of its deadline nothing is late."""
    return and_(Case.due_at >= _NOW, Case.due_at < _NOW + literal(time, Interval()))


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
