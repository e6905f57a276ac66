"""Figures of a large city: a year's summary beside plain SQL and DuckDB, a day's events, everything counted anew.

    ./fieldgrid demo-city --cells 20000 --parts 1140000 --cases 1000000     (once, into an empty database)
    ./fieldgrid figures recount
    python -m benchmarks.figures [--rounds 7] [--recounts 2] [--only year,day,recount]

Settings as the product reads them (FIELDGRID_APP_DATABASE_URL …); no worker may run beside it.

`year` groups the twelve months before this one by district, type and month, and by other dimensions: the product's own
service, one SQL statement over the same entries, and DuckDB on a Parquet file of them, in turn; all three must say the
same. What is timed ends with the numbers of every group in Python's hands; the product's ends with names and rates.
`day` makes a day's cases go on and measures until their entries are counted and the sums of months are true again.
`recount` is the command, with the longest transaction that wrote anything.
DuckDB is not among FieldGrid's requirements: put it into the environment by `pip install duckdb`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import duckdb
from sqlalchemy import create_engine, text

from app.core import clock
from app.core.config import config
from app.core.db import Database, read_unit, unit_of_work, use_database
from app.evaluation import service
from app.evaluation.jobs import refresh_some, roll_one, tied_one
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.summing import COUNTS, OF_CASES, Dimension
from app.evaluation.service import Asked, Summary

GROUPINGS = (("district", "type", "month"), ("district", "month"), ("unit", "month"), ("type",), ())
_COLUMNS = "counted, at, cell, source, type_id, unit_id, marks, value"


def year_of(today: date) -> tuple[datetime, datetime]:
    """The twelve whole months before this one, in the city's zone."""
    zone = ZoneInfo(config().city_tz)
    end = datetime(today.year, today.month, 1, tzinfo=zone)
    return end.replace(year=end.year - 1), end


def ours(grouping: Sequence[str], since: datetime, until: datetime) -> dict[Any, Any]:
    """The product's answer, as it goes out, by group."""
    now = clock.now()
    asked = Asked(Subject.CITY, since, until, now, ("",), None)
    wanted = Summary(asked, tuple(Dimension(name) for name in grouping), config().city_tz)
    with read_unit() as session:
        return {_key(item, grouping): item for item in service.summarize(session, wanted, now=now)}


def _key(item: Mapping[str, Any], grouping: Sequence[str]) -> tuple[Any, ...]:
    """A group by codes."""
    found = []
    for name in grouping:
        value = item[name]
        if name == "type" and value is not None:
            value = (value["scheme"], value["kind"], value["code"])
        found.append(value["code"] if isinstance(value, dict) else value)
    return tuple(found)


def statement(grouping: Sequence[str], entries: str, month: str) -> str:
    """The same counts of every group, without anything made beforehand."""
    keys = {"district": "substr(cell, 1, 6)", "type": "type_id", "unit": "unit_id", "month": month}
    columns = [keys[name] for name in grouping]
    for count in COUNTS.values():
        marks = f"marks & {int(count.having | count.lacking)} = {int(count.having)}"
        columns.append(f"count(*) FILTER (WHERE counted = '{count.counted}' AND {marks})")
    alike = ", ".join(str(place + 1) for place in range(len(grouping)))
    kinds = ", ".join(f"'{kind}'" for kind in sorted(OF_CASES))
    time_of = "\"at\" >= '{since}' AND \"at\" < '{until}'"
    query = f"SELECT {', '.join(columns)} FROM {entries} WHERE counted IN ({kinds}) AND {time_of}"
    return f"{query} GROUP BY {alike}" if alike else query


@contextmanager
def parquet() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with a file of all entries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entries.parquet"
        found = duckdb.connect()
        columns = 'counted VARCHAR, "at" TIMESTAMPTZ, cell VARCHAR, source VARCHAR, type_id VARCHAR, unit_id VARCHAR'
        found.execute(f"CREATE TABLE entries ({columns}, marks INTEGER, value BIGINT)")
        flat = Path(folder) / "entries.csv"
        engine = create_engine(config().database_url)
        with engine.connect() as connection, flat.open("wb") as file:
            raw = connection.connection.cursor()
            raw.copy_expert(f"COPY (SELECT {_COLUMNS} FROM evaluation_entries) TO STDOUT (FORMAT csv)", file)
        found.execute(f"COPY entries FROM '{flat}' (FORMAT csv, HEADER false)")
        flat.unlink()
        found.execute(f"SET TimeZone = '{config().city_tz}'")
        found.execute(f"COPY entries TO '{path}' (FORMAT parquet)")
        found.execute("DROP TABLE entries")
        found.execute(f"CREATE VIEW entries AS SELECT * FROM read_parquet('{path}')")
        print(f"Parquet of the entries: {path.stat().st_size / 1e6:.0f} MB", flush=True)
        yield found


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """(milliseconds, what came)"""
    began = time.perf_counter()
    found = ask()
    return (time.perf_counter() - began) * 1000, found


def year(rounds: int) -> None:
    """Every grouping, three ways in turn."""
    since, until = year_of(clock.now().astimezone(ZoneInfo(config().city_tz)).date())
    engine = create_engine(config().database_url)
    zone = config().city_tz
    with engine.connect() as plain, parquet() as duck:
        for grouping in GROUPINGS:
            given = {"since": since.isoformat(), "until": until.isoformat()}
            month = f"to_char(at AT TIME ZONE '{zone}', 'YYYY-MM')"
            in_sql = statement(grouping, "evaluation_entries", month).format(**given)
            in_duck = statement(grouping, "entries", "strftime(\"at\", '%Y-%m')").format(**given)
            ways = {
                "ours": lambda grouping=grouping: ours(grouping, since, until),
                "sql": lambda query=in_sql: [tuple(row) for row in plain.exec_driver_sql(query.replace("%", "%%"))],
                "duck": lambda query=in_duck: duck.execute(query).fetchall(),
            }
            times: dict[str, list[float]] = {name: [] for name in ways}
            found: dict[str, Any] = {}
            for _ in range(rounds):
                for name, ask in ways.items():
                    spent, found[name] = timed(ask)
                    times[name].append(spent)
            compare(found)
            middle = {name: statistics.median(one) for name, one in times.items()}
            print(
                f"{' × '.join(grouping) or 'all':26} {len(found['ours']):6} groups  ours {middle['ours']:7.1f} ms"
                f"  plain SQL {middle['sql']:7.1f} ({middle['ours'] / middle['sql']:.3f} ×)"
                f"  DuckDB {middle['duck']:7.1f} ({middle['ours'] / middle['duck']:.2f} ×)",
                flush=True,
            )


def compare(found: Mapping[str, Any]) -> None:
    """All three must say the same; otherwise their times mean nothing."""
    ours_ = sorted(tuple(item[name] for name in COUNTS) for item in found["ours"].values())
    for name in ("sql", "duck"):
        width = len(COUNTS)
        theirs = sorted(tuple(row[-width:]) for row in found[name])
        if theirs != ours_:
            totals = [[sum(row[place] for row in rows) for place in range(width)] for rows in (theirs, ours_)]
            sys.exit(f"{name} says otherwise: {len(theirs)} groups, {len(ours_)} of ours; in all {totals}")


class Writing:
    """The longest transaction of this role that has written something, looked for every 20 ms while one is inside."""

    QUERY = """
        SELECT max(extract(epoch FROM clock_timestamp() - xact_start)) FROM pg_stat_activity
         WHERE backend_xid IS NOT NULL"""

    def __init__(self) -> None:
        self.longest = 0.0
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        engine = create_engine(config().database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            while not self._over.wait(0.02):
                self.longest = max(self.longest, float(connection.exec_driver_sql(self.QUERY).scalar() or 0))


_OF_DAY = text("""
    SELECT array_agg(DISTINCT case_id::text), count(*) FROM case_events
     WHERE at >= CAST(:day AS timestamp) AT TIME ZONE :zone
       AND at < (CAST(:day AS timestamp) + interval '1 day') AT TIME ZONE :zone""")
_NOTE = text("INSERT INTO evaluation_pending (case_id) SELECT unnest(CAST(:ids AS uuid[]))")


def day() -> None:
    """The middle one of the last sixty days, and the busiest: its cases are counted as before it, then as they are."""
    zone = ZoneInfo(config().city_tz)
    with read_unit() as session:
        days = session.execute(_DAYS, {"zone": zone.key, "now": clock.now()}).scalars().all()
    while roll_one():
        pass
    for one in (days[len(days) // 2], days[-1]):
        _day(one, zone)


def _day(one: date, zone: ZoneInfo) -> None:
    with read_unit() as session:
        ids, events = session.execute(_OF_DAY, {"day": one, "zone": zone.key}).one()
    before = datetime(one.year, one.month, one.day, tzinfo=zone)
    for start in range(0, len(ids), 500):
        page = ids[start : start + 500]
        with unit_of_work() as session:
            counted = service.count_cases(session, page, before, clock.now())
            service.keep(session, service.difference(session, page, counted))
    with unit_of_work() as session:
        session.execute(_NOTE, {"ids": ids})
    with Writing() as writing:
        began = time.perf_counter()
        while refresh_some():
            pass
        counted = time.perf_counter() - began
        while roll_one() or tied_one():
            pass
        spent = time.perf_counter() - began
    print(
        f"{one}: {events} events of {len(ids)} cases counted in {counted:.2f} s, sums true after {spent:.2f} s;"
        f" longest writing transaction {writing.longest:.2f} s",
        flush=True,
    )


_DAYS = text("""
    SELECT CAST(at AT TIME ZONE :zone AS date) FROM case_events
     WHERE at > CAST(:now AS timestamptz) - interval '60 days' GROUP BY 1 ORDER BY count(*)""")


def recount(times: int) -> None:
    """The command, several times: from the second one on nothing may differ."""
    for _ in range(times):
        began = time.perf_counter()
        with Writing() as writing:
            done = subprocess.run(
                [sys.executable, "-m", "app.cli", "figures", "recount"], check=True, stdout=subprocess.PIPE, text=True
            )
        print(
            f"recount: {done.stdout.strip()} in {time.perf_counter() - began:.0f} s;"
            f" longest writing transaction {writing.longest:.2f} s",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--recounts", type=int, default=2)
    parser.add_argument("--only", default="year,day,recount")
    options = parser.parse_args()
    use_database(Database.connect(config()))
    for part in options.only.split(","):
        {"year": lambda: year(options.rounds), "day": day, "recount": lambda: recount(options.recounts)}[part]()


if __name__ == "__main__":
    main()
