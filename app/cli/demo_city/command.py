"""`./fieldgrid demo-city`: load the demo city with its past, once."""

from __future__ import annotations

import time
from pathlib import Path

import click

from app.cli.demo_city.cast import Album, Cast
from app.cli.demo_city.load import DemoCityRefused, load_demo_city
from app.cli.demo_city.past import PastRefused, has_cases, load_past, pictures
from app.cli.system import connect
from app.core import clock
from app.core.db import unit_of_work
from app.core.errors import DomainError

FOLDER = Path(__file__).resolve().parents[3] / "grid_data"
FOLDER_OPTION = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=FOLDER,
    help="Where the data lie.",
)


@click.command("demo-city")
@FOLDER_OPTION
@click.option("--without-past", is_flag=True, help="Only the city and its people, no past cases.")
def demo_city(folder: Path, *, without_past: bool) -> None:
    """Load the demo city and its past cases, unless they are there already."""
    connect()
    began = time.monotonic()
    try:
        with unit_of_work() as session:
            if load_demo_city(session, folder, clock.now(), click.echo):
                click.echo(f"the demo city is loaded ({time.monotonic() - began:.1f} s)")
        if not without_past:
            _give_past(folder)
    except (DomainError, DemoCityRefused, PastRefused) as refused:
        raise click.ClickException(f"the demo city cannot be loaded: {refused}") from refused
    click.echo(f"the demo city is there ({time.monotonic() - began:.1f} s)")


def _give_past(folder: Path) -> None:
    with unit_of_work() as session:
        if has_cases(session, Cast(session, folder / "people.csv", clock.now()), clock.now()):
            return
    began = time.monotonic()
    album = Album()
    album.draw(pictures())
    click.echo(f"  {len(album.kept)} street scenes drawn ({time.monotonic() - began:.1f} s)")
    with unit_of_work() as session:
        played = load_past(session, folder, album, clock.now(), click.echo)
    click.echo(f"  {sum(played.values())} past cases played ({time.monotonic() - began:.1f} s)")
