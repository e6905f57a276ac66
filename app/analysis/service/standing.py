"""Open work as it stands: by group and age, what is late, what is late soon."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.analysis import queries
from app.analysis.rules import OpenDimension, areas_above
from app.cases import queries as cases
from app.cases import service as case_service
from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal
from app.evaluation.rules.summing import Dimension
from app.evaluation.service import MOST_CASES, Names, area_names, group_given, in_order, keys_of, shown_at_most
from app.sla.rules import Lamp

LATE = (Lamp.RED.value,)
NOT_LATE = (Lamp.GREEN.value, Lamp.YELLOW.value)
TURNING_RED = "turning_red"
SOON = timedelta(hours=24)
MOST_COUNTED = 1_000_000
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Urgent:
    """A page of cases, the most urgent first, and how many there are."""

    total: int
    items: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OpenBehind:
    """A number of one group of open work: its dimensions, their values (None for none), which number."""

    group_by: Sequence[OpenDimension]
    values: Sequence[str | None]
    count: str


OF_STATE = frozenset({OpenDimension.STATE, OpenDimension.STAGE})
"""What cases are grouped by as they stand, without codes."""


def open_work(
    session: Session, group_by: Sequence[OpenDimension], found: CaseFilter, principal: Principal, *, now: datetime
) -> list[dict[str, Any]]:
    """A row for every group with open cases, in the order of the dimensions' codes; one row without dimensions.

    Shape: ages are time of the wall clock since the case was opened, `median_age_s` in seconds.
    """
    rows = queries.open_groups(session, group_by, found, principal, now)
    names = Names(session, group_by)
    keyed = [tuple(row[: len(group_by)]) for row in rows]
    names.learn(keyed)
    groups = {names.folded(key): row for key, row in zip(keyed, rows, strict=True)}
    return [names.shown(key) | _numbers(groups[key], len(group_by)) for key in sorted(groups, key=in_order)]


def open_cases(
    session: Session, found: CaseFilter, behind: OpenBehind, principal: Principal, *, now: datetime
) -> list[dict[str, Any]]:
    """The cases behind a number of one group of open work, as many as it says, the oldest first.

    Raises: BadPeriod, SubjectNotFound, TooManyCases.
    """
    group = group_given(behind.group_by, behind.values)
    filed = {Dimension(name.value): value for name, value in group.items() if name not in OF_STATE}
    keys: dict[OpenDimension, Collection[str] | None] = {
        OpenDimension(name.value): values for name, values in keys_of(session, filed).items()
    }
    keys |= {name: None if (value := group[name]) is None else [value] for name in OF_STATE & group.keys()}
    if behind.count == TURNING_RED:
        found = replace(found, lamps=NOT_LATE, due_within=SOON)
    rows = queries.open_cases(session, (keys, behind.count), found, principal, now, MOST_CASES + 1)
    return shown_at_most(session, rows)


def _numbers(row: Any, dimensions: int) -> dict[str, Any]:
    return dict(zip(row._fields[dimensions:], row[dimensions:], strict=True))


def overdue(
    session: Session, found: CaseFilter, principal: Principal, *, now: datetime, limit: int, cursor: str | None
) -> Urgent:
    """Open cases whose deadline has passed, the longest overdue first: those under a red lamp, none on hold.

    Raises: BadCursor.
    """
    return _urgent(session, replace(found, lamps=LATE), principal, now, _Page(limit, cursor))


def turning_red(
    session: Session, found: CaseFilter, principal: Principal, *, now: datetime, limit: int, cursor: str | None
) -> Urgent:
    """Open cases that are not late and will be within the filter's `due_within`, the soonest first.

    Raises: BadCursor.
    """
    return _urgent(session, replace(found, lamps=NOT_LATE), principal, now, _Page(limit, cursor))


@dataclass(frozen=True, slots=True)
class _Page:
    limit: int
    cursor: str | None


def _urgent(session: Session, found: CaseFilter, principal: Principal, now: datetime, page: _Page) -> Urgent:
    wanted = replace(found, sort="due_at")
    total, _ = cases.estimate(session, wanted, principal, now=now, most=MOST_COUNTED)
    listed, following = case_service.cases_for(
        session, wanted, principal, now=now, limit=page.limit, cursor=page.cursor
    )
    names = area_names(session, _around(listed))
    return Urgent(total, [_shown(one, names, now) for one in listed], following)


def _around(listed: Iterable[Mapping[str, Any]]) -> set[str]:
    return {code for one in listed for code in areas_above(one["cell"]["code"]) if code is not None}


_AS_LISTED = ("number", "state", "stage", "type", "owner", "opened_at", "due_at", "lamp", "paused")


def _shown(case: Mapping[str, Any], names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    district, street = areas_above(case["cell"]["code"])
    due_at = case["due_at"]
    late = {"late_s": (now - due_at) // SECOND} if due_at < now else {"remaining_s": (due_at - now) // SECOND}
    return {
        **{name: case[name] for name in _AS_LISTED},
        "cell": case["cell"]["code"],
        "district": _area(district, names),
        "street": _area(street, names),
        **late,
    }


def _area(code: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    return None if code is None else {"code": code, "name": names.get(code, code)}
