"""Calendars by code and version: read on every request for the price of one small statement, published rarely."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core.stamps import stamp_of
from app.sla import queries
from app.sla.errors import BadCalendar, CalendarMissing
from app.sla.rules import (
    CLOSED,
    Calendar,
    DayKind,
    Hours,
    Limit,
    SourceRule,
    Stage,
    Unit,
    capped,
    hours_of,
    hours_on,
    hours_text,
    week_of,
    week_text,
)
from app.sla.service.holidays import CHINA, published_days
from app.sla.service.sources import source_rules
from app.sla.service.stamping import STAMP, changed

MINUTE = timedelta(minutes=1)
_OFFICE = hours_of([["08:00", "12:00"], ["14:00", "18:00"]])
_MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class Definition:
    """What a city decides about its calendar; the holidays come from a country's list.

    Shape:  `week` has the hours of Monday to Sunday; `holidays` is `CN`, `DE-BY`, … or `none`.
    """

    code: str = "city"
    tz: str = "Asia/Shanghai"
    week: tuple[Hours, ...] = (_OFFICE,) * 5 + (CLOSED, CLOSED)
    nominal_day: timedelta = timedelta(hours=8)
    holidays: str = CHINA


CITY = Definition()


@dataclass(frozen=True, slots=True)
class Timing:
    """All that the clocks of a case need besides the limit of its filing condition."""

    calendar: Calendar
    stage_limits: Mapping[Stage, Limit]
    sources: Mapping[str, SourceRule]

    def limit(self, stage: Stage, source: str) -> Limit:
        """How long a stage may take for a case of this source; not for handling, which `capped` limits."""
        return self.sources[source].limits.get(stage) or self.stage_limits[stage]

    def handling_limit(self, limit: Limit, source: str) -> Limit:
        """The limit of a filing condition for a case of this source: the source's own, where that is smaller."""
        return capped(limit, self.sources[source].limits.get(Stage.HANDLING), self.calendar)


_kept: dict[tuple[UUID, str], Timing] = {}  # By the stamp under which it was read; another stamp is read anew.


def timing(session: Session, code: str = "city") -> Timing:
    """The calendar in force, limits of stages and rules of sources, for one small statement per transaction.

    Raises: CalendarMissing.
    """
    key = (stamp_of(session, STAMP, queries.stamp), code)
    kept = _kept.get(key)
    if kept is None:
        version = queries.version_in_force(session, code)
        if version is None:
            raise _missing(code)
        kept = Timing(calendar_at(session, code, version), stage_limits(session), source_rules(session))
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = kept
    return kept


def calendar(session: Session, code: str = "city") -> Calendar:
    """The calendar in force, kept in the process until another version is published.

    Raises: CalendarMissing.
    """
    return timing(session, code).calendar


def calendar_at(session: Session, code: str, version: int) -> Calendar:
    """A calendar as it was published under a version, to compute a stored deadline again.

    Raises: CalendarMissing.
    """
    row = queries.version(session, code, version)
    if row is None:
        raise CalendarMissing(f"The calendar {code} has no version {version}.", retry_after_s=60)
    return _calendar_of(row._asdict())


def stage_limits(session: Session) -> Mapping[Stage, Limit]:
    """How long each stage of a case may take; handling is not among them, its limit is the filing condition's."""
    rows = queries.stage_limits(session)
    return MappingProxyType({Stage(row.stage): Limit(row.amount, Unit(row.unit)) for row in rows})


def set_stage_limit(session: Session, stage: Stage, limit: Limit) -> None:
    """Change the limit of a stage for the clocks that start from now on.

    Raises: BadCalendar for a limit of nothing, and for handling, whose limit is the filing condition's.
    """
    if stage is Stage.HANDLING or limit.amount == 0:
        raise BadCalendar("A stage limit is above 0, and handling takes the limit of the filing condition.")
    queries.change_stage_limit(session, stage, limit.amount, limit.unit)
    changed(session)


def ensure_calendar(session: Session, definition: Definition = CITY, *, now: datetime) -> Calendar:
    """The calendar in force, made when it is missing, and published anew when the holiday lists know more than it.

    What the city changed in an existing calendar stays: of `definition` only the code is used then.

    Raises: BadCalendar.
    """
    queries.add_calendar(session, _definition_values(definition))
    return _published(session, definition.code, now)


def set_calendar(session: Session, definition: Definition, *, now: datetime) -> Calendar:
    """Make a calendar or change its zone, hours, nominal day and source of holidays; a change is a new version.

    Raises: BadCalendar.
    """
    values = _definition_values(definition)
    queries.add_calendar(session, values)
    _locked(session, definition.code)
    queries.change_calendar(session, definition.code, {k: v for k, v in values.items() if k != "code"})
    return _published(session, definition.code, now)


def refresh_calendars(session: Session, *, now: datetime) -> list[str]:
    """Publish anew every calendar whose holiday lists know more than its version in force; returns their codes.

    Raises: BadCalendar.
    """
    refreshed = []
    for code, version in queries.versions_in_force(session):
        if _published(session, code, now).version != version:
            refreshed.append(code)
    return refreshed


@dataclass(frozen=True, slots=True)
class Correction:
    """A day that is otherwise than the lists of holidays say.

    Shape:  `hours` only for a working day; None means those of a working weekday.
    """

    day: date
    working: bool
    note: str
    hours: Hours | None = None


def set_correction(session: Session, correction: Correction, *, now: datetime, code: str = "city") -> Calendar:
    """Correct a day of a calendar and publish that as a new version, which it returns.

    Stored deadlines keep naming the version they were computed with.

    Raises: CalendarMissing; BadCalendar for hours that cannot be, hours of a day off, or without a note.
    """
    if not correction.note.strip():
        raise BadCalendar("A correction needs a note that says why, for whoever wonders later.")
    if correction.hours is not None and not (correction.working and correction.hours):
        raise BadCalendar("Only a working day has hours; leave them out for a day off.")
    _locked(session, code)
    hours = None if correction.hours is None else hours_text(correction.hours)
    values = {"day": correction.day, "working": correction.working, "hours": hours, "note": correction.note}
    queries.put_correction(session, {"code": code, **values})
    return _published(session, code, now)


def drop_correction(session: Session, day: date, *, now: datetime, code: str = "city") -> Calendar:
    """Go back to what the lists of holidays say of a day; a change is a new version.

    Raises: CalendarMissing.
    """
    _locked(session, code)
    queries.remove_correction(session, code, day)
    return _published(session, code, now)


def _locked(session: Session, code: str) -> Row[Any]:
    row = queries.lock_calendar(session, code)
    if row is None:
        raise _missing(code)
    return row


def _missing(code: str) -> CalendarMissing:
    return CalendarMissing(f"There is no calendar {code}; run ./fieldgrid up, which loads it.", retry_after_s=60)


def _published(session: Session, code: str, now: datetime) -> Calendar:
    """Publish what definition, lists and corrections say now, unless the version in force says the same."""
    row = _locked(session, code)
    listed = published_days(row.holidays)
    try:
        week = week_of(row.week)
        days = {day: hours_on(kind, week) for day, kind in listed.kinds.items()}
        for fix in queries.corrections(session, code):
            days[fix.day] = hours_of(fix.hours) if fix.hours else hours_on(_kind(fix.working), week)
        content = {
            "tz": row.tz,
            "week": row.week,
            "nominal_minutes": row.nominal_minutes,
            "days": {day.isoformat(): hours_text(hours) for day, hours in sorted(days.items())},
            "horizon": listed.horizon,
        }
        digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
        number = row.version if digest == row.digest else row.version + 1
        found = _calendar_of({"code": code, "version": number, **content})
    except ValueError as refused:
        raise BadCalendar(f"The calendar {code} cannot be published: {refused}.") from refused
    if number != row.version:
        queries.publish(session, {"code": code, "version": number, "published_at": now, **content}, digest)
        changed(session)
    return found


def _kind(working: bool) -> DayKind:
    return DayKind.WORKING if working else DayKind.OFF


def _definition_values(definition: Definition) -> dict[str, Any]:
    minutes, rest = divmod(definition.nominal_day, MINUTE)
    if rest or not 1 <= minutes <= 1440:
        raise BadCalendar("The nominal working day has 1 to 1440 whole minutes.")
    published_days(definition.holidays)
    if not definition.code:
        raise BadCalendar("A calendar needs a code, such as city.")
    try:
        Calendar(definition.code, 0, definition.tz, definition.week, definition.nominal_day)
    except ValueError as refused:
        raise BadCalendar(f"The calendar {definition.code} cannot be used: {refused}.") from refused
    return {
        "code": definition.code,
        "tz": definition.tz,
        "week": week_text(definition.week),
        "nominal_minutes": minutes,
        "holidays": definition.holidays,
    }


def _calendar_of(row: Mapping[str, Any]) -> Calendar:
    hours: dict[str, Hours] = {}  # Most days share their hours; each is read once.
    exceptions: dict[date, Hours] = {}
    for day, written in row["days"].items():
        key = str(written)
        if key not in hours:
            hours[key] = hours_of(written)
        exceptions[date.fromisoformat(day)] = hours[key]
    return Calendar(
        code=row["code"],
        version=row["version"],
        tz=row["tz"],
        week=week_of(row["week"]),
        nominal_day=row["nominal_minutes"] * MINUTE,
        exceptions=MappingProxyType(exceptions),
        horizon=row["horizon"],
    )
