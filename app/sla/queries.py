"""All SQL of working time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.models import table
from app.core.row_versions import row_version
from app.sla.models import (
    CalendarCorrection,
    CalendarVersion,
    SlaState,
    SourceLimit,
    SourceRow,
    StageLimit,
    WorkCalendar,
)

# Asked by nearly every request: on the bare connection and without entities.
_STAMP = select(table(SlaState).c.stamp)
_RESTAMP = update(SlaState).values(stamp=bindparam("new_stamp"))


def stamp(session: Session) -> UUID:
    """The mark of the present calendars and stage limits; another one means that something changed."""
    found: UUID = session.connection().execute(_STAMP).scalar_one()
    return found


def restamp(session: Session, new_stamp: UUID) -> None:
    """Tell every process that a calendar, a limit or the rule of a source changed."""
    session.execute(_RESTAMP, {"new_stamp": new_stamp})


def stage_limits(session: Session) -> Sequence[Row[Any]]:
    """The limits of the stages: stage, amount, unit."""
    return session.execute(
        select(StageLimit.stage, func.trim_scale(StageLimit.amount).label("amount"), StageLimit.unit)
    ).all()


def version_in_force(session: Session, code: str) -> int | None:
    """The number of the version of a calendar that is in force."""
    return session.execute(select(WorkCalendar.version).where(WorkCalendar.code == code)).scalar_one_or_none()


def versions_in_force(session: Session) -> Sequence[Row[str, int]]:
    """Code and version of every calendar, by code."""
    return session.execute(select(WorkCalendar.code, WorkCalendar.version).order_by(WorkCalendar.code)).all()


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


def source_rules(session: Session) -> Sequence[Row[Any]]:
    """The rules of the sources, every column, by source."""
    return session.execute(select(*SourceRow.__table__.c).order_by(SourceRow.source)).all()


def source_limits(session: Session) -> Sequence[Row[Any]]:
    """The limits of stages that sources have of their own: source, stage, amount, unit."""
    found = SourceLimit
    return session.execute(
        select(found.source, found.stage, func.trim_scale(found.amount).label("amount"), found.unit)
    ).all()


def lock_source(session: Session, source: str) -> None:
    """Let only one transaction at a time change the rule of a source."""
    session.execute(select(SourceRow.source).where(SourceRow.source == source).with_for_update())


def change_source(
    session: Session, source: str, values: Mapping[str, Any], limits: Iterable[Mapping[str, Any]]
) -> None:
    """Change the rule of a source and put these limits in the place of its former ones."""
    session.execute(update(SourceRow).where(SourceRow.source == source).values(**values))
    session.execute(delete(SourceLimit).where(SourceLimit.source == source))
    rows = [{"source": source, **limit} for limit in limits]
    if rows:
        session.execute(insert(SourceLimit), rows)


_DEFINITION = select(*WorkCalendar.__table__.c, row_version(WorkCalendar).label("etag"))


def calendars(session: Session, after: str, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The definitions of the calendars by code: every column and, as `etag`, the version of the row."""
    query = _DEFINITION.where(WorkCalendar.code > after).order_by(WorkCalendar.code).limit(limit)
    return session.execute(query).all()


def definition(session: Session, code: str) -> Row[*tuple[Any, ...]] | None:
    """The definition of a calendar with the version of its row as `etag`."""
    return session.execute(_DEFINITION.where(WorkCalendar.code == code)).one_or_none()


def stage_limit(session: Session, stage: str) -> Row[*tuple[Any, ...]] | None:
    """The limit of one stage: stage, amount, unit, version of the row."""
    query = select(
        StageLimit.stage, func.trim_scale(StageLimit.amount).label("amount"), StageLimit.unit, row_version(StageLimit)
    )
    return session.execute(query.where(StageLimit.stage == stage)).one_or_none()


def lock_stage_limit(session: Session, stage: str) -> None:
    """Let only one transaction at a time change the limit of a stage."""
    session.execute(select(StageLimit.stage).where(StageLimit.stage == stage).with_for_update())
