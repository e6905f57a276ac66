"""The API's busiest paths beside their limit, a JSON echo of the same server, alternating in one run.

    python -m benchmarks.hot_paths [--cases 20000] [--clients 8] [--seconds 2] [--rounds 5]

It makes a database of its own in the throw-away cluster of the tests, loads the demo city without its past, adds
cases, and starts granian as the product does; database and server are gone when it ends. The echo is a bare Flask
application in the same processes. Prints, for each path, the median over the rounds of requests per second, of the
ratio to the echo measured just before it, of the server's processor time (database not included), and the 95th
percentile of the time to answer. Only ratios of one run count; see benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
from flask import Flask, Response, request
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import migrate
from app.cli.demo_city.load import load_demo_city
from app.core import clock
from app.core.config import Config
from app.core.db import Database
from app.core.paging import encode_cursor
from app.factory import create_app
from benchmarks.app_server import answer, free_port, processor_seconds, wait_for
from tests.conftest import ROOT, create_empty, make_settings

PROCESSES = 2
PAGE = 50
DEEP = 1_000
Ask = Callable[[], bytes]


def served() -> Any:
    """What granian serves: the product, and under /echo the limit."""
    echo = Flask("echo")

    @echo.post("/")
    def repeat() -> Response:
        return Response(orjson.dumps(orjson.loads(request.get_data())), content_type="application/json")

    return DispatcherMiddleware(create_app(), {"/echo": echo})


class Round(NamedTuple):
    """One measurement: requests per second, server's processor ms per request, 95th percentile in ms."""

    per_s: float
    cpu_ms: float
    p95_ms: float


def http(method: str, path: str, token: str = "", body: object = None) -> bytes:
    data = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(data)}"]
    lines += ["Content-Type: application/json"] if data else []
    lines += [f"Authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", ""]).encode() + data


async def measure(port: int, group: int, ask: Ask, clients: int, seconds: float) -> Round:
    """Some clients, each asking again on its own connection as soon as it is answered."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < end:
            writer.write(ask())
            got = await answer(reader)
            if not got.startswith(b"20"):
                sys.exit(f"the server answered {got[:500]!r}")
            took.append(time.perf_counter() - began)
        writer.close()

    before = processor_seconds(group)
    await asyncio.gather(*(one() for _ in range(clients)))
    spent = processor_seconds(group) - before
    took.sort()
    return Round(len(took) / seconds, spent / len(took) * 1000, took[int(len(took) * 0.95)] * 1000)


@contextmanager
def city() -> Iterator[tuple[Config, Engine]]:
    """A database of one's own with the demo city."""
    found = (
        os.environ.get("FIELDGRID_TESTDB_URL")
        or subprocess.run([str(ROOT / "fieldgrid"), "testdb"], check=True, capture_output=True, text=True)
        .stdout.strip()
        .splitlines()
        .pop()
    )
    admin = create_engine(found, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    name = f"fg_bench_{uuid4().hex[:10]}"
    create_empty(admin, name)
    try:
        with tempfile.TemporaryDirectory(prefix="fieldgrid-bench-") as photos:
            settings = make_settings(found, name, Path(photos))
            migrate.upgrade(settings.owner_database_url)
            database = Database.connect(settings)
            began = clock.now() - timedelta(days=800)
            with database.unit_of_work() as session:
                load_demo_city(session, ROOT / "grid_data", began)
            database.bind.dispose()  # type: ignore[union-attr]
            yield settings, create_engine(settings.owner_database_url, poolclass=NullPool)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


# Copies of one case over two years, each in a cell of its own choice; one in fifty is still open.
_CROWD = """
    INSERT INTO cases (id, number, opened_at, updated_at, filed_cell, current_cell, state, due_at, {columns})
    SELECT gen_random_uuid(), 'X-' || n, c.opened_at - n * make_interval(secs => 63000000.0 / :count), c.updated_at,
           a.codes[1 + n % cardinality(a.codes)], a.codes[1 + n % cardinality(a.codes)],
           CASE WHEN n % 50 = 0 THEN c.state ELSE 'closed' END, CASE WHEN n % 50 = 0 THEN c.due_at END, {columns}
      FROM (SELECT * FROM cases LIMIT 1) c, generate_series(1, :count) n,
           (SELECT array_agg(code) AS codes FROM areas WHERE level = 4 AND valid_to IS NULL) a"""
_OWN = ["id", "number", "geom", "opened_at", "updated_at", "filed_cell", "current_cell", "state", "due_at"]


def crowd(engine: Engine, count: int) -> None:
    """Add cases by SQL."""
    with engine.begin() as connection:
        columns = connection.execute(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = 'cases'")
        ).scalars()
        shared = ", ".join(sorted(set(columns) - set(_OWN)))
        connection.execute(text(_CROWD.format(columns=shared)), {"count": count})
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE cases"))


@contextmanager
def server(settings: Config, port: int) -> Iterator[int]:
    """Granian with the product's settings; gives its process group."""
    environment = {
        **os.environ,
        "FIELDGRID_APP_DATABASE_URL": settings.database_url,
        "FIELDGRID_SECRET_KEY": settings.secret_key,
        "FIELDGRID_DATA_KEY": settings.data_key,
        "FIELDGRID_STORAGE_URL": settings.storage_url,
        "FIELDGRID_LOG_LEVEL": "INFO",
    }
    options = f"--interface wsgi --factory --port {port} --workers {PROCESSES} --blocking-threads 128 --no-ws --http 1"
    command = [str(Path(sys.executable).parent / "granian"), *options.split(), "--log-level", "error"]
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(
            [*command, "benchmarks.hot_paths:served"], cwd=ROOT, env=environment, stderr=log, start_new_session=True
        )
        try:
            wait_for(port)
            yield running.pid
        finally:
            running.terminate()
            running.wait()


def call(port: int, raw: bytes) -> Any:
    async def once() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(raw)
        found = await answer(reader)
        writer.close()
        return found

    status, _, body = asyncio.run(once()).partition(b" ")
    if not status.startswith(b"20"):
        sys.exit(f"the server answered {status!r} {body[:500]!r}")
    return orjson.loads(body)


def report(spots: list[tuple[float, float]], type_: dict[str, str]) -> dict[str, Any]:
    """A report somewhere in the city, without photos."""
    lon, lat = random.choice(spots)
    position = {"lon": lon + random.uniform(-1e-4, 1e-4), "lat": lat + random.uniform(-1e-4, 1e-4)}
    words = "路灯不亮，请尽快派人处理。"
    return {"description": words, "position": position, "type": type_, "captured_at": "2026-01-10T08:00:00Z"}


def paths(port: int, engine: Engine, cases: int) -> dict[str, Ask]:
    """What is asked for, by name; every answer has to be a success."""
    login = {"username": "operator", "password": "fieldgrid-demo"}
    token = call(port, http("POST", "/api/v1/auth/login", body=login))["access_token"]
    with engine.connect() as connection:
        inside = (
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geom) p FROM areas WHERE level = 4 LIMIT 300) s"
        )
        spots = [(x, y) for x, y in connection.execute(text(inside))]
        one = connection.execute(text("SELECT scheme, kind, code FROM types ORDER BY id LIMIT 1")).mappings().one()
        type_ = dict(one)
    number = call(port, http("POST", "/api/v1/reports", token, report(spots, type_)))["number"]
    crowd(engine, cases)
    list_ = f"/api/v1/cases?limit={PAGE}"
    found: dict[str, Ask] = {
        "POST /reports": lambda: http("POST", "/api/v1/reports", token, report(spots, type_)),
        "GET /cases, page 1": lambda: http("GET", list_, token),
        "GET /cases, state and area": lambda: http("GET", f"{list_}&state=received,closed&area=990101", token),
        "GET /cases/{number}": lambda: http("GET", f"/api/v1/cases/{number}", token),
        "GET /grid/locate": lambda: http(
            "GET", "/api/v1/grid/locate?lon={:.6f}&lat={:.6f}".format(*random.choice(spots))
        ),
    }
    deep = min(DEEP * PAGE, cases - PAGE)
    if deep > 0:
        cursor = f"{list_}&cursor={_edge(engine, deep)}"
        found[f"GET /cases, page {deep // PAGE}"] = lambda: http("GET", cursor, token)
    return found


def _edge(engine: Engine, skipped: int) -> str:
    edge = text("SELECT opened_at, id FROM cases ORDER BY opened_at DESC, id DESC OFFSET :skipped LIMIT 1")
    with engine.connect() as connection:
        opened_at, case_id = connection.execute(edge, {"skipped": skipped}).one()
    opened: datetime = opened_at
    return encode_cursor(clock.to_rfc3339(opened), str(case_id))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cases", type=int, default=20_000)
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--seconds", type=float, default=2.0)
    asked.add_argument("--rounds", type=int, default=5)
    options = asked.parse_args()
    port = free_port()
    with city() as (settings, engine), server(settings, port) as group:
        found = paths(port, engine, options.cases)
        limit = http("POST", "/echo/", body={"description": "路灯不亮", "position": {"lon": 120.1, "lat": 30.2}})
        rounds: dict[str, list[tuple[Round, Round]]] = {name: [] for name in found}
        for _ in range(options.rounds + 1):
            for name, ask in found.items():
                echo = asyncio.run(measure(port, group, lambda: limit, options.clients, options.seconds / 2))
                path = asyncio.run(measure(port, group, ask, options.clients, options.seconds))
                rounds[name].append((echo, path))
    print(f"{options.clients} clients, {options.cases} cases, {PROCESSES} processes, median of {options.rounds}")
    for name, pairs in rounds.items():
        show(name, pairs[1:])  # The first round warms up.


def show(name: str, pairs: list[tuple[Round, Round]]) -> None:
    per_s, cpu, p95 = (statistics.median(path[place] for _, path in pairs) for place in range(3))
    ratio = statistics.median(path.per_s / echo.per_s for echo, path in pairs)
    cost = statistics.median(path.cpu_ms / echo.cpu_ms for echo, path in pairs)
    print(
        f"{name:28} {per_s:7.0f}/s  {ratio:5.2f} × echo  p95 {p95:6.1f} ms  processor {cpu:5.2f} ms, {cost:4.1f} × echo"
    )


if __name__ == "__main__":
    main()
