"""`./fieldgrid deadlines`: what a corrected calendar does to the clocks that run."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from app.cases.service import recalculating
from app.cases.service.recalculating import Moved
from app.cli.system import connect
from app.core import clock
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.errors import DomainError

PAGE = 500
AT_ONCE = 100


@click.group()
def deadlines() -> None:
    """Deadlines of the cases."""


@deadlines.command()
@click.option("--apply", is_flag=True, help="Move them; without it they are only shown.")
@click.option("--calendar", "code", default="city", show_default=True, help="Code of the calendar.")
def recalculate(code: str, *, apply: bool) -> None:
    """Show which running deadlines the corrected calendar moves; with --apply move them."""
    connect()
    zone = ZoneInfo(config().city_tz)
    looked_at = moved = 0
    after = ""
    try:
        while True:
            with read_unit() as session:
                page = recalculating.moving_deadlines(session, after=after, most=PAGE, code=code)
            for one in page.moved:
                old, new = (_local(at, zone) for at in (one.old_due_at, one.new_due_at))
                click.echo(f"{one.number}\t{one.stage}\t{old}\t{new}")
            looked_at, after = looked_at + page.looked_at, page.last
            moved += _applied(page.moved, code) if apply else len(page.moved)
            if page.looked_at < PAGE:
                break
    except DomainError as error:
        raise click.ClickException(f"{error.title}: {error.detail}") from error
    if apply:
        click.echo(f"{moved} deadlines moved, of {looked_at} clocks by older versions of the calendar {code}")
    else:
        click.echo(f"{moved} of {looked_at} clocks by older versions of the calendar {code} would move: add --apply")


def _applied(moved: list[Moved], code: str) -> int:
    """Move them in short transactions, so that nobody waits long for a case."""
    done = 0
    for start in range(0, len(moved), AT_ONCE):
        with unit_of_work() as session:
            part = moved[start : start + AT_ONCE]
            done += len(recalculating.move_deadlines(session, part, now=clock.now(), code=code))
    return done


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
