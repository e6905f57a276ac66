"""All SQL of working time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.sla.models import CalendarCorrection, CalendarVersion, StageLimit, WorkCalendar

# The limits come as one text, so that the process can keep what it once read under that very text.
_TIMING = text("""
    SELECT c.version, c.digest,
           (SELECT string_agg(concat_ws(' ', stage, trim_scale(amount), unit), ';' ORDER BY stage)
              FROM stage_limits) AS limits
      FROM calendars c
     WHERE c.code = :code
""")

_LIMITS = text(
    "SELECT string_agg(concat_ws(' ', stage, trim_scale(amount), unit), ';' ORDER BY stage) FROM stage_limits"
)


def timing(session: Session, code: str) -> Row[Any] | None:
    """The version and digest of a calendar in force and the limits of the stages as one text; one small statement."""
    return session.execute(_TIMING, {"code": code}).one_or_none()


def stage_limits(session: Session) -> str:
    """The limits of the stages as one text: `accept 0.25 urgent_hour;check …`."""
    return str(session.execute(_LIMITS).scalar_one())


def version(session: Session, code: str, number: int) -> Row[Any] | None:
    """A published version of a calendar: tz, week, nominal_minutes, days, horizon."""
    wanted = (CalendarVersion.code == code, CalendarVersion.version == number)
    return session.execute(select(*CalendarVersion.__table__.c).where(*wanted)).one_or_none()


def add_calendar(session: Session, values: Mapping[str, Any]) -> None:
    """Insert the definition of a calendar, unless its code is there already."""
    session.execute(insert(WorkCalendar).values(version=0, digest="", **values).on_conflict_do_nothing())


def lock_calendar(session: Session, code: str) -> Row[Any] | None:
    """The definition of a calendar, locked until the unit of work ends."""
    statement = select(*WorkCalendar.__table__.c).where(WorkCalendar.code == code).with_for_update()
    return session.execute(statement).one_or_none()


def change_calendar(session: Session, code: str, values: Mapping[str, Any]) -> None:
    """Change columns of a calendar's definition."""
    session.execute(update(WorkCalendar).where(WorkCalendar.code == code).values(**values))


def publish(session: Session, values: Mapping[str, Any], digest: str) -> None:
    """Insert a version and put it in force."""
    session.execute(insert(CalendarVersion).values(**values))
    change_calendar(session, values["code"], {"version": values["version"], "digest": digest})


def corrections(session: Session, code: str) -> Sequence[Row[Any]]:
    """The corrected days of a calendar in order: day, working, hours, note."""
    wanted = select(*CalendarCorrection.__table__.c).where(CalendarCorrection.code == code)
    return session.execute(wanted.order_by(CalendarCorrection.day)).all()


def put_correction(session: Session, values: Mapping[str, Any]) -> None:
    """Insert a corrected day or replace it."""
    changed = {name: value for name, value in values.items() if name not in {"code", "day"}}
    statement = insert(CalendarCorrection).values(**values)
    session.execute(statement.on_conflict_do_update(index_elements=["code", "day"], set_=changed))


def remove_correction(session: Session, code: str, day: date) -> None:
    """Delete a corrected day."""
    session.execute(delete(CalendarCorrection).where(CalendarCorrection.code == code, CalendarCorrection.day == day))


def change_stage_limit(session: Session, stage: str, amount: Decimal, unit: str) -> None:
    """Change the limit of a stage."""
    session.execute(update(StageLimit).where(StageLimit.stage == stage).values(amount=amount, unit=unit))
