"""`./fieldgrid routing`: what the responsibility rules leave open, and who is bound to parts and strips before them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from app.cli.system import connect
from app.core import clock
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.routing import service
from app.routing.errors import BadBindings
from app.routing.rules import Gap

EXAMPLES = 5
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only check the file.")
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


@routing.command("import-parts")
@click.argument("file", type=FILE)
@DRY_RUN
def import_parts(file: Path, *, dry_run: bool) -> None:
    """Make a CSV file (part, owner, valid_from, valid_to) the whole list of owners of parts."""
    connect()
    with _refusing(), unit_of_work() as session:
        _say(service.load_part_owners(session, file, now=clock.now(), dry_run=dry_run), dry_run=dry_run)


@routing.command("import-shopfronts")
@click.argument("file", type=FILE)
@DRY_RUN
def import_shopfronts(file: Path, *, dry_run: bool) -> None:
    """Make a GeoJSON or GeoPackage (code, shop, organization, scheme, classes, valid_from, valid_to) the whole set of
    shopfront contracts.
    """
    connect()
    with _refusing(), unit_of_work() as session:
        found = service.import_shopfronts(session, file.read_bytes(), now=clock.now(), dry_run=dry_run)
        _say(found, dry_run=dry_run)


def _say(found: service.Bindings, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    click.echo(f"{found.total} in the file: {found.added} {would}added, {found.retired} {would}ended")


@contextmanager
def _refusing() -> Iterator[None]:
    """Tells every fault of a file, and ends the command with 1."""
    try:
        yield
    except BadBindings as refused:
        click.echo(refused.detail, err=True)
        for fault in refused.faults:
            click.echo(f"- {fault.pointer}: {fault.detail}", err=True)
        sys.exit(1)


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
