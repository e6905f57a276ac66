"""A small made city: seamless cells on a shaken lattice, the levels above them as unions, and files of them."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.grid import service
from app.grid.rules.codes import Level, parent_code
from app.grid.rules.proposal import Feature

WEST, SOUTH = 121.4, 31.2
STEP = 0.001
CITY = "3101"


class Made(NamedTuple):
    code: str
    name: str
    geom: shapely.Geometry


def lattice(columns: int, rows: int, *, seed: int = 1, shake: float = 0.3) -> list[shapely.Polygon]:
    """Four-cornered cells, west to east, then south to north, corners rounded to 1e-7°; the outline is straight."""
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns + 1) * STEP + WEST, np.arange(rows + 1) * STEP + SOUTH)
    dx, dy = (random.uniform(-shake, shake, x.shape) * STEP for _ in range(2))
    dx[:, [0, -1]], dx[[0, -1], :], dy[:, [0, -1]], dy[[0, -1], :] = 0, 0, 0, 0
    x, y = np.round(x + dx, 7), np.round(y + dy, 7)
    return [
        shapely.Polygon([(x[r + a, c + b], y[r + a, c + b]) for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))])
        for r in range(rows)
        for c in range(columns)
    ]


def made_city(*, side: int = 3, communities: int = 2, seed: int = 1) -> list[Made]:
    """2 districts × 1 street × `communities`, each of `side` × `side` cells (at most 31 × 31), city first."""
    cells = []
    for at, cell in enumerate(lattice(2 * side, communities * side, seed=seed)):
        row, column = divmod(at, 2 * side)
        district, community = column // side + 1, row // side + 1
        serial = row % side * side + column % side + 1
        cells.append(Made(f"31010{district}001{community:03}{serial:03}", f"Cell {serial}", cell))
    areas = list(cells)
    below = cells
    for word in ("Community", "Street", "District", "City"):
        groups = defaultdict(list)
        for area in below:
            groups[parent_code(area.code)].append(area.geom)
        below = [Made(code, f"{word} {code}", shapely.coverage_union_all(parts)) for code, parts in groups.items()]
        areas = [*below, *areas]
    return areas


def features(areas: list[Made]) -> list[Feature]:
    """The areas as they come out of a file."""
    lengths = {4: 0, 6: 1, 9: 2, 12: 3}
    return [
        Feature(row + 1, area.code, area.name, None, Level(lengths.get(len(area.code), 4)), None, None, area.geom)
        for row, area in enumerate(areas)
    ]


def geojson(areas: list[Made], **columns: list) -> bytes:
    """The areas as a GeoJSON file; `columns` adds properties, one value for each area."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": area.code, "name": area.name, **{k: v[at] for k, v in columns.items()}},
                    "geometry": None if area.geom is None else shapely.geometry.mapping(area.geom),
                }
                for at, area in enumerate(areas)
            ],
        }
    ).encode()


def a_grid(session: Session, *, now: datetime, side: int = 3, seed: int = 1) -> list[Made]:
    """Import a made city and give it one duty zone for each community; answers its areas, city first."""
    areas = made_city(side=side, seed=seed)
    verdict = service.import_file(session, geojson(areas), service.Wanted(service.MIXED), now=now)
    assert verdict.faults == []
    return areas


def centre(areas: list[Made], code: str) -> tuple[float, float]:
    """A point inside an area, WGS 84, (longitude, latitude)."""
    point = next(area.geom for area in areas if area.code == code).representative_point()
    return point.x, point.y
