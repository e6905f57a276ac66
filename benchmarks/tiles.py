"""Tiles of every layer from zoom 8 to 18: how long they take when nothing is kept, and how large they get.

    python -m benchmarks.tiles [--url postgresql+psycopg2://…] [--user operator --password …] [--tiles 12]

Reads the configured database (see .env.example) or the one at --url, through the whole application: permission, ETag,
statement, answer. Layers that need a sign-in are left out without --user. Tiles that were cut before are not kept.
Prints milliseconds (median and 95 of 100) and the bytes of the largest tile before packing.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

from app.core.config import config
from app.factory import create_app
from app.tiles.service import hot

LAYERS = ("base", "areas", "cells", "cases", "parts", "tracks")
ROOT = "/api/v1"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--url", help="the database, as the role of the application")
    asked.add_argument("--user")
    asked.add_argument("--password", default="fieldgrid-demo")
    asked.add_argument("--tiles", type=int, default=12, help="different tiles of each zoom")
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    if options.url:
        os.environ["FIELDGRID_APP_DATABASE_URL"] = options.url
    hot._hot = hot.HotTiles(0)  # noqa: SLF001 -- what is kept would be measured instead of what is cut
    client = create_app(config()).test_client()
    headers = signed_in(client, options.user, options.password) if options.user else {}
    print(f"{'layer':<7} {'zoom':>4} {'median ms':>10} {'p95 ms':>8} {'most bytes':>11} {'empty':>6}")
    for layer in LAYERS:
        described = client.get(f"{ROOT}/tiles/{layer}.json", headers=headers)
        if described.status_code != 200:
            print(f"{layer:<7} not measured: {described.status_code}")
            continue
        measure(client, described.get_json(), headers, options)


def signed_in(client: FlaskClient, user: str, password: str) -> dict[str, str]:
    answer = client.post(f"{ROOT}/auth/login", json={"username": user, "password": password})
    if answer.status_code != 200:
        raise SystemExit(f"no sign-in as {user}: {answer.get_data(as_text=True)}")
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def measure(client: FlaskClient, described: dict[str, Any], headers: dict[str, str], options: Any) -> None:
    for zoom in range(described["minzoom"], described["maxzoom"] + 1):
        taken, sizes = [], []
        places = sorted({*tiles(described["bounds"], zoom, options.tiles)})
        for _ in range(options.rounds):
            for x, y in places:
                start = time.perf_counter()
                answer = client.get(f"{ROOT}/tiles/{described['name']}/{zoom}/{x}/{y}.mvt", headers=headers)
                taken.append((time.perf_counter() - start) * 1000)
                assert answer.status_code in {200, 204}, answer.get_data(as_text=True)
                sizes.append(len(answer.data))
        p95 = sorted(taken)[math.ceil(len(taken) * 0.95) - 1]
        empty = sum(size == 0 for size in sizes) // options.rounds
        print(
            f"{described['name']:<7} {zoom:>4} {statistics.median(taken):>10.1f} {p95:>8.1f} {max(sizes):>11} "
            f"{empty:>3}/{len(places)}"
        )


def tiles(bounds: list[float], zoom: int, most: int) -> Iterator[tuple[int, int]]:
    """Tiles of a zoom that lie in the bounds, the same in every run; the one in the middle is among them."""
    west, south, east, north = bounds
    chance = random.Random(zoom)
    yield tile_at((west + east) / 2, (south + north) / 2, zoom)
    for _ in range(most - 1):
        yield tile_at(chance.uniform(west, east), chance.uniform(south, north), zoom)


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    side = 1 << zoom
    return int((lon + 180) / 360 * side), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)


if __name__ == "__main__":
    main()
