"""How fast cases go out, beside what the database alone makes of the same columns.

    python -m benchmarks.exports [--cases 100000] [--who supervisor] [--formats csv,geojson]

on the configured database, a city with cases. The limit is COPY of the same columns of the same cases, with their
names joined, read by psql and thrown away. Memory is what the process holds at most above what it held before the
export began; processor time is Python's own.
"""

from __future__ import annotations

import re
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import click
from sqlalchemy import make_url, text

from app.accounts import service as accounts
from app.cases.rules.filters import CaseFilter
from app.cli.system import connect
from app.core.config import config
from app.core.db import read_unit
from app.exports import service
from app.exports.queries.picking import picked_cases
from app.exports.rules import Format

COPY = """COPY (
  SELECT c.number, c.state, c.source, t.scheme, t.kind, t.code, t.name, f.text, c.description,
         d.code, d.name, s.code, s.name, m.code, m.name, e.code, e.name, c.address, c.lon, c.lat, o.code, o.name,
         to_char(c.opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
         to_char(c.filed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
         to_char(c.dispatched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
         to_char(c.due_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
         to_char(c.handled_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
         to_char(c.closed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
         CASE WHEN c.due_at IS NULL OR c.state IN ('closed', 'merged', 'rejected', 'void') THEN NULL
              WHEN c.paused THEN 'grey' WHEN c.due_at < now() THEN 'red' WHEN c.yellow_at < now() THEN 'yellow'
              ELSE 'green' END,
         c.reworks, c.returns, c.holds, c.extensions, c.reopens, c.forced, c.supervised, c.rating
    FROM cases c
    LEFT JOIN types t ON t.id = c.type_id LEFT JOIN filing_conditions f ON f.id = c.condition_id
    LEFT JOIN organizations o ON o.id = c.lead_id
    LEFT JOIN areas d ON d.code = left(c.filed_cell, 6) LEFT JOIN areas s ON s.code = left(c.filed_cell, 9)
    LEFT JOIN areas m ON m.code = left(c.filed_cell, 12) LEFT JOIN areas e ON e.code = c.filed_cell
   WHERE c.opened_at >= '{since}' ORDER BY c.opened_at DESC, c.id DESC) TO STDOUT (FORMAT csv, HEADER)"""
EDGE = text("SELECT opened_at FROM cases ORDER BY opened_at DESC, id DESC OFFSET :skipped LIMIT 1")


def resident_mib() -> float:
    """What this process holds in memory now."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1024


class Watch:
    """The most that the process held while the block ran."""

    def __enter__(self) -> Self:
        self.before = self.most = resident_mib()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, resident_mib())

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def newest(most: int) -> datetime:
    """When the oldest of so many cases was opened."""
    with read_unit() as session:
        found: datetime | None = session.execute(EDGE, {"skipped": most - 1}).scalar()
    assert found is not None, "there are fewer cases"
    return found


def copied(most: int, since: datetime) -> float:
    """Rows a second of COPY, from psql into nothing."""
    url = make_url(config().database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    began = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        subprocess.run(["psql", url, "-qXc", COPY.format(since=since)], check=True, stdout=file)
    took = time.perf_counter() - began
    click.echo(f"COPY by psql: {most / took:,.0f} rows/s ({took:.2f} s)")
    return most / took


def exported(who: str, since: datetime, ending: Format) -> float:
    """Rows a second of an export, from the choice of its cases to its last byte."""
    now = datetime.now(UTC)
    began, own = time.perf_counter(), time.process_time()
    size = 0
    with Watch() as watch:
        with read_unit() as session:
            user_id = accounts.user_id_of(session, who)
            assert user_id is not None, f"there is no {who}"
            principal = accounts.absent_principal(session, user_id, now=now)
            assert principal is not None
            picked = picked_cases(session, CaseFilter(since=since), principal, now=now, most=5_000_000)
            wording = service.wording(session, "zh-CN")
        chosen = time.perf_counter() - began
        reader = service.Reader(principal, ending, now, config().city_tz)
        pieces: Iterator[bytes] = service.pieces_of(
            ending, service.batches(read_unit, reader, picked), wording, len(picked)
        )
        for piece in pieces:
            size += len(piece)
    took, own = time.perf_counter() - began, time.process_time() - own
    click.echo(
        f"{ending}: {len(picked) / took:,.0f} rows/s ({took:.2f} s, of them {own:.2f} s of Python's processor time and "
        f"{chosen:.2f} s to choose them), {size / 2**20:.0f} MiB of file, "
        f"{watch.before:.0f} → at most {watch.most:.0f} MiB of memory"
    )
    return len(picked) / took


@click.command()
@click.option("--cases", "most", default=100_000)
@click.option("--who", default="supervisor")
@click.option("--formats", default="csv")
def main(most: int, who: str, formats: str) -> None:
    connect()
    since = newest(most)
    copied(most, since)
    limit = copied(most, since)
    for ending in formats.split(","):
        rate = exported(who, since, Format(ending))
        click.echo(f"  {rate / limit:.2f} x COPY")
    click.echo(f"most memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
