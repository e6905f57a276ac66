"""`./fieldgrid calendar`: the working calendar and the corrections of its days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy.orm import Session

from app.cli.system import connect
from app.core import clock
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.sla import queries, service
from app.sla.rules import Calendar

DAY = click.DateTime(formats=["%Y-%m-%d"])
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CODE = click.option("--calendar", "code", default="city", show_default=True, help="Code of the calendar.")


@contextmanager
def _work() -> Iterator[Session]:
    """A unit of work of this command; what the product refuses becomes the command's message."""
    connect()
    try:
        with unit_of_work() as session:
            yield session
    except DomainError as error:
        raise click.ClickException(f"{error.title}: {error.detail}") from error


@click.group()
def calendar() -> None:
    """Working time: what a calendar says, and days that are otherwise."""


@calendar.command()
@CODE
def show(code: str) -> None:
    """Print the calendar in force and its corrected days."""
    with _work() as session:
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
    with _work() as session:
        before = service.calendar(session, code).version
        fix = service.Correction(day.date(), what == "working", note)
        found = service.set_correction(session, fix, now=clock.now(), code=code)
    _told(before, found)


@calendar.command()
@click.argument("day", type=DAY)
@CODE
def drop(day: datetime, code: str) -> None:
    """Take the correction of DAY back: the lists of holidays count again."""
    with _work() as session:
        before = service.calendar(session, code).version
        found = service.drop_correction(session, day.date(), now=clock.now(), code=code)
    _told(before, found)


def _told(before: int, found: Calendar) -> None:
    if found.version == before:
        click.echo(f"calendar {found.code} says so already, version {found.version}")
        return
    click.echo(f"calendar {found.code} is at version {found.version} now; deadlines stay as they are until")
    click.echo("`./fieldgrid deadlines recalculate` has shown which ones move, and --apply has moved them")
