"""`./fieldgrid grid …`: check, import and repair boundary files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from app.cli.demo_city.make import SEED, make_demo
from app.cli.system import connect
from app.core import clock
from app.core.db import unit_of_work
from app.grid import service
from app.grid.queries.areas import AreaFilter, list_areas
from app.grid.rules.checking import check
from app.grid.rules.codes import Level
from app.grid.rules.faults import GridFault
from app.grid.rules.repairing import TOLERANCE_M
from app.tiles.service.preparing import prepare_ground

_SHOWN = 50
_Command = TypeVar("_Command", bound=Callable[..., Any])
LEVELS = [*(level.word for level in Level), service.MIXED]
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


def reading_options(command: _Command) -> _Command:
    """The options that say how a file is to be read."""
    for option in (
        click.option("--level", type=click.Choice(LEVELS), default=service.MIXED, show_default=True),
        click.option("--crs", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without it the file's own."),
        click.option("--code", default="code", show_default=True, help="Column of the codes."),
        click.option("--name", default=None, help="Column of the names."),
        click.option("--parent", default=None, help="Column of the parents' codes."),
    ):
        command = option(command)
    return command


def _wanted(options: dict[str, Any]) -> service.Wanted:
    fields = {column: options[column] for column in ("code", "name", "parent") if options[column]}
    return service.Wanted(options["level"], options["crs"], fields)


@click.group()
def grid() -> None:
    """Areas and their boundary files."""


@grid.command("check")
@click.argument("file", type=FILE)
@click.option("--faults", "target", type=click.Path(path_type=Path), help="Write the faults there as GeoJSON.")
@reading_options
def check_(file: Path, target: Path | None, **options: Any) -> None:
    """Check a boundary file against the live grid; nothing changes (exit 1 when it has faults)."""
    connect()
    with unit_of_work() as session:
        live = service.live_grid(session)
    verdict = service.check_file(file.read_bytes(), _wanted(options), live)
    if target is not None:
        target.write_bytes(orjson.dumps(_as_geojson(verdict.faults)))
    _end(verdict)


@grid.command("import")
@click.argument("file", type=FILE)
@reading_options
def import_(file: Path, **options: Any) -> None:
    """Import a boundary file: whole, or not at all (exit 1 with its faults)."""
    connect()
    with unit_of_work() as session:
        verdict = service.import_file(session, file.read_bytes(), _wanted(options), now=clock.now())
        prepare_ground(session, now=clock.now())
    _end(verdict)


@grid.command("repair")
@click.argument("file", type=FILE)
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--tolerance", default=TOLERANCE_M, show_default=True, help="How far an edge may move, metres.")
@reading_options
def repair(file: Path, out: Path, tolerance: float, **options: Any) -> None:
    """Mend FILE into OUT (.geojson or .gpkg) and say what moved and what a person must decide."""
    mended, faults = service.repair_file(file.read_bytes(), _wanted(options), tolerance_m=tolerance)
    if faults:
        _show(faults)
        sys.exit(1)
    service.write_areas(mended.features, out)
    furthest = sorted(mended.moved, key=lambda moved: -moved.distance_m)
    click.echo(f"{len(mended.features)} areas written to {out}, {len(furthest)} of them moved")
    for moved in furthest[:_SHOWN]:
        click.echo(f"  {moved.sentence}")
    left = check(mended.features, [], frozenset()).faults
    decisions = [
        *mended.decisions,
        *(f"{fault.kind.value}: {fault.detail}" for fault in left if not _needs_grid(fault)),
    ]
    click.echo("nothing is left to decide" if not decisions else f"{len(decisions)} things a person must decide:")
    for decision in decisions:
        click.echo(f"  {decision}")


def _needs_grid(fault: GridFault) -> bool:
    """Whether a fault may only be that the areas above are not in the same file."""
    return fault.detail.endswith("import it first, or with it.")


@grid.command("areas")
@click.option("--level", type=click.Choice(LEVELS[:-1]), help="Only areas of this level.")
@click.option("--parent", help="Only areas of this parent.")
def areas(level: str | None, parent: str | None) -> None:
    """List the live areas."""
    connect()
    wanted = AreaFilter(level=Level.of(level) if level else None, parent=parent)
    after: str | None = None
    while True:
        with unit_of_work() as session:
            rows = list_areas(session, wanted, after, 500, geometry=False)
        for row in rows:
            click.echo(f"{row.code:<15} {Level(row.level).word:<9} {row.area_m2:>14,.0f} m²  {row.name}")
        if len(rows) < 500:
            return
        after = rows[-1].code


@grid.command("make-demo")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False), default=Path("grid_data"))
@click.option("--seed", default=SEED, show_default=True)
def make_demo_(out: Path, seed: int) -> None:
    """Make the demo city's files anew; the same seed gives the same files."""
    for path in make_demo(out, seed):
        click.echo(f"{path} ({path.stat().st_size} bytes)")


def _end(verdict: service.Verdict) -> None:
    if verdict.faults:
        _show(verdict.faults)
        sys.exit(1)
    counts = ", ".join(f"{count} {word}" for word, count in verdict.counts.items() if count)
    click.echo(f"no faults: {counts}")


def _show(faults: Sequence[GridFault]) -> None:
    kinds = Counter(fault.kind.value for fault in faults)
    click.echo(f"{len(faults)} faults: {', '.join(f'{count} {kind}' for kind, count in kinds.most_common())}")
    for fault in faults[:_SHOWN]:
        point = fault.place.representative_point() if fault.place is not None and not fault.place.is_empty else None
        at = f" (at {point.x:.6f}, {point.y:.6f})" if point is not None else ""
        click.echo(f"  {fault.kind.value}: {fault.detail}{at}")
    if len(faults) > _SHOWN:
        click.echo(f"  and {len(faults) - _SHOWN} more: `grid check --faults FILE.geojson` writes all of them")


def _as_geojson(faults: Sequence[GridFault]) -> dict[str, Any]:
    """Faults as GeoJSON, to be laid over the file in a map program."""
    rows = [fault.as_json() for fault in faults]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": row["place"], "properties": {k: row[k] for k in ("kind", "code", "detail")}}
            for row in rows
        ],
    }
