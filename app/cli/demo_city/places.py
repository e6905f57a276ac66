"""Where things happen in the demo city: a point in a fitting cell, and the address people would give for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from shapely import LineString, MultiPolygon, Point, Polygon, STRtree
from shapely.geometry import shape

from app.cli.demo_city.files import read_table

# Shops and old lanes bring more to report than their share of the ground.
BUSY = {"commercial": 4, "old_town": 4, "market": 5, "school": 3, "water": 1, "forest": 1}


@dataclass(frozen=True)
class Place:
    """A point (WGS 84 degrees) with its address, its cell and the inspectors of its duty zone."""

    lon: float
    lat: float
    address: str
    road: str
    cell: str
    inspectors: tuple[str, ...]


@dataclass(frozen=True)
class _Cell:
    code: str
    name: str
    land_use: str
    polygon: Polygon


@dataclass(frozen=True)
class Patch:
    """A cell with what lies around it: the nearest named road, its duty zone and who patrols that."""

    code: str
    name: str
    land_use: str
    polygon: Polygon
    road: str
    zone: str
    inspectors: tuple[str, ...]


class Places:
    """All the ground of the demo city, to pick points from."""

    def __init__(self, folder: Path) -> None:
        self._cells = [
            _Cell(one["properties"]["code"], one["properties"]["name"], one["properties"]["land_use"], _polygon(one))
            for one in _features(folder / "cells.geojson")
        ]
        named = [one for one in _features(folder / "base" / "roads.geojson") if "name" in one["properties"]]
        self._roads = [one["properties"]["name"] for one in named]
        self._tree = STRtree([_line(one) for one in named])
        zones = read_table(folder / "duty_zones.csv")
        self._inspectors = {cell: tuple(row["inspectors"].split()) for row in zones for cell in row["cells"].split()}
        self._zones = {cell: row["code"] for row in zones for cell in row["cells"].split()}

    def patches(self) -> list[Patch]:
        """Every cell, in the order of the file."""
        nearest = self._tree.nearest([cell.polygon.representative_point() for cell in self._cells])
        return [
            Patch(
                cell.code,
                cell.name,
                cell.land_use,
                cell.polygon,
                self._roads[int(road)],
                self._zones[cell.code],
                self._inspectors[cell.code],
            )
            for cell, road in zip(self._cells, nearest, strict=True)
        ]

    def pick(self, uses: frozenset[str], dice: Random, within: str = "") -> Place:
        """A point in a cell of one of these uses, in the area whose code begins like this."""
        cells = [cell for cell in self._cells if cell.land_use in uses and cell.code.startswith(within)]
        cell = dice.choices(cells, [BUSY.get(one.land_use, 2) for one in cells])[0]
        return self._at(_point_in(cell.polygon, dice), cell, dice)

    def beside(self, place: Place, dice: Random) -> Place:
        """Another point in the same cell, at most about thirty metres away."""
        cell = next(one for one in self._cells if one.code == place.cell)
        for _ in range(50):
            point = Point(place.lon + dice.uniform(-2e-4, 2e-4), place.lat + dice.uniform(-2e-4, 2e-4))
            if cell.polygon.contains(point):
                return self._at(point, cell, dice)
        return place

    def _at(self, point: Point, cell: _Cell, dice: Random) -> Place:
        road = self._roads[int(self._tree.nearest(point))]
        address = f"{road}{dice.randint(1, 398)}号附近（{cell.name}）"
        return Place(round(point.x, 6), round(point.y, 6), address, road, cell.code, self._inspectors[cell.code])


def _features(path: Path) -> Sequence[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


def _polygon(feature: dict[str, Any]) -> Polygon:
    found = shape(feature["geometry"])
    if isinstance(found, MultiPolygon):
        found = found.geoms[0]
    assert isinstance(found, Polygon)
    return found


def _line(feature: dict[str, Any]) -> LineString:
    found = shape(feature["geometry"])
    assert isinstance(found, LineString)
    return found


def _point_in(polygon: Polygon, dice: Random) -> Point:
    """A random point some metres inside, so that rounding cannot move it across the border."""
    inner = polygon.buffer(-5e-5)
    west, south, east, north = inner.bounds if not inner.is_empty else polygon.bounds
    for _ in range(200):
        point = Point(dice.uniform(west, east), dice.uniform(south, north))
        if inner.contains(point):
            return point
    return polygon.representative_point()
