"""`./fieldgrid base …`: what maps draw under the grid."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import click

from app.cli.system import explained, work
from app.core import clock
from app.core.db import unit_of_work
from app.core.errors import DomainError
from app.grid import service
from app.grid.errors import BadBaseLayer
from app.grid.queries.base_layers import layers
from app.grid.rules.base_layers import BaseLayerName
from app.tiles.service.preparing import prepare_ground

_SHOWN = 50


@click.group()
def base() -> None:
    """Roads, water, green and buildings that maps draw under the grid."""


@base.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--layer", type=click.Choice([layer.value for layer in BaseLayerName]), required=True)
@click.option("--name-column", help="Column of the names; without it `name`, where the file has one.")
@click.option("--class-column", help="Column of the classes; without it `class`, where the file has one.")
@click.option("--crs", help="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without it the file's own.")
@click.option("--replace", is_flag=True, help="In place of what is there, not beside it.")
def import_(file: Path, layer: str, **options: str | bool | None) -> None:
    """Import FILE (GeoJSON, GeoPackage, zipped Shapefile) whole, or not at all (exit 1 with its faults)."""
    order = service.BaseOrder(BaseLayerName(layer), **options)  # type: ignore[arg-type]
    began = monotonic()
    try:
        features = service.read_base_layer(file.read_bytes(), order)
    except BadBaseLayer as refused:
        raise click.ClickException(_told(refused)) from refused
    with explained(), unit_of_work() as session:
        now = clock.now()
        found = service.import_base_layer(session, order, features, source=file.name, now=now)
        prepare_ground(session, now=now)
    click.echo(f"{len(features)} features taken, {layer} has {found['features']} now ({monotonic() - began:.1f} s)")


def _told(refused: DomainError) -> str:
    rows = [f"  row {fault.pointer.removeprefix('/file/')} {fault.detail}" for fault in refused.faults[:_SHOWN]]
    return "\n".join([refused.detail, *(rows if len(refused.faults) > 1 else [])])


@base.command("list")
def list_() -> None:
    """List the base layers: how much there is, and where it came from."""
    with work() as session:
        rows = layers(session)
    for row in rows:
        came = f"{row.changed_at:%Y-%m-%d %H:%M} UTC from {row.source or 'a command'}" if row.changed_at else ""
        click.echo(f"{row.layer:<10} {row.features:>8}  {came}".rstrip())
