"""Recalculating deadlines from far away: started once, done by a job page by page, its progress readable meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.errors import RecalculationRunning
from app.cases.queries import reckoning
from app.cases.service.recalculating import move_deadlines, moving_deadlines
from app.core import audit
from app.core.jobs import enqueue, under_way
from app.sla import service as sla

JOB = "cases.recalculate_deadlines"
AT_ONCE = 100
STARTED, DONE = "deadlines.start", "deadlines.recalculate"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recalculation is: clocks looked at and moved, of those that run by older versions now.

    `finished_at` and the counts are those of the last one where none runs; None and 0 where there never was one.
    """

    calendar: str
    version: int
    running: bool
    looked_at: int
    moved: int
    clocks: int
    finished_at: datetime | None


def start(session: Session, code: str, *, now: datetime, actor_id: UUID | None) -> None:
    """Let a job move every running deadline that the calendar in force moves.

    Raises: CalendarMissing, RecalculationRunning.
    """
    calendar = sla.calendar(session, code)
    if under_way(session, JOB) is not None:
        raise RecalculationRunning("A recalculation is under way: GET /deadlines/recalculation shows how far it is.")
    arguments = {
        "code": code,
        "after": "",
        "looked_at": 0,
        "moved": 0,
        "actor_id": None if actor_id is None else str(actor_id),
    }
    enqueue(session, "cases.recalculate_deadlines", queueing_lock=JOB, **arguments)
    _note(session, STARTED, code, {"version": calendar.version}, actor_id, now)


def go_on(session: Session, said: Mapping[str, Any], *, now: datetime) -> None:
    """Move one page of deadlines and queue the next one; after the last, write down what came of it."""
    code: str = said["code"]
    page = moving_deadlines(session, after=said["after"], most=AT_ONCE, code=code)
    moved = said["moved"] + len(move_deadlines(session, page.moved, now=now, code=code))
    looked_at = said["looked_at"] + page.looked_at
    if page.looked_at == AT_ONCE:
        arguments = {**said, "after": page.last, "looked_at": looked_at, "moved": moved}
        enqueue(session, "cases.recalculate_deadlines", queueing_lock=JOB, **arguments)
        return
    actor_id = None if said["actor_id"] is None else UUID(said["actor_id"])
    detail = {"version": sla.calendar(session, code).version, "looked_at": looked_at, "moved": moved}
    _note(session, DONE, code, detail, actor_id, now)


def progress(session: Session, code: str) -> Progress:
    """How far the recalculation by a calendar is, or what came of the last one.

    Raises: CalendarMissing.
    """
    calendar = sla.calendar(session, code)
    clocks = reckoning.count_by_older_versions(session, calendar)
    running = under_way(session, JOB)
    if running is not None and running["code"] == code:
        return Progress(code, calendar.version, True, running["looked_at"], running["moved"], clocks, None)
    last = reckoning.last_change(session, DONE, f"calendar:{code}")
    if last is None:
        return Progress(code, calendar.version, False, 0, 0, clocks, None)
    return Progress(code, calendar.version, False, last.detail["looked_at"], last.detail["moved"], clocks, last.at)


def _note(
    session: Session, action: str, code: str, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    audit.note(session, action=action, subject=f"calendar:{code}", detail=detail, actor_id=actor_id, now=now)
