"""`./fieldgrid figures …`: what figures are counted from, made again from the chains."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import click

from app.cli.demo_city.progress import Progress
from app.cli.system import connect, explained
from app.core.db import read_unit, unit_of_work
from app.evaluation import service
from app.evaluation.jobs import recount_page, roll_one
from app.evaluation.service import Marker

A_MOMENT_S = 0.05


@click.group()
def figures() -> None:
    """What figures are counted from."""


@figures.command()
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="So many at a time.")
def recount(processes: int) -> None:
    """Count every case again from its chain; what comes out as it was is left alone."""
    with explained(), read_unit() as session:
        marker = service.mark_waiting(session)
    while not _settled(marker):
        time.sleep(A_MOMENT_S)
    with explained(), read_unit() as session:
        pages = service.pages_of_cases(session)
    with explained(), unit_of_work() as session:
        service.forget_months(session)
    progress = Progress("cases", sum(len(page) for page in pages), lambda line: click.echo(line, err=True))
    changed = 0
    with ProcessPoolExecutor(processes, initializer=connect) as pool:
        for page, differed in zip(pages, pool.map(partial(recount_page, marker=marker), pages), strict=True):
            changed += differed
            progress.add(len(page))
    progress.done()
    while _forgot_some(marker):
        pass
    click.echo("  summing the months", err=True)
    while roll_one():
        pass
    click.echo(f"{changed} of {progress.count} cases were counted otherwise before")


def _settled(marker: Marker) -> bool:
    with explained(), read_unit() as session:
        return service.is_settled(session, marker)


def _forgot_some(marker: Marker) -> bool:
    with explained(), unit_of_work() as session:
        return service.forget_waiting(session, marker)
