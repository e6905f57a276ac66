"""What the console asks for, on a big city that is there already: lists, counts, cards, tiles, streams.

    ./fieldgrid demo-city --cells 20000 --parts 1140000 --cases 1000000     (once, into an empty database)
    python -m benchmarks.console [--clients 8] [--seconds 2] [--only lists,counts,cards,tiles,first,streams,memory]

Settings as the product reads them (FIELDGRID_APP_DATABASE_URL …). It starts granian as the product does and stops it
again. Every path is asked for by several clients at once, each on its own connection, again as soon as it is answered;
printed are requests per second and the times to answer of the half, of 95 in 100 and of the slowest.
`first` is what a browser asks for until the map is idle, six requests at a time, nothing kept from before.
`streams` sends 100 reports while nobody listens, then again while 100 streams of 25 people are open, and measures how
long each takes to reach them all; beside both, a list is asked for every 100 ms.
`beside` (only with --tipg http://127.0.0.1:8311) asks our server and a tipg that runs on the same database for the same
tiles of cells, in turn, one at a time, none of them twice: cut from the same rows of `ground_areas`. `memory` is what
the server's processes hold, best named last. tipg is not among FieldGrid's requirements; put it into an environment of
its own and start it with TIPG_DB_SCHEMAS='["public"]' uvicorn tipg.main:app --port 8311 --workers 2 --no-access-log
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import socket
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
from benchmarks.app_server import answer, free_port, processes, wait_for
from benchmarks.hot_paths import PROCESSES, ROOT, call, http

API = "/api/v1"
PASSWORD = "fieldgrid-demo"
MIDDLE = (121.47, 31.23)
STREAMS, PEOPLE, REPORTS = 100, 25, 100
TILES_BESIDE = 40
LAYERS = ("base", "areas", "cells", "cases", "parts")
AT_ONCE = 6
# As scripts/services.sh and the image set them.
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
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
def server(port: int) -> Iterator[int]:
    """Granian with the product's own options on the configured database."""
    options = f"--interface wsgi --factory --port {port} --workers {PROCESSES} --blocking-threads 128 --no-ws --http 1"
    options += " --workers-kill-timeout 10 --log-level error"
    command = [str(Path(sys.executable).parent / "granian"), *options.split()]
    with tempfile.TemporaryFile() as log:
        environment = {"FIELDGRID_LOG_LEVEL": "WARNING", **MALLOC, **os.environ}
        running = subprocess.Popen(
            [*command, "app.factory:serve"], cwd=ROOT, env=environment, stderr=log, start_new_session=True
        )
        try:
            wait_for(port)
            yield running.pid
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

    def __init__(self, port: int, group: int | None, options: argparse.Namespace) -> None:
        self.port, self.group, self.tipg = port, group, options.tipg
        self.clients, self.seconds = options.clients, options.seconds
        self.tokens = {name: token_of(port, name) for name in ROLES}
        # Both processes read the points of cases and parts when they start.
        for layer in ("cases", "parts"):
            ask = self.get("operator", f"/tiles/{layer}/{tile(9, *MIDDLE)}.mvt")
            asyncio.run(took(port, ask, 4 * PROCESSES, 0.1))

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
        worst = []
        for layer in LAYERS:
            for zoom in range(8, 19):
                tiles = [tile(zoom, *jittered()) for _ in range(400)]
                p95 = self.measure(
                    f"{layer} z{zoom}",
                    lambda layer=layer, tiles=tiles: http(
                        "GET", f"{API}/tiles/{layer}/{random.choice(tiles)}.mvt", token
                    ),
                )
                worst.append((p95, f"{layer} z{zoom}"))
        print("slowest tiles:", ", ".join(f"{name} {p95:.0f} ms" for p95, name in sorted(worst)[-5:]))

    def beside(self) -> None:
        """Tiles of cells of ours and of tipg's, in turn."""
        if not self.tipg:
            sys.exit("beside needs --tipg with the address of a running tipg")
        host, _, other = self.tipg.removeprefix("http://").rstrip("/").partition(":")
        ours, theirs = [], []
        for zoom in range(13, 19):
            pairs = asyncio.run(beside(self.port, self.tokens["operator"], (host, int(other or 80)), zoom))
            for found, all_of_them in zip(zip(*pairs, strict=True), (ours, theirs), strict=True):
                all_of_them.extend(found)
            show(f"cells z{zoom}", [mine for mine, _ in pairs], sum(mine for mine, _ in pairs) / 1000)
            show(f"cells z{zoom}, tipg", [its for _, its in pairs], sum(its for _, its in pairs) / 1000)
            print(f"cells z{zoom}: {statistics.median(mine / its for mine, its in pairs):.2f} × tipg (of the half)")
        print(f"all {len(ours)} tiles: {sum(ours) / sum(theirs):.2f} × tipg's time")

    def memory(self) -> None:
        """What each process of the server holds by now: in all, and what is its own share."""
        if self.group is None:
            sys.exit("memory is that of a server of this program's own: leave out --port")
        for pid in processes(self.group):
            said = dict(line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
            rss, pss = (int(said[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
            print(f"process {pid}: {rss:.0f} MiB resident, {pss:.0f} MiB its share")

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
        _, before = asyncio.run(watched(self.port, [], self.tokens["operator"]))
        arrivals, others = asyncio.run(watched(self.port, tokens, self.tokens["operator"]))
        seconds = REPORTS * 0.2
        show("a list beside reports, without streams", before, seconds)
        show(f"report → {STREAMS} open streams (the last of them)", arrivals, seconds)
        show("a list beside reports and streams", others, seconds)


async def watched(port: int, tokens: Sequence[str], token: str) -> tuple[list[float], list[float]]:
    """How long each report takes to reach every stream, and a light request beside; in ms. No tokens: no streams."""
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

    wanted = STREAMS if tokens else 0
    if not wanted:
        ready.set()
    listeners = [asyncio.create_task(listen(tokens[index % len(tokens)])) for index in range(wanted)]
    await asyncio.wait_for(ready.wait(), 60)
    sent: dict[str, float] = {}
    others: list[float] = []
    await asyncio.gather(_report(port, token, sent), _beside(port, token, others))
    await asyncio.sleep(3)
    for one in listeners:
        one.cancel()
    return arrived(sent, seen, wanted), others


def arrived(sent: dict[str, float], seen: dict[str, list[float]], wanted: int) -> list[float]:
    """How long each report took to the last stream; in ms."""
    missing = [number for number in sent if len(seen.get(number, ())) < wanted]
    if missing:
        print(f"{len(missing)} of {REPORTS} reports did not reach every stream")
    return [(max(seen[number]) - at) * 1000 for number, at in sent.items() if number in seen]


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


async def beside(port: int, token: str, other: tuple[str, int], zoom: int) -> list[tuple[float, float]]:
    """How long each of some tiles takes, ours and the other server's; in ms."""
    ours = await asyncio.open_connection("127.0.0.1", port)
    theirs = await asyncio.open_connection(*other)
    query = "band=13&level=4&properties=code,name,parent_code,zone_code&buffer=64"
    root = "/collections/public.ground_areas/tiles/WebMercatorQuad"
    found = []
    for one in sorted({tile(zoom, *jittered()) for _ in range(TILES_BESIDE)}):
        times = []
        for (reader, writer), raw in (
            (ours, http("GET", f"{API}/tiles/cells/{one}.mvt", token)),
            (theirs, http("GET", f"{root}/{one}?{query}")),
        ):
            # A server that writes head and body apart would otherwise wait 40 ms for this side's acknowledgement.
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            began = time.perf_counter()
            writer.write(raw)
            got = await answer(reader)
            times.append((time.perf_counter() - began) * 1000)
            if not got.startswith(b"20"):
                sys.exit(f"a server answered {got[:300]!r}")
        found.append((times[0], times[1]))
    return found


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
    asked.add_argument("--tipg", help="the address of a tipg on the same database, for `beside`")
    asked.add_argument("--port", type=int, help="of a server that runs already, instead of one of its own")
    options = asked.parse_args()
    if options.port:
        run(Bench(options.port, None, options), options.only)
        return
    port = free_port()
    with server(port) as group:
        run(Bench(port, group, options), options.only)


def run(bench: Bench, only: str) -> None:
    for name in only.split(","):
        getattr(bench, name)()


if __name__ == "__main__":
    main()
