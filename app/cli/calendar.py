"""`./fieldgrid calendar`: the working calendar and the corrections of its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy.orm import Session

from app.cli.system import work
from app.core import clock
from app.sla import queries, service
from app.sla.rules import Calendar, week_of
from app.sla.service import changing

DAY = click.DateTime(formats=["%Y-%m-%d"])
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CODE = click.option("--calendar", "code", default="city", show_default=True, help="Code of the calendar.")


@click.group()
def calendar() -> None:
    """Working time: what a calendar says, and days that are otherwise."""


@calendar.command()
@CODE
def show(code: str) -> None:
    """Print the calendar in force and its corrected days."""
    with work() as session:
        found = service.calendar(session, code)
        fixes = queries.corrections(session, code)
    horizon = f"holidays published to {found.horizon}" if found.horizon else "holidays follow from the law"
    click.echo(f"{found.code}, version {found.version}, {found.tz}, {horizon}")
    for name, hours in zip(WEEKDAYS, found.week, strict=True):
        spans = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in hours)
        click.echo(f"  {name}  {spans or 'off'}")
    for fix in fixes:
        click.echo(f"  {fix.day}  {'working' if fix.working else 'off'}  {fix.note}")


@calendar.command()
@click.argument("day", type=DAY)
@click.argument("what", type=click.Choice(["working", "off"]))
@click.argument("note")
@CODE
def correct(day: datetime, what: str, note: str, code: str) -> None:
    """Say that DAY (YYYY-MM-DD) is worked or off, and why; a new version of the calendar is published."""
    with work() as session:
        before = service.calendar(session, code).version
        fix = service.Correction(day.date(), what == "working", note)
        changing.correct_day(session, code, fix, expected=None, now=clock.now())
        found = service.calendar(session, code)
    _told(before, found)


@calendar.command()
@click.argument("day", type=DAY)
@CODE
def drop(day: datetime, code: str) -> None:
    """Take the correction of DAY back: the lists of holidays count again."""
    with work() as session:
        before = service.calendar(session, code).version
        changing.take_back(session, code, day.date(), expected=None, now=clock.now())
        found = service.calendar(session, code)
    _told(before, found)


@calendar.command()
@click.argument("days", nargs=-1, required=True)
@CODE
def week(days: tuple[str, ...], code: str) -> None:
    """Set the hours of work: DAYS such as mon=08:00-12:00,14:00-18:00; a day that is left out is off."""
    with work() as session:
        before = service.calendar(session, code)
        try:
            hours = week_of(dict(_written(one) for one in days))
        except ValueError as refused:
            raise click.ClickException(f"{refused}. Write mon=08:00-12:00,14:00-18:00.") from refused
        _change(session, code, week=hours)
        found = service.calendar(session, code)
    _told(before.version, found)


@calendar.command()
@click.argument("source")
@CODE
def holidays(source: str, code: str) -> None:
    """Take the statutory holidays from SOURCE: CN, DE-BY, …, or none."""
    with work() as session:
        before = service.calendar(session, code)
        _change(session, code, holidays=source)
        found = service.calendar(session, code)
    _told(before.version, found)


def _written(text: str) -> tuple[str, list[list[str]]]:
    day, _, spans = text.partition("=")
    return day.strip().lower(), [span.strip().split("-") for span in spans.split(",") if span.strip()]


def _change(session: Session, code: str, **values: Any) -> None:
    row = changing.find_calendar(session, code)
    now = service.Definition(code, row.tz, week_of(row.week), timedelta(minutes=row.nominal_minutes), row.holidays)
    changing.change_calendar(session, replace(now, **values), expected=None, now=clock.now())


def _told(before: int, found: Calendar) -> None:
    if found.version == before:
        click.echo(f"calendar {found.code} says so already, version {found.version}")
        return
    click.echo(f"calendar {found.code} is at version {found.version} now; deadlines stay as they are until")
    click.echo("`./fieldgrid deadlines recalculate` has shown which ones move, and --apply has moved them")
