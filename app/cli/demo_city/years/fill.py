"""Years of cases into an empty database: planned at once, made and written in batches by several processes."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from app.cases.rules import Source
from app.cli.demo_city.load import Say
from app.cli.demo_city.progress import Progress
from app.cli.demo_city.years import living
from app.cli.demo_city.years.chain import canonical
from app.cli.demo_city.years.chronicle import Beginning, Spot
from app.cli.demo_city.years.life import Desk, Life
from app.cli.demo_city.years.sheets import Sheets
from app.cli.demo_city.years.survey import SEED, survey
from app.cli.demo_city.years.town import Actor, CellOf, Town
from app.cli.demo_city.years.worktime import DAY, HOUR, micros
from app.cli.demo_city.years.writing import Writing
from app.cli.system import connect
from app.core.db import unit_of_work

YEARS = timedelta(days=426)
"""Fourteen months: a whole year and the one before it to compare with."""
# More than the triggers of tiles write down one by one.
BATCH = 6_000
# Serial numbers that a batch may use for reports that are merged into its cases.
SPARE = 1.2
# How many cases a life opens on average, and a little more: with those that are merged into it.
MERGED = 1.04
# How much is reported in each hour of the day, and on each day of the week.
HOURS = (2, 1, 1, 1, 1, 3, 9, 20, 34, 38, 36, 30, 20, 22, 30, 33, 32, 28, 24, 22, 18, 12, 7, 4)
WEEK = (1.08, 1.06, 1.04, 1.02, 1.05, 0.78, 0.68)
SOURCES = ((0.62, Source.CITIZEN), (0.90, Source.INSPECTOR), (1.0, Source.VIDEO))
NAMELESS = 0.06
TYPED = 0.7
# A stretch of ground on which points are moved, so that not two cases lie on the very same spot: about a metre.
BESIDE = 8e-6


class YearsRefused(Exception):
    """There is something in the way; says what."""


@dataclass(frozen=True)
class Batch:
    """Lives that are made and written at once; `opened` in microseconds, ascending."""

    index: int
    serial: int
    opened: NDArray[np.int64]
    merges: bool


def openings(cases: int, since: int, until: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """When cases are opened: by the hour, the day of the week and the season; ascending, in microseconds.

    Shape: `since` and `until` likewise.
    """
    first = since - (since + 8 * HOUR) % DAY  # the city's midnight
    days = np.arange((until - first) // DAY + 1)
    weekday = (first // DAY + 1 + 3 + days) % 7
    season = 1.0 + 0.22 * np.sin((days + first / DAY) / 365.25 * 2 * np.pi - 1.9)
    weights = np.array(WEEK)[weekday] * season * rng.lognormal(0.0, 0.09, len(days))
    hours = np.array(HOURS, dtype=float)
    found = np.empty(0, dtype=np.int64)
    while len(found) < cases:
        day = rng.choice(len(days), cases, p=weights / weights.sum())
        hour = rng.choice(24, cases, p=hours / hours.sum())
        at = first + day * DAY + hour * HOUR + rng.integers(0, HOUR, cases)
        found = np.concatenate((found, at[(at >= since) & (at < until)]))
    return np.sort(rng.permutation(found)[:cases])


def batches(opened: NDArray[np.int64], serial: int, first: int, *, merges: bool = True) -> Iterator[Batch]:
    """The openings in batches, each with serial numbers of its own."""
    for index, start in enumerate(range(0, len(opened), BATCH), start=first):
        part = opened[start : start + BATCH]
        yield Batch(index, serial, part, merges)
        serial += int(len(part) * SPARE) + 50


def begun(town: Town, batch: Batch, dice: Random, serials: Iterator[int]) -> Iterator[Beginning]:
    """How each case of a batch begins: where, what, by whom."""
    rng = np.random.default_rng([SEED, batch.index])
    size = len(batch.opened)
    cells = rng.choice(len(town.cells), size, p=town.weights)
    points = town.points[cells, rng.integers(0, town.points.shape[1], size)] + rng.uniform(-BESIDE, BESIDE, (size, 2))
    for opened, cell, (lon, lat) in zip(batch.opened.tolist(), cells.tolist(), points.tolist(), strict=True):
        where = town.cells[cell]
        indices, weights = town.kinds_on[cell]
        kind = town.kinds[dice.choices(indices, cum_weights=weights)[0]]
        source, reporter = _sender(town, where, dice)
        spot = _spot(where, lon, lat, dice)
        words = dice.choice(kind.matter.words).format(road=where.road)
        typed = source is not Source.CITIZEN or dice.random() < TYPED
        yield Beginning(next(serials), kind, spot, reporter, source, words, opened, typed)


def _sender(town: Town, cell: CellOf, dice: Random) -> tuple[Source, Actor]:
    draw = dice.random()
    source = next(source for share, source in SOURCES if draw < share)
    if source is Source.INSPECTOR:
        return source, dice.choice(cell.inspectors)
    if source is Source.VIDEO:
        return source, dice.choice(town.operators)
    return source, dice.choice(town.passers_by if dice.random() < NAMELESS else town.citizens)


def _spot(cell: CellOf, lon: float, lat: float, dice: Random) -> Spot:
    lon, lat = _not_whole(lon), _not_whole(lat)
    address = f"{cell.road}{dice.randint(1, 398)}号附近（{cell.name}）"
    return Spot(cell, lon, lat, address, canonical({"crs": "wgs84", "lat": lat, "lon": lon}))


def _not_whole(degrees: float) -> float:
    """To six decimals, and never without any: canonical JSON would write that otherwise."""
    rounded = round(degrees, 6)
    return rounded + 1e-6 if rounded.is_integer() else rounded


_TOWN: list[tuple[Town, int]] = []


def arrive(pickled: str, now: int) -> None:
    """A process connects, and learns the town once."""
    connect()
    _TOWN[:] = [(pickle.loads(Path(pickled).read_bytes()), now)]  # noqa: S301 -- written by the parent process


def live(batch: Batch) -> Counter[str]:
    """Make and write one batch in one transaction; how many cases and rows."""
    town, now = _TOWN[0]
    dice, sheets, serials = Random(SEED * 1_000_003 + batch.index), Sheets(), count(batch.serial)  # noqa: S311
    around = Desk(town, dice, sheets, now, serials, batch.merges)
    cases = sum(living.live(Life(around, one)) for one in begun(town, batch, dice, serials))
    with unit_of_work() as session, closing(session.connection().connection.cursor()) as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL statement_timeout = 0")
        rows = sheets.copy(cursor)
    return Counter(cases=cases, rows=rows)


def fill_years(folder: Path, cases: int, now: datetime, say: Say, *, processes: int = 0) -> None:
    """So many cases of the fourteen months until now. All of it, or a database to throw away.

    Raises: YearsRefused where there are cases already.
    """
    writing = Writing(say)
    if there := writing.cases():
        raise YearsRefused(
            f"there are {there} cases already: years of cases are made in a database without any "
            "(./fieldgrid reset makes one)."
        )
    since = now - YEARS
    with unit_of_work() as session:
        town = survey(session, folder, since=since, until=now)
    writing.make_room(since, now)
    rng = np.random.default_rng(SEED)
    with writing.without_indexes(), writing.left_with(town) as pickled:
        crew = Crew(pickled, micros(now), processes or os.cpu_count() or 1)
        opened = openings(int(cases / MERGED), micros(since), micros(now), rng)
        plan = list(batches(opened, 1, 0))
        progress = Progress("cases", cases, say)
        made = crew.work(plan, progress)
        # Merged reports come on top by chance; what is missing to the round number are cases without any.
        rest = openings(cases - made, micros(since), micros(now), rng) if made < cases else opened[:0]
        last = plan[-1].serial + int(BATCH * SPARE) + 50 if plan else 1
        more = list(batches(rest, last, len(plan), merges=False))
        crew.work(more, progress)
        progress.done()
        final = more or plan
        writing.go_on_from(final[-1].serial + int(BATCH * SPARE) + 50 if final else 1)
    writing.analyze()


@dataclass(frozen=True)
class Crew:
    """Processes that make batches."""

    pickled: str
    now: int
    processes: int

    def work(self, plan: Sequence[Batch], progress: Progress) -> int:
        """Make and write them all; how many cases there are then."""
        if not plan:
            return progress.count
        with ProcessPoolExecutor(
            self.processes, mp_context=get_context("spawn"), initializer=arrive, initargs=(self.pickled, self.now)
        ) as pool:
            work = [pool.submit(live, batch) for batch in plan]
            try:
                for one in as_completed(work):
                    progress.add(one.result()["cases"])
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return progress.count
