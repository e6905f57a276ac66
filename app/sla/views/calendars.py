"""Calendars: what they say of each day and why, changed by hand, corrected day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit, unit_of_work
from app.core.errors import Fault, Invalid
from app.core.http import answer, if_match, json_response, write_unit
from app.core.paging import decode_cursor, page
from app.core.schemas import problems
from app.sla import queries, service
from app.sla.errors import BadCalendar, CalendarNotFound
from app.sla.rules import Hours, hours_of, hours_text, week_of
from app.sla.rules.calendar import zone_of
from app.sla.rules.days import days_of
from app.sla.schemas import (
    CalendarIn,
    CalendarOut,
    CalendarPath,
    CalendarQuery,
    CalendarsOut,
    CalendarsQuery,
    CorrectionIn,
    CorrectionPath,
    DaysOut,
    DaysQuery,
)
from app.sla.service import Correction, Definition, changing
from app.sla.views.blueprint import sla

MOST_DAYS = 400
CHANGING = problems(401, 403, 404, 409, 412, 428)


@sla.get("/calendars", operation_id="list_calendars", responses={200: CalendarsOut, **problems()})
@needs("calendar.read")
def list_calendars(query: CalendarsQuery) -> Response:
    """Working calendars by code"""
    after = str(decode_cursor(query.cursor, 1)[0]) if query.cursor else ""
    with read_unit() as session:
        rows = queries.calendars(session, after, query.limit + 1)
    items, cursor = page(rows, query.limit, lambda row: (row.code,))
    return json_response(CalendarsOut.model_validate({"items": items, "next_cursor": cursor}))


@sla.get("/calendars/<code>", operation_id="get_calendar", responses={200: CalendarOut, **problems(404)})
@needs("calendar.read")
def get_calendar(path: CalendarPath, query: CalendarQuery) -> Response:
    """A working calendar as it is in force, or as it was published under a version"""
    with read_unit() as session:
        shown, version = _shown(session, path.code, query.version)
    return json_response(shown, version=version)


@sla.put("/calendars/<code>", operation_id="put_calendar", responses={200: CalendarOut, **CHANGING})
@needs("calendar.admin")
def put_calendar(path: CalendarPath, body: CalendarIn) -> Response:
    """Make a calendar or change it to be exactly this; stored deadlines stay until they are recalculated"""
    expected, now, actor_id = if_match(), clock.now(), current_principal().id
    wanted = _definition(path.code, body)
    with write_unit() as session:
        changing.change_calendar(session, wanted, expected=expected, now=now, actor_id=actor_id)
        shown, version = _shown(session, path.code, None)
        return answer(session, shown, version=version)


@sla.get("/calendars/<code>/days", operation_id="list_calendar_days", responses={200: DaysOut, **problems(404)})
@needs("calendar.read")
def list_calendar_days(path: CalendarPath, query: DaysQuery) -> Response:
    """Which days are worked, when, and why: weekday, weekend, holiday, make-up day or correction"""
    _check_span(query.since, query.until)
    with read_unit() as session:
        changing.find_calendar(session, path.code)
        found = service.calendar(session, path.code)
        notes = {one.day: one.note for one in queries.corrections(session, path.code)}
    items = [
        {
            "day": one.day,
            "working": bool(one.hours),
            "hours": hours_text(one.hours),
            "why": one.why,
            "note": one.note,
            "provisional": one.provisional,
        }
        for one in days_of(found, notes, query.since, query.until)
    ]
    return json_response(DaysOut.model_validate({"code": found.code, "version": found.version, "items": items}))


@sla.put("/calendars/<code>/corrections/<day>", operation_id="correct_day", responses={200: CalendarOut, **CHANGING})
@needs("calendar.admin")
def correct_day(path: CorrectionPath, body: CorrectionIn) -> Response:
    """Say that a day is worked or off, whatever the lists of holidays say; a new version of the calendar"""
    expected, now, actor_id = if_match(), clock.now(), current_principal().id
    hours = None if body.hours is None else _hours(body.hours)
    fix = Correction(path.day, body.working, body.note, hours)
    with write_unit() as session:
        changing.correct_day(session, path.code, fix, expected=expected, now=now, actor_id=actor_id)
        shown, version = _shown(session, path.code, None)
        return answer(session, shown, version=version)


@sla.delete("/calendars/<code>/corrections/<day>", operation_id="drop_correction", responses={204: None, **CHANGING})
@needs("calendar.admin")
def drop_correction(path: CorrectionPath) -> Response:
    """Take the correction of a day back: the lists of holidays count again; harmless where there is none"""
    expected = if_match()
    with unit_of_work() as session:
        changing.take_back(
            session, path.code, path.day, expected=expected, now=clock.now(), actor_id=current_principal().id
        )
    return json_response(None, 204)


def _check_span(since: date, until: date) -> None:
    if until < since:
        raise Invalid("to lies before from.", faults=[Fault("/to", "is before from")])
    if until - since >= timedelta(days=MOST_DAYS):
        raise Invalid(f"At most {MOST_DAYS} days at once.", faults=[Fault("/to", f"at most {MOST_DAYS} days")])


def _definition(code: str, body: CalendarIn) -> Definition:
    """The calendar that a body describes.

    Raises: BadCalendar with a pointer to what cannot be.
    """
    try:
        week = week_of(body.week.model_dump())
    except ValueError as refused:
        raise BadCalendar(f"The week cannot be: {refused}.", faults=[Fault("/week", str(refused))]) from refused
    try:
        zone_of(body.tz)
    except ValueError as refused:
        raise BadCalendar(f"The zone cannot be: {refused}.", faults=[Fault("/tz", str(refused))]) from refused
    return Definition(code, body.tz, week, timedelta(minutes=body.nominal_minutes), body.holidays)


def _hours(written: list[list[str]]) -> Hours:
    try:
        return hours_of(written)
    except ValueError as refused:
        raise BadCalendar(f"The hours cannot be: {refused}.", faults=[Fault("/hours", str(refused))]) from refused


def _shown(session: Session, code: str, version: int | None) -> tuple[CalendarOut, int]:
    row = changing.find_calendar(session, code)
    found = _version(session, code, row.version if version is None else version)
    shown = {
        **row._asdict(),
        **{name: getattr(found, name) for name in ("version", "tz", "week", "nominal_minutes", "horizon")},
        "published_at": found.published_at,
        "in_force": found.version == row.version,
        "corrections": queries.corrections(session, code),
    }
    return CalendarOut.model_validate(shown), int(row.etag)


def _version(session: Session, code: str, version: int) -> Row[*tuple[Any, ...]]:
    found = queries.version(session, code, version)
    if found is None:
        raise CalendarNotFound(f"The calendar {code} has no version {version}.")
    return found
