"""Import and location against their limits, side by side in one run.

    python -m benchmarks.locate [--cells 20000] [--rounds 5]

Works on the configured database (see .env.example) and leaves it as it was: everything happens in one transaction that
is rolled back. Prints seconds, microseconds and ratios to the limit.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil

import numpy as np
import orjson
import shapely
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.core.config import config
from app.grid import service
from app.grid.rules.coordinates import from_wgs84_many
from app.grid.rules.points import points_to_wgs84
from tests.factories.grid import SOUTH, STEP, WEST, geojson, made_city

# Cells along a community's edge.
SIDE = 25
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The median time of some work."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cells", type=int, default=20_000)
    asked.add_argument("--rounds", type=int, default=5)
    options = asked.parse_args()
    communities = ceil(options.cells / (2 * SIDE * SIDE))
    areas = made_city(side=SIDE, communities=communities)
    data = geojson(areas)
    with Session(create_engine(config().database_url)) as session:
        session.execute(text("UPDATE areas SET valid_to = now() WHERE valid_to IS NULL AND valid_from < now()"))
        measure_import(session, data, len(areas))
        measure_locate(session, [area.geom for area in areas if len(area.code) == 15], communities, options.rounds)
        session.rollback()


def measure_import(session: Session, data: bytes, areas: int) -> None:
    wanted = service.Wanted(service.MIXED)
    empty = service.LiveGrid(service.live_grid(session).stamp, [], frozenset())
    start = time.perf_counter()
    verdict = service.check_file(data, wanted, empty)
    checked = time.perf_counter()
    service.accept(session, verdict, now=NOW)
    accepted = time.perf_counter()
    print(
        f"import of {areas} areas ({len(data) / 1e6:.1f} MB): read and check {checked - start:.2f} s, "
        f"accept {accepted - checked:.2f} s; {len(verdict.faults)} faults"
    )
    again = time.perf_counter()
    verdict = service.check_file(data, wanted, service.live_grid(session))
    print(f"the same again: {time.perf_counter() - again:.2f} s, {verdict.counts}")


def measure_locate(session: Session, cells: list[shapely.Geometry], communities: int, rounds: int) -> None:
    random = np.random.default_rng(1)
    east, north = WEST + 2 * SIDE * STEP, SOUTH + communities * SIDE * STEP
    points = random.uniform((WEST, SOUTH), (east, north), (10_000, 2))
    lons, lats = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    start = time.perf_counter()
    service.locate(session, lons[0], lats[0])
    print(f"index built in {time.perf_counter() - start:.2f} s")
    one = seconds(lambda: [service.locate(session, lon, lat) for lon, lat in points[:1_000].tolist()], rounds) / 1_000
    stamp = text("SELECT version, CAST(stamp AS text) FROM grid_state")
    echo = seconds(lambda: [session.connection().execute(stamp).one() for _ in range(1_000)], rounds) / 1_000
    print(f"locate one: {one * 1e6:.0f} µs, of which reading the version {echo * 1e6:.0f} µs")
    tree = shapely.STRtree(cells)
    body = orjson.dumps({"points": [{"lon": lon, "lat": lat} for lon, lat in points.tolist()]})

    def whole_request() -> bytes:
        found = service.locate_many(session, *points_to_wgs84(orjson.loads(body)["points"]))
        pairs = zip(found.cells, found.problems, strict=True)
        return orjson.dumps({"items": [{"cell": cell, "problem": problem} for cell, problem in pairs]})

    limit = seconds(lambda: tree.query(shapely.points(lons, lats), predicate="intersects"), rounds)
    many = seconds(lambda: service.locate_many(session, lons, lats), rounds)
    request = seconds(whole_request, rounds)
    print(
        f"locate 10 000: {many * 1e3:.1f} ms; with JSON both ways {request * 1e3:.1f} ms; "
        f"vectorised STRtree alone {limit * 1e3:.1f} ms; ratio {limit / many:.2f}, with JSON {limit / request:.2f}"
    )
    pairs = np.column_stack(from_wgs84_many(lons, lats, "bd09")).tolist()
    shifted = [{"lon": lon, "lat": lat, "crs": "bd09"} for lon, lat in pairs]
    convert = seconds(lambda: points_to_wgs84(shifted), rounds)
    print(f"10 000 points from bd09: {convert * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
