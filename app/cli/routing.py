"""`./fieldgrid routing`: what the responsibility rules leave open."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from app.cli.system import connect
from app.core import clock
from app.core.config import config
from app.core.db import read_unit
from app.routing import service
from app.routing.rules import Gap

EXAMPLES = 5
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def routing() -> None:
    """Responsibility rules."""


@routing.command()
@click.option("--on", type=DAY, help="A day of the city; today where it is left out.")
def coverage(on: datetime | None) -> None:
    """Print which types have no rule on which ground, so that only the street answers there, or nobody."""
    connect()
    day = on.date() if on else clock.now().astimezone(ZoneInfo(config().city_tz)).date()
    with read_unit() as session:
        found = service.coverage_on(session, day)
    click.echo(f"{found.types} types on {found.cells} cells, rules of version {found.version} on {day}")
    share = 100 * found.without / found.pairs if found.pairs else 0.0
    click.echo(f"{found.without} of {found.pairs} pairs ({share:.2f} %) have no rule but the fallback")
    click.echo(f"{found.nobody} of them have no fallback either: nobody answers there")
    for gap in found.gaps:
        click.echo(_told(gap))


def _told(gap: Gap) -> str:
    types = ", ".join(f"{row.kind} {row.code} {row.name}" for row in gap.types[:EXAMPLES])
    areas = ", ".join(f"{one.area.code} {one.area.name}" for one in gap.areas[:EXAMPLES])
    lines = [
        f"- {len(gap.types)} types without a rule on {gap.cells} cells ({gap.nobody} without a fallback)",
        f"    types: {types}{_more(len(gap.types))}",
        f"    areas: {areas}{_more(gap.area_count)}",
    ]
    return "\n".join(lines)


def _more(count: int) -> str:
    return f", and {count - EXAMPLES} more" if count > EXAMPLES else ""
