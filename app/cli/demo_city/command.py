"""`./fieldgrid demo-city`: load the demo city with its past, once; or a city of another size."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import click

from app.cases.jobs import make_room
from app.cli.demo_city.cast import Album, Cast
from app.cli.demo_city.lives import PAST, VARIANTS
from app.cli.demo_city.load import EXISTED_FOR, DemoCityRefused, is_from, is_loaded, load_demo_city
from app.cli.demo_city.metropolis import drawn
from app.cli.demo_city.parts import PartsRefused, fill_parts, has_parts
from app.cli.demo_city.past import PastRefused, is_played, pictures, play_share
from app.cli.demo_city.size import LEAST_CELLS, MOST_CELLS
from app.cli.demo_city.years import YEARS, YearsRefused, fill_years
from app.cli.demo_city.years.writing import Writing
from app.cli.system import connect
from app.core import clock
from app.core.db import unit_of_work
from app.core.errors import DomainError

FOLDER = Path(__file__).resolve().parents[3] / "grid_data"
MOST_CASES = 5_000_000
MOST_PARTS = 3_000_000
# Enough for a map that is alive, and little enough not to be waited for.
PARTS = 20_000
# The city existed before its first case.
BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Wanted:
    """What the command was asked for; None where nothing was said."""

    folder: Path
    cells: int | None
    cases: int | None
    parts: int | None
    past: bool


@click.command("demo-city")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=FOLDER,
    help="Where the data lie.",
)
@click.option("--without-past", is_flag=True, help="Only the city and its people, no past cases.")
@click.option(
    "--cells",
    type=click.IntRange(LEAST_CELLS, MOST_CELLS),
    help="A city with so many cells, into an empty database; without it the demo city of 2283.",
)
@click.option(
    "--cases",
    type=click.IntRange(1, MOST_CASES),
    help="So many cases of fourteen months (without photos) instead of the played past.",
)
@click.option(
    "--parts",
    type=click.IntRange(1, MOST_PARTS),
    help=f"So many parts along the streets, into an empty register; without it {PARTS} in a city that is new.",
)
def demo_city(folder: Path, cells: int | None, cases: int | None, parts: int | None, *, without_past: bool) -> None:
    """Load the demo city with its parts and past cases, unless they are there already; or a city of another size."""
    connect()
    began = time.monotonic()
    wanted = Wanted(folder, cells, cases, parts, not without_past and cells is None and cases is None and parts is None)
    try:
        with _ground(wanted) as ground:
            _load(ground, wanted, began)
            _furnish(wanted.parts)
            if wanted.past:
                _give_past(ground)
            if wanted.cases:
                fill_years(ground, wanted.cases, clock.now(), click.echo)
    except (DomainError, DemoCityRefused, PastRefused, YearsRefused, PartsRefused) as refused:
        raise click.ClickException(f"the demo city cannot be loaded: {refused}") from refused
    click.echo(f"the demo city is there ({time.monotonic() - began:.1f} s)")


@contextmanager
def _ground(wanted: Wanted) -> Iterator[Path]:
    """The folder of the city's files."""
    if wanted.cells is None:
        yield wanted.folder
        return
    with unit_of_work() as session:
        if is_loaded(session):
            raise YearsRefused("there is a city already; one of another size needs an empty database.")
    with drawn(wanted.folder, wanted.cells, click.echo) as folder:
        yield folder


def _load(folder: Path, wanted: Wanted, began: float) -> None:
    existed = YEARS + BEFORE if wanted.cases else EXISTED_FOR
    with unit_of_work() as session:
        if load_demo_city(session, folder, clock.now(), click.echo, existed):
            click.echo(f"the demo city is loaded ({time.monotonic() - began:.1f} s)")


def _furnish(count: int | None) -> None:
    """The parts that were asked for; of themselves the usual ones, where there are none."""
    if count is None:
        with unit_of_work() as session:
            if has_parts(session):
                return
    fill_parts(count or PARTS, clock.now(), click.echo)


def _give_past(folder: Path) -> None:
    """Play the shares of the past that are missing, each in a process and a unit of work of its own."""
    began = time.monotonic()
    now = clock.now()
    with unit_of_work() as session:
        if not is_from(session, folder):
            return
        cast = Cast(session, folder / "people.csv", now)
        missing = [share for share in range(VARIANTS) if not is_played(session, cast, share)]
    if not missing or (len(missing) == VARIANTS and Writing(click.echo).cases()):
        return  # played already, or a city with cases of its own
    album = Album()
    album.draw(pictures())
    click.echo(f"  {len(album.kept)} street scenes drawn ({time.monotonic() - began:.1f} s)")
    # Making room for a month's events locks out others who need the same room until the unit of work ends.
    for instant in (now - PAST - timedelta(days=10), now):
        make_room(int(instant.timestamp()))
    with ProcessPoolExecutor(len(missing), mp_context=get_context("spawn")) as pool:
        playing = [pool.submit(_play, folder, album, share, now) for share in missing]
        played = sum(sum(share.result().values()) for share in playing)
    click.echo(f"  {played} past cases played ({time.monotonic() - began:.1f} s)")


def _play(folder: Path, album: Album, share: int, now: datetime) -> Counter[str]:
    """One share, in a process of its own."""
    connect()
    with unit_of_work() as session:
        return play_share(session, folder, album, share, now, click.echo)
