"""The small map on a paper: what lies around a point, from the city's own areas, in metres from that point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

METRES_PER_DEGREE = 111_320.0
HALF_WIDTH_M = 210.0
HALF_HEIGHT_M = 140.0
ROAD_M: Mapping[str, float] = {"arterial": 26.0, "primary": 26.0, "secondary": 16.0, "tertiary": 12.0, "path": 3.0}
OTHER_ROAD_M = 8.0
LABEL_MARGIN_M = 14.0


@dataclass(frozen=True, slots=True)
class Window:
    """What the map shows around a point. Units: degrees, WGS 84; `x_m`, `y_m` are metres per degree there."""

    lon: float
    lat: float

    @property
    def x_m(self) -> float:
        return METRES_PER_DEGREE * max(math.cos(math.radians(self.lat)), 0.01)

    @property
    def y_m(self) -> float:
        return METRES_PER_DEGREE

    def box(self, margin: float = 1.0) -> tuple[float, float, float, float]:
        """(west, south, east, north), so many times as wide as what is shown."""
        east, north = margin * HALF_WIDTH_M / self.x_m, margin * HALF_HEIGHT_M / self.y_m
        return self.lon - east, self.lat - north, self.lon + east, self.lat + north


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing on the map.

    Shape: `layer` is water, green, buildings, roads or cell; `path` is SVG path data; `x`, `y` where its name stands,
           None where there is no room. Units: metres from the point, y downwards; `width` of a road in metres.
    """

    layer: str
    name: str
    path: str
    width: float = 0.0
    own: bool = False
    x: float | None = None
    y: float | None = None


def shapes(rows: Iterable[Any], own_cell: str) -> list[Shape]:
    """What was found around the point, ground first and cells last, each cell with its name where that has room."""
    order = {"green": 0, "water": 1, "buildings": 2, "roads": 3, "cell": 4}
    found = [_shape(row, own_cell) for row in rows if row.path]
    return sorted(found, key=lambda one: (order[one.layer], one.own))


def _shape(row: Any, own_cell: str) -> Shape:
    if row.layer != "cell":
        width = ROAD_M.get(row.class_ or "", OTHER_ROAD_M) if row.layer == "roads" else 0.0
        return Shape(row.layer, row.name or "", row.path, width)
    inside = abs(row.x) < HALF_WIDTH_M - LABEL_MARGIN_M and abs(row.y) < HALF_HEIGHT_M - LABEL_MARGIN_M
    place = (row.x, row.y) if inside and math.hypot(row.x, row.y) > LABEL_MARGIN_M else (None, None)
    return Shape("cell", row.name[-6:], row.path, 0.0, row.code == own_cell, *place)
