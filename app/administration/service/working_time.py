"""The tables of calendars, of their corrected days and of the limits of stages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.administration.queries import standards as queries
from app.administration.rules.cells import plain
from app.administration.rules.comparing import told
from app.administration.rules.sheets import Row
from app.administration.rules.standards import CALENDAR_CORRECTIONS, CALENDARS, STAGE_LIMITS, WEEKDAYS
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.sla import service as sla
from app.sla.rules import Hours, Limit, Stage, Unit, hours_of, week_of, week_text
from app.sla.service import Correction, Definition, changing

DAYS = tuple(name for name, _ in WEEKDAYS)


def _shown(hours: Any) -> str:
    """`[["08:00", "12:00"], …]` as a cell."""
    return " ".join(f"{opens}-{closes}" for opens, closes in hours)


def _pairs(cell: str) -> list[list[str]]:
    return [span.split("-") for span in cell.split()]


def read_calendars(session: Session, _hand: Hand) -> Sequence[Present]:
    found = []
    for row in queries.calendars(session):
        week = week_text(week_of(row.week))
        hours = {name: _shown(week.get(name[:3], ())) for name in DAYS}
        said = {"code": row.code, "tz": row.tz, "nominal_minutes": str(row.nominal_minutes), "holidays": row.holidays}
        found.append(Present({**said, **hours}))
    return found


def apply_calendars(session: Session, work: Work) -> None:
    for number, row in numbered(work.changes):
        week = [_hours(work, number, name, row[name]) for name in DAYS]
        if None in week:
            continue
        nominal = timedelta(minutes=int(row["nominal_minutes"]))
        hours = tuple(one for one in week if one is not None)
        wanted = Definition(row["code"], row["tz"], hours, nominal, row["holidays"])
        with work.on(number, **{"": "code"}):
            changing.change_calendar(session, wanted, expected=None, now=work.hand.now, actor_id=work.hand.actor_id)


def _hours(work: Work, number: int, column: str, cell: str) -> Hours | None:
    try:
        return hours_of(_pairs(cell))
    except ValueError as wrong:
        work.blame(number, column, str(wrong))
        return None


def read_corrections(session: Session, _hand: Hand) -> Sequence[Present]:
    return [
        Present(
            {
                "calendar": row.code,
                "day": row.day.isoformat(),
                "working": "true" if row.working else "false",
                "hours": _shown(row.hours or ()),
                "note": row.note,
            }
        )
        for row in queries.calendar_corrections(session)
    ]


def apply_corrections(session: Session, work: Work) -> None:
    for number, row in numbered(work.changes):
        hours = _hours(work, number, "hours", row["hours"])
        if hours is None:
            continue
        fix = Correction(date.fromisoformat(row["day"]), row["working"] == "true", row["note"], hours or None)
        with work.on(number):
            changing.correct_day(
                session, row["calendar"], fix, expected=None, now=work.hand.now, actor_id=work.hand.actor_id
            )
    for row in work.changes.ended:
        with work.on(None, told(CALENDAR_CORRECTIONS, row)):
            changing.take_back(
                session,
                row["calendar"],
                date.fromisoformat(row["day"]),
                expected=None,
                now=work.hand.now,
                actor_id=work.hand.actor_id,
            )


def read_stage_limits(session: Session, _hand: Hand) -> Sequence[Present]:
    limits = sla.stage_limits(session)
    return [Present(_limit_row(stage, limits[stage])) for stage in Stage if stage in limits]


def _limit_row(stage: Stage, limit: Any) -> Row:
    return {"stage": stage.value, "limit": plain(limit.amount), "unit": limit.unit.value}


def apply_stage_limits(session: Session, work: Work) -> None:
    for number, row in numbered(work.changes):
        try:
            limit = Limit(Decimal(row["limit"]), Unit(row["unit"]))
        except ValueError as wrong:
            work.blame(number, "limit", str(wrong))
            continue
        with work.on(number):
            changing.change_stage_limit(
                session,
                Stage(row["stage"]),
                limit,
                expected=None,
                now=work.hand.now,
                actor_id=work.hand.actor_id,
            )


CALENDAR_TABLE = Table(CALENDARS, read_calendars, apply_calendars)
CORRECTION_TABLE = Table(CALENDAR_CORRECTIONS, read_corrections, apply_corrections)
STAGE_LIMIT_TABLE = Table(STAGE_LIMITS, read_stage_limits, apply_stage_limits)
