"""What the console asks for, on a big city that is there already: lists, counts, cards, tiles, streams.

    ./fieldgrid demo-city --cells 20000 --parts 1140000 --cases 1000000     (once, into an empty database)
    python -m benchmarks.console [--clients 8] [--seconds 2] [--only lists,counts,cards,tiles,first,streams]

Settings as the product reads them (FIELDGRID_APP_DATABASE_URL …). It starts granian as the product does and stops it
again. Every path is asked for by several clients at once, each on its own connection, again as soon as it is answered;
printed are requests per second and the times to answer of the half, of 95 in 100 and of the slowest.
`first` is what a browser asks for until the map is idle, six requests at a time, nothing kept from before.
`streams` keeps 100 streams of 25 people open, sends 100 reports and measures how long each takes to reach them all,
beside a light request asked for every 100 ms meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from app.core import clock
from benchmarks.app_server import answer, free_port, wait_for
from benchmarks.hot_paths import PROCESSES, ROOT, call, http

API = "/api/v1"
PASSWORD = "fieldgrid-demo"
MIDDLE = (121.47, 31.23)
STREAMS, PEOPLE, REPORTS = 100, 25, 100
AT_ONCE = 6
ROLES = ("operator", "dispatcher", "supervisor", "auditor", "inspector5", "unit1", "handler1")
LISTS = (
    "",
    "state=received",
    "state=received,verifying,to_file,to_dispatch",
    "state=handling",
    "state=closed",
    "lamp=red",
    "lamp=yellow",
    "lamp=green",
    "lamp=grey",
    "lamp=yellow,red",
    "area=990101",
    "area=990103002",
    "owner=U03",
    "owner=U10",
    "type=06010",
    "type=01037",
    "source=inspector",
    "q=路灯",
    "q=中山大道",
    "from=2026-03-01T00:00:00Z&to=2026-03-08T00:00:00Z",
    "sort=due_at",
    "lamp=red&sort=due_at",
    "lamp=red&owner=U06",
    "lamp=red&area=990104",
    "state=handling&owner=U01&area=990102",
    "state=closed&type=01037&area=990105",
    "mark=mine",
    "mark=supervised",
    "mark=extension",
    "mark=appeal",
)
Ask = Callable[[], bytes]


@contextmanager
def server(port: int) -> Iterator[None]:
    """Granian with the product's own options on the configured database."""
    options = f"--interface wsgi --factory --port {port} --workers {PROCESSES} --blocking-threads 128 --no-ws --http 1"
    command = [str(Path(sys.executable).parent / "granian"), *options.split(), "--log-level", "error"]
    with tempfile.TemporaryFile() as log:
        environment = {"FIELDGRID_LOG_LEVEL": "WARNING", **os.environ}
        running = subprocess.Popen(
            [*command, "app.factory:serve"], cwd=ROOT, env=environment, stderr=log, start_new_session=True
        )
        try:
            wait_for(port)
            yield
        finally:
            running.terminate()
            running.wait()


def token_of(port: int, username: str) -> str:
    """Sign in."""
    body = {"username": username, "password": PASSWORD}
    return str(call(port, http("POST", f"{API}/auth/login", body=body))["access_token"])


async def took(port: int, ask: Ask, clients: int, seconds: float) -> list[float]:
    """Times to answer in ms, of every request that was begun in these seconds."""
    found: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < end:
            writer.write(ask())
            got = await answer(reader)
            if not got.startswith((b"20", b"304")):
                sys.exit(f"the server answered {got[:300]!r} to {ask()[:200]!r}")
            found.append((time.perf_counter() - began) * 1000)
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return found


def show(name: str, times: Sequence[float], seconds: float) -> float:
    """A line; the time of 95 in 100."""
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(
        f"{name:58} {len(ordered) / seconds:6.0f}/s  p50 {statistics.median(ordered):7.1f}  "
        f"p95 {p95:7.1f}  most {ordered[-1]:7.1f} ms",
        flush=True,
    )
    return p95


class Bench:
    """The paths, asked for one after the other."""

    def __init__(self, port: int, clients: int, seconds: float) -> None:
        self.port, self.clients, self.seconds = port, clients, seconds
        self.tokens = {name: token_of(port, name) for name in ROLES}

    def measure(self, name: str, ask: Ask) -> float:
        asyncio.run(took(self.port, ask, self.clients, self.seconds / 4))
        return show(name, asyncio.run(took(self.port, ask, self.clients, self.seconds)), self.seconds)

    def get(self, role: str, path: str) -> Ask:
        raw = http("GET", f"{API}{path}", self.tokens[role])
        return lambda: raw

    def lists(self) -> None:
        """Every filter for the operator, the usual ones for the others."""
        worst = []
        for role in ROLES:
            for wanted in LISTS if role == "operator" else (*LISTS[:2], *LISTS[3:7], "area=990101", "q=路灯"):
                path = f"/cases?limit=50&{quoted(wanted)}"
                worst.append((self.measure(f"{role} /cases {wanted}", self.get(role, path)), role, wanted))
        print(
            "slowest lists:", *(f"{p95:.0f} ms {role} {wanted}" for p95, role, wanted in sorted(worst)[-5:]), sep="\n  "
        )

    def counts(self) -> None:
        for role in ("operator", "inspector5", "unit1"):
            self.measure(f"{role} /cases/counts", self.get(role, "/cases/counts"))
        self.measure("operator /cases/overview", self.get("operator", "/cases/overview"))
        self.measure("operator /search", self.get("operator", f"/search?{quoted('q=中山大道')}"))

    def cards(self) -> None:
        numbers = self.numbers()
        for role in ("operator", "auditor"):
            token = self.tokens[role]
            self.measure(
                f"{role} /cases/{{number}}",
                lambda token=token: http("GET", f"{API}/cases/{random.choice(numbers)}", token),
            )
            self.measure(
                f"{role} /cases/{{number}}/events",
                lambda token=token: http("GET", f"{API}/cases/{random.choice(numbers)}/events", token),
            )

    def numbers(self) -> list[str]:
        found = call(self.port, http("GET", f"{API}/cases?limit=200", self.tokens["operator"]))
        return [one["number"] for one in found["items"]]

    def tiles(self) -> None:
        token = self.tokens["operator"]
        for layer, zooms in (
            ("base", (10, 13, 15)), ("areas", (10, 12, 14)), ("cells", (11, 14, 16)),
            ("cases", (9, 10, 11, 12, 13, 14, 15, 16, 17)),
            ("parts", (11, 13, 15, 16, 17, 18)),
        ):  # fmt: skip
            for zoom in zooms:
                tiles = [tile(zoom, *jittered()) for _ in range(400)]
                self.measure(
                    f"{layer} z{zoom}",
                    lambda layer=layer, tiles=tiles: http(
                        "GET", f"{API}/tiles/{layer}/{random.choice(tiles)}.mvt", token
                    ),
                )

    def first(self) -> None:
        """What is asked for until the map is idle: settings, counts, list, TileJSON and the tiles of one view."""
        token = self.tokens["operator"]
        paths = ["/console/settings", "/me", "/cases/counts", "/cases?limit=50"]
        paths += [f"/tiles/{layer}.json" for layer in ("base", "areas", "cells", "cases")]
        around = neighbours(13)
        paths += [f"/tiles/{layer}/{one}.mvt" for layer in ("base", "areas", "cells", "cases") for one in around]
        times = []
        for _ in range(5):
            began = time.perf_counter()
            asyncio.run(self._all(paths, token))
            times.append((time.perf_counter() - began) * 1000)
        print(f"first map: {len(paths)} requests, {AT_ONCE} at a time: {', '.join(f'{one:.0f}' for one in times)} ms")

    async def _all(self, paths: Sequence[str], token: str) -> None:
        left = list(reversed(paths))

        async def one() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            while left:
                writer.write(http("GET", f"{API}{left.pop()}", token))
                got = await answer(reader)
                if not got.startswith(b"20"):
                    sys.exit(f"the server answered {got[:300]!r}")
            writer.close()

        await asyncio.gather(*(one() for _ in range(AT_ONCE)))

    def streams(self) -> None:
        names = [
            f"{kind}{number or ''}" for kind in ("operator", "leader", "dispatcher") for number in ("", *range(2, 10))
        ]
        tokens = [token_of(self.port, name) for name in names[:PEOPLE]]
        arrivals, others = asyncio.run(watched(self.port, tokens, self.tokens["operator"]))
        seconds = REPORTS * 0.2
        show(f"report → {STREAMS} open streams (the last of them)", arrivals, seconds)
        show("a list meanwhile", others, seconds)


async def watched(port: int, tokens: Sequence[str], token: str) -> tuple[list[float], list[float]]:
    """How long each report takes to reach every stream, and a light request beside; in ms."""
    seen: dict[str, list[float]] = {}
    ready = asyncio.Event()
    open_streams = 0

    async def listen(mine: str) -> None:
        nonlocal open_streams
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(http("GET", f"{API}/stream", mine))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            sys.exit(f"no stream: {head[:300]!r}")
        open_streams += 1
        if open_streams == STREAMS:
            ready.set()
        while line := await reader.readline():
            if line.startswith(b"data: ") and b'"number"' in line:
                seen.setdefault(orjson.loads(line[6:])["number"], []).append(time.perf_counter())

    listeners = [asyncio.create_task(listen(tokens[index % len(tokens)])) for index in range(STREAMS)]
    await asyncio.wait_for(ready.wait(), 60)
    sent: dict[str, float] = {}
    others: list[float] = []
    await asyncio.gather(_report(port, token, sent), _beside(port, token, others))
    await asyncio.sleep(3)
    for one in listeners:
        one.cancel()
    missing = [number for number in sent if len(seen.get(number, ())) < STREAMS]
    if missing:
        print(f"{len(missing)} of {REPORTS} reports did not reach every stream")
    return [(max(seen[number]) - at) * 1000 for number, at in sent.items() if number in seen], others


async def _report(port: int, token: str, sent: dict[str, float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(REPORTS):
        lon, lat = jittered()
        words = {"description": "路灯不亮，请尽快派人处理。", "captured_at": clock.to_rfc3339(clock.now())}
        body = {**words, "position": {"lon": lon, "lat": lat}}
        began = time.perf_counter()
        writer.write(http("POST", f"{API}/reports", token, body))
        status, _, got = (await answer(reader)).partition(b" ")
        if not status.startswith(b"20"):
            sys.exit(f"the server answered {status!r} {got[:300]!r} to a report")
        sent[orjson.loads(got)["number"]] = began
        await asyncio.sleep(0.2)
    writer.close()


async def _beside(port: int, token: str, others: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(REPORTS * 2):
        began = time.perf_counter()
        writer.write(http("GET", f"{API}/cases?limit=50", token))
        await answer(reader)
        others.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.1)
    writer.close()


def quoted(query: str) -> str:
    """A query string as it is sent."""
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in query)


def jittered() -> tuple[float, float]:
    """Somewhere in the middle of the city."""
    return MIDDLE[0] + random.uniform(-0.03, 0.03), MIDDLE[1] + random.uniform(-0.025, 0.025)


def tile(zoom: int, lon: float, lat: float) -> str:
    """The tile in which a point lies, as z/x/y."""
    size = 2**zoom
    x = (lon + 180) / 360 * size
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size
    return f"{zoom}/{int(x)}/{int(y)}"


def neighbours(zoom: int) -> list[str]:
    """The tiles of one view around the middle: five by three."""
    _, x, y = (int(part) for part in tile(zoom, *MIDDLE).split("/"))
    return [f"{zoom}/{x + dx}/{y + dy}" for dx in range(-2, 3) for dy in range(-1, 2)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--seconds", type=float, default=2.0)
    asked.add_argument("--only", default="lists,counts,cards,tiles,first,streams")
    asked.add_argument("--port", type=int, help="of a server that runs already, instead of one of its own")
    options = asked.parse_args()
    if options.port:
        run(Bench(options.port, options.clients, options.seconds), options.only)
        return
    port = free_port()
    with server(port):
        run(Bench(port, options.clients, options.seconds), options.only)


def run(bench: Bench, only: str) -> None:
    for name in only.split(","):
        getattr(bench, name)()


if __name__ == "__main__":
    main()
