"""Calendars and limits of stages changed by an administrator: against what they saw, and written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core import audit
from app.core.errors import Fault
from app.core.row_versions import check_version
from app.sla import queries
from app.sla.errors import BadCalendar, CalendarNotFound
from app.sla.rules import Limit, Stage, Unit, week_text
from app.sla.service.calendars import (
    MINUTE,
    Correction,
    Definition,
    drop_correction,
    set_calendar,
    set_correction,
    set_stage_limit,
)


def find_calendar(session: Session, code: str) -> Row[*tuple[Any, ...]]:
    """The definition of a calendar, with the version of its row as `etag`.

    Raises: CalendarNotFound.
    """
    found = queries.definition(session, code)
    if found is None:
        raise CalendarNotFound(f"There is no calendar {code}: GET /calendars lists them.")
    return found


def change_calendar(
    session: Session, wanted: Definition, *, expected: int | None, now: datetime, actor_id: UUID | None = None
) -> None:
    """Make a calendar or change it to be exactly this; deadlines that are stored stay until they are recalculated.

    Raises: CalendarNotFound where a version is expected of one that is not there, Stale, BadCalendar.
    """
    queries.lock_calendar(session, wanted.code)
    before = queries.definition(session, wanted.code)
    if before is None and expected is not None:
        raise CalendarNotFound(f"There is no calendar {wanted.code} yet: send If-Match: * to make it.")
    if before is not None:
        check_version(expected, before.etag, f"The calendar {wanted.code}")
    set_calendar(session, wanted, now=now)
    said = None if before is None else _told(before)
    after = {
        "tz": wanted.tz,
        "week": week_text(wanted.week),
        "nominal_minutes": wanted.nominal_day // MINUTE,
        "holidays": wanted.holidays,
    }
    if said != after:
        _note(session, "calendar.change", f"calendar:{wanted.code}", {"before": said, "after": after}, actor_id, now)


def correct_day(
    session: Session,
    code: str,
    correction: Correction,
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Say that a day of a calendar is worked or off, and why.

    Raises: CalendarNotFound, Stale, BadCalendar.
    """
    _expect(session, code, expected)
    before = _correction(session, code, correction.day)
    set_correction(session, correction, now=now, code=code)
    after = _correction(session, code, correction.day)
    if before != after:
        queries.change_calendar(session, code, {"code": code})
        detail = {"day": correction.day.isoformat(), "before": before, "after": after}
        _note(session, "calendar.correct", f"calendar:{code}", detail, actor_id, now)


def take_back(
    session: Session, code: str, day: date, *, expected: int | None, now: datetime, actor_id: UUID | None = None
) -> None:
    """Take the correction of a day back, if there is one: the lists of holidays count again.

    Raises: CalendarNotFound, Stale.
    """
    _expect(session, code, expected)
    before = _correction(session, code, day)
    if before is None:
        return
    drop_correction(session, day, now=now, code=code)
    queries.change_calendar(session, code, {"code": code})
    detail = {"day": day.isoformat(), "before": before, "after": None}
    _note(session, "calendar.drop_correction", f"calendar:{code}", detail, actor_id, now)


def change_stage_limit(
    session: Session,
    stage: Stage,
    limit: Limit,
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Change how long a stage may take, for the clocks that start from now on.

    Raises: BadCalendar, Stale.
    """
    queries.lock_stage_limit(session, stage)
    before = one_stage_limit(session, stage)
    check_version(expected, before.version, f"The limit of {stage}")
    if (limit.amount, limit.unit) == (before.amount, before.unit):
        return
    set_stage_limit(session, stage, limit)
    detail = {
        "before": {"limit": str(before.amount), "unit": before.unit},
        "after": {"limit": str(limit.amount), "unit": str(limit.unit)},
    }
    _note(session, "stage_limit.change", f"stage_limit:{stage}", detail, actor_id, now)


def limit_of(amount: float, unit: Unit) -> Limit:
    """A limit as somebody wrote it.

    Raises: BadCalendar for one that no clock could keep.
    """
    try:
        return Limit(Decimal(str(amount)), unit)
    except ValueError as refused:
        raise BadCalendar(f"The limit cannot be kept: {refused}.", faults=[Fault("/limit", str(refused))]) from refused


def one_stage_limit(session: Session, stage: Stage) -> Row[*tuple[Any, ...]]:
    """The limit of a stage with the version of its row.

    Raises: BadCalendar for handling, whose limit is the filing condition's.
    """
    found = queries.stage_limit(session, stage)
    if found is None:
        raise BadCalendar("Handling has the limit of the filing condition: change that one.")
    return found


def _expect(session: Session, code: str, expected: int | None) -> None:
    queries.lock_calendar(session, code)
    check_version(expected, find_calendar(session, code).etag, f"The calendar {code}")


def _correction(session: Session, code: str, day: date) -> dict[str, Any] | None:
    for one in queries.corrections(session, code):
        if one.day == day:
            return {"working": one.working, "hours": one.hours, "note": one.note}
    return None


def _told(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {"tz": row.tz, "week": row.week, "nominal_minutes": row.nominal_minutes, "holidays": row.holidays}


def _note(
    session: Session, action: str, subject: str, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)
