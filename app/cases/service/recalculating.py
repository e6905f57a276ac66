"""Deadlines after a correction of the calendar: which move, and moving them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.queries.reckoning import clocks_by_older_versions
from app.cases.rules import SYSTEM, Action
from app.cases.service.acting import act_on
from app.cases.service.clocks import MICROSECOND
from app.cases.service.work import THE_SYSTEM, Command
from app.catalog.rules import Limit, Unit
from app.sla import service as sla
from app.sla.rules import Calendar, Deadline, deadline


@dataclass(frozen=True, slots=True)
class Moved:
    """A running clock whose deadline is another one by the calendar in force."""

    case_id: UUID
    number: str
    stage: str
    old_due_at: datetime
    new_due_at: datetime
    old_version: int
    new_version: int


@dataclass(frozen=True, slots=True)
class Page:
    """Deadlines that move, among so many clocks that were looked at; `last` is the number to go on after."""

    looked_at: int
    moved: list[Moved]
    last: str


def moving_deadlines(
    session: Session, *, after: str = "", most: int = 500, code: str = "city", provisional: bool = False
) -> Page:
    """The deadlines that the calendar in force moves, of the next clocks after a case's number; nothing changes.

    provisional: only those that were computed beyond the published holidays, where more years are published now.
    One that holds good is among them too: it is provisional no longer.

    Raises: CalendarMissing.
    """
    calendar = sla.calendar(session, code)
    rows = clocks_by_older_versions(session, calendar, after=after, most=most, provisional=provisional)
    moved = _moved(session, rows, calendar)
    if provisional:
        moved = [one for one in moved if _knows_more(calendar, sla.calendar_at(session, code, one.old_version))]
    return Page(len(rows), moved, rows[-1].number if rows else after)


def _knows_more(calendar: Calendar, older: Calendar) -> bool:
    return calendar.horizon is None or (older.horizon is not None and calendar.horizon > older.horizon)


def move_deadlines(session: Session, moved: Sequence[Moved], *, now: datetime, code: str = "city") -> list[str]:
    """Move the deadlines of these cases, each by an event in its chain; the numbers of those that still move.

    A case that somebody acted on in the meantime is looked at again under its lock.
    """
    calendar = sla.calendar(session, code)
    done = []
    for case in queries.lock_by_id(session, *(one.case_id for one in moved)):
        rows = clocks_by_older_versions(session, calendar, cases=[case["id"]])
        if _moved(session, rows, calendar):
            act_on(session, case, Command(Action.RECALCULATE), principal=THE_SYSTEM, now=now, standing=SYSTEM)
            done.append(str(case["number"]))
    return done


def _moved(session: Session, rows: Sequence[Row[Any]], calendar: Calendar) -> list[Moved]:
    then = {
        version: sla.calendar_at(session, calendar.code, version)
        for version in sorted({row.calendar_version for row in rows})
    }
    found = []
    for row in rows:
        reckon = partial(_reckoned, row)
        old, new = reckon(then[row.calendar_version]), reckon(calendar)
        # Both sides are computed: a clock that went on after its deadline keeps that one, which neither side says.
        if (old.due_at, old.yellow_at, old.provisional) != (new.due_at, new.yellow_at, new.provisional):
            versions = (row.calendar_version, calendar.version)
            found.append(Moved(row.case_id, row.number, row.stage, row.due_at, new.due_at, *versions))
    return found


def _reckoned(row: Row[Any], calendar: Calendar) -> Deadline:
    limit = Limit(row.amount, Unit(row.unit))
    return deadline(row.segment_at, limit, calendar, spent=int(row.spent_us) * MICROSECOND)
