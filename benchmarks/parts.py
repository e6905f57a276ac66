"""How fast parts come in and are found, beside what the machine can do with the same rows.

    python -m benchmarks.parts CSV [--scheme SCHEME]

on the configured database, which has the file's areas and types and an empty register. The limit of the import is the
same file read by Python's csv and copied into a table without indexes, keys or checks; that of the questions is one row
by its key. Processor time is told beside the wall's, as the machine may have other work.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import click
from sqlalchemy import text

from app.cli.system import connect
from app.core.db import read_unit, unit_of_work
from app.parts.jobs import bring_in
from app.parts.queries import register
from app.parts.queries.register import Around, PartFilter
from app.parts.rules.distances import box_around
from app.parts.service.files import Wanted
from app.parts.service.importing import MERGE, HandedIn

ROUNDS = 20
LIMIT_ROWS = 20_000


def limit(path: Path) -> float:
    """Rows a second that can be read and copied at all."""
    began, rows = time.perf_counter(), 0
    with path.open(encoding="utf-8", newline="") as file, unit_of_work() as session:
        reader = csv.reader(file)
        width = len(next(reader))
        columns = ", ".join(f"c{at} text" for at in range(width))
        session.execute(text(f"CREATE TEMPORARY TABLE bare ({columns}) ON COMMIT DROP"))
        connection = session.connection().connection.driver_connection
        assert connection is not None
        while lines := [line for _, line in zip(range(LIMIT_ROWS), reader, strict=False)]:
            with connection.cursor() as cursor:
                cursor.copy_expert("COPY bare FROM STDIN", io.StringIO("\n".join(map("\t".join, lines)) + "\n"))
            rows += len(lines)
    return rows / (time.perf_counter() - began)


def brought_in(path: Path, scheme: str | None) -> float:
    """Rows a second with every check, key and index."""
    began, own = time.perf_counter(), time.process_time()
    wanted = HandedIn("", path.name, Wanted(None, {}, scheme), MERGE, dry_run=False)
    verdict, counts = bring_in(path, wanted, lambda _stage, _rows: None)
    if verdict.faults.total:
        raise click.ClickException(f"the file has faults, the first: {verdict.faults.first[0].detail}")
    took, own = time.perf_counter() - began, time.process_time() - own
    click.echo(f"  {counts}: {took:.1f} s, of them {own:.1f} s of Python's processor time")
    return verdict.rows / took


def asked(question: Callable[[Any], Any]) -> float:
    """The median of a question in milliseconds."""
    found = []
    with read_unit() as session:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            question(session)
            found.append((time.perf_counter() - began) * 1000)
    return median(found)


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--scheme")
def main(path: Path, scheme: str | None) -> None:
    """Print rates and times with their ratios."""
    connect()
    most = limit(path)
    for name in ("new", "unchanged"):
        rate = brought_in(path, scheme)
        click.echo(f"import, {name}: {rate:,.0f} rows/s, {rate / most:.2f} × the bare copy's {most:,.0f}")
    with read_unit() as session:
        query = "SELECT code, cell_code, type_id, ST_X(geom) AS x, ST_Y(geom) AS y FROM parts ORDER BY code OFFSET 1000"
        code, cell, type_id, lon, lat = session.execute(text(query + " LIMIT 1")).one()
    around = Around(lon, lat, 500, box_around(lon, lat, 500))
    questions: dict[str, Callable[[Any], Any]] = {
        "one by its code": lambda session: register.find_part(session, code),
        "nearest 5 in 500 m": lambda session: register.nearest(session, around, None, 5),
        "nearest 5 of a type": lambda session: register.nearest(session, around, [type_id], 5),
        "list": lambda session: register.parts_page(session, PartFilter(), None, 51),
        "list of a type": lambda session: register.parts_page(session, PartFilter(types=(type_id,)), None, 51),
        "list of a street": lambda session: register.parts_page(session, PartFilter(area=cell[:9]), None, 51),
        "counts of a street": lambda session: register.counts(session, cell[:9]),
        "counts of the city": lambda session: register.counts(session, None),
    }
    times = {name: asked(question) for name, question in questions.items()}
    for name, took in times.items():
        click.echo(f"{name}: {took:.2f} ms, {took / times['one by its code']:.1f} × one row")


if __name__ == "__main__":
    main()
