"""Point → cell in memory: one search tree over the live cells, one over the areas above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.grid.errors import AreaName, GridGap, OutsideCity
from app.grid.rules.codes import Level

Geometries = NDArray[np.object_]


class ZoneName(NamedTuple):
    """A duty zone as it is named to people."""

    code: str
    name: str


class LiveArea(NamedTuple):
    """A live area as the index needs it; `geom` is a polygon in EPSG:4326, (longitude, latitude)."""

    code: str
    name: str
    level: int
    parent_code: str | None
    zone: ZoneName | None
    geom: Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies: the areas from the city down to the cell, and the duty zone if the cell has one."""

    areas: tuple[AreaName, ...]
    duty_zone: ZoneName | None

    @property
    def cell(self) -> AreaName:
        return self.areas[-1]


@dataclass(frozen=True, slots=True)
class Located:
    """Answers for many points in their order: for each either a cell's code or the slug of the problem."""

    cells: list[str | None]
    problems: list[str | None]


class GridIndex:
    """The live grid in memory. Cells are kept in code order, so that the first of several hits is the lowest code.

    Prepared geometries fill their indexes on first use, which several threads must not do at once. So cells are not
    prepared (polygons of their size gain nothing), and the city's outline is used once before anybody else has it.
    """

    def __init__(self, areas: Sequence[LiveArea]) -> None:
        names = {area.code: AreaName(Level(area.level).word, area.code, area.name) for area in areas}
        parents = {area.code: area.parent_code for area in areas}
        cells = sorted((area for area in areas if area.level == Level.CELL), key=lambda area: area.code)
        # The deepest first: a point in a gap is answered by the lowest area that holds it.
        above = sorted((area for area in areas if area.level < Level.CELL), key=lambda area: (-area.level, area.code))
        self._chains = {code: _chain(code, names, parents) for code in names}
        self.places: list[Place] = [Place(self._chains[cell.code], cell.zone) for cell in cells]
        self._codes = np.array([*(cell.code for cell in cells), None], dtype=object)
        self._geoms: Geometries = np.array([cell.geom for cell in cells], dtype=object)
        self._tree = shapely.STRtree(self._geoms)
        self._above_codes = [area.code for area in above]
        self._above = shapely.STRtree(np.array([area.geom for area in above], dtype=object))
        self._city = shapely.union_all([area.geom for area in above if area.parent_code not in names])
        shapely.prepare(self._city)
        shapely.intersects_xy(self._city, *shapely.get_coordinates(shapely.point_on_surface(self._city)).T)

    def locate(self, lon: float, lat: float) -> Place:
        """The place of a point; on a shared edge that of the lowest code.

        Units:  degrees, WGS 84, (longitude, latitude).
        Raises: OutsideCity, GridGap.
        Source: domain.md §1.
        """
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        if hits.size == 0:
            raise self._miss(lon, lat)
        return self.places[int(hits[0] if hits.size == 1 else hits.min())]

    def chain(self, code: str) -> tuple[AreaName, ...] | None:
        """The live area of this code with all areas above it, city first; None when no such area is live."""
        return self._chains.get(code)

    def locate_many(self, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> Located:
        """The cells of many points at once, by the same rule as `locate`.

        Shape:  two float arrays of equal length n; answers lists of length n.
        Units:  degrees, WGS 84, (longitudes, latitudes).
        """
        points: Geometries = np.asarray(shapely.points(lons, lats), dtype=object)
        rows = self._rows(points, lons, lats)
        missed = np.flatnonzero(rows < 0)
        problems: NDArray[np.object_] = np.full(len(rows), None, dtype=object)
        if missed.size:
            problems[missed] = OutsideCity.slug
            inside = shapely.intersects_xy(self._city, lons[missed], lats[missed])
            problems[missed[inside]] = GridGap.slug
        return Located(self._codes[rows].tolist(), problems.tolist())

    def _rows(self, points: Geometries, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.int64]:
        """For each point the row of its cell, −1 where there is none.

        Boxes first, the exact test on all pairs at once after: a third faster than asking the tree for both.
        """
        at, cells = self._tree.query(points)
        exact = shapely.intersects_xy(self._geoms[cells], lons[at], lats[at])
        rows = np.full(len(lons), len(self.places), dtype=np.int64)
        np.minimum.at(rows, at[exact], cells[exact])
        rows[rows == len(self.places)] = -1
        return rows

    def _miss(self, lon: float, lat: float) -> OutsideCity | GridGap:
        hits = self._above.query(shapely.Point(lon, lat), predicate="intersects")
        if hits.size == 0:
            return OutsideCity(f"The point {lon:.6f}, {lat:.6f} (WGS 84) lies outside the city. Check its crs.")
        areas = self._chains[self._above_codes[hits.min()]]
        lowest = areas[-1]
        return GridGap(
            f"The point {lon:.6f}, {lat:.6f} (WGS 84) lies in {lowest.name} ({lowest.code}), in none of its cells.",
            areas=areas,
        )


def _chain(code: str, names: dict[str, AreaName], parents: dict[str, str | None]) -> tuple[AreaName, ...]:
    chain: list[AreaName] = []
    current: str | None = code
    while current is not None and current in names:
        chain.append(names[current])
        current = parents[current]
    return tuple(reversed(chain))
