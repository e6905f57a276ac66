"""`./fieldgrid parts …`: the register of parts as files, in and out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from app.cli.system import explained
from app.core import clock
from app.core.db import read_unit, unit_of_work
from app.parts.jobs import bring_in
from app.parts.service import exporting, filtering
from app.parts.service.files import NAMES, PLACES, Wanted
from app.parts.service.filtering import Asked
from app.parts.service.importing import MERGE, REPLACE, HandedIn, Verdict, note_import

FILE = click.Path(path_type=Path, dir_okay=False)
SHOWN = 50


@click.group()
def parts() -> None:
    """Bring parts in and out: manholes, lamps, bins."""


@parts.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--dry-run", is_flag=True, help="Only check.")
@click.option("--replace", is_flag=True, help="Retire the parts of its districts that the file does not name.")
@click.option("--crs", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without it the file's own, else wgs84.")
@click.option("--scheme", help="Code table of its types; without it told by the lengths of the codes.")
@click.option("--field", "fields", multiple=True, metavar="NAME=COLUMN", help="Which column holds code, type, lon….")
def import_(
    file: Path, *, dry_run: bool, replace: bool, crs: str | None, scheme: str | None, fields: tuple[str, ...]
) -> None:
    """Bring FILE (CSV or GeoPackage) into the register, or say every fault of it (exit 1)."""
    wanted = Wanted(crs, _fields(fields), scheme)
    handed_in = HandedIn("", file.name, wanted, REPLACE if replace else MERGE, dry_run)
    began = time.monotonic()
    with explained():
        verdict, counts = bring_in(file, handed_in, _say)
        if not verdict.faults.total and not dry_run:
            with unit_of_work() as session:
                note_import(session, counts, mode=handed_in.mode, actor_id=None, now=clock.now())
    click.echo(err=True)
    if verdict.faults.total:
        _tell_faults(verdict)
        sys.exit(1)
    took = time.monotonic() - began
    told = ", ".join(f"{number} {name}" for name, number in counts.items() if name not in {"rows", "faults"})
    click.echo(
        f"{counts['rows']} rows, no faults: {told or 'nothing to do'} ({took:.1f} s, {counts['rows'] / took:.0f}/s)"
    )


def _fields(given: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        name, _, column = one.partition("=")
        if name not in (*NAMES, *PLACES) or not column:
            raise click.ClickException(f"--field {one}: write NAME=COLUMN, NAME of {', '.join((*NAMES, *PLACES))}.")
        found[name] = column
    return found


def _say(stage: str, rows: int) -> None:
    click.echo(f"\r  {rows} {stage}   ", nl=False, err=True)


def _tell_faults(verdict: Verdict) -> None:
    kinds = ", ".join(f"{number} {kind}" for kind, number in verdict.faults.by_kind.most_common())
    click.echo(f"{verdict.faults.total} faults in {verdict.rows} rows: {kinds}")
    for fault in verdict.faults.first[:SHOWN]:
        at = "" if fault.row is None else f"row {fault.row}: "
        click.echo(f"  {at}{fault.kind.value}: {fault.detail}")


@parts.command("export")
@click.argument("file", type=FILE)
@click.option("--type", "type_", help="Only of these types, with commas between them.")
@click.option("--area", help="Only on the ground of this area.")
@click.option("--state", help="Only in these states; without it all but the retired.")
def export(file: Path, *, type_: str | None, area: str | None, state: str | None) -> None:
    """Write the register to FILE: a GeoPackage where its name ends in .gpkg, else CSV."""
    with explained(), read_unit() as session:
        wanted = filtering.filter_of(session, Asked(type=type_, area=area, state=state))
        if file.suffix.lower() == ".gpkg":
            exporting.write_geopackage(session, wanted, file)
        else:
            _write(file, exporting.csv_of(session, wanted))
    click.echo(f"the parts are in {file} ({file.stat().st_size} bytes)")


def _write(file: Path, pieces: Any) -> None:
    with file.open("wb") as target:
        target.writelines(pieces)
