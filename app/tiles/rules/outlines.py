"""Outlines of areas as zooms draw them: simplified as one coverage, so that no sliver opens between neighbours.

Only the lowest areas of a zoom are simplified. Those above are the unions of what became of their children, so that a
district's border runs exactly along the borders of its communities.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from app.grid.rules.codes import Level
from app.tiles.rules.ground import EXACT_ZOOM, MIN_ZOOM
from app.tiles.rules.tile import pixel_m

Geometries: TypeAlias = NDArray[np.object_]
# Corners that are nearer to each other than this become one where edges do not match corner for corner.
SNAP_M = 0.001
# A gap this narrow is a corner beside a neighbour's straight edge, moved by rounding.
GAP_M = 0.01
# Part of every digest: raised whenever the same areas shall be drawn otherwise.
EDITION = 1


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Live areas of all levels as they were surveyed.

    Shape: all sequences are of equal length; `geoms` are (multi)polygons in EPSG:3857.
    """

    codes: Sequence[str]
    levels: NDArray[np.int64]
    parents: Sequence[str | None]
    geoms: Geometries
    rows: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", {code: row for row, code in enumerate(self.codes)})

    def cell_counts(self) -> list[int]:
        """How many cells each area holds; none for a cell."""
        held: Counter[str | None] = Counter()
        for row in np.flatnonzero(self.levels == Level.CELL).tolist():
            above = self.parents[row]
            while above in self.rows:
                held[above] += 1
                above = self.parents[self.rows[above]]
        return [held[code] for code in self.codes]

    def digest(self) -> str:
        """The same for the same outlines in whatever order."""
        each = sorted(zip(self.codes, shapely.to_wkb(self.geoms), strict=True))
        told = hashlib.sha256(str(EDITION).encode())
        for code, outline in each:
            told.update(code.encode() + outline)
        return told.hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """Areas as one band draws them. Shape: `rows` of the surveyed areas, `geoms` multipolygons in EPSG:3857."""

    band: int
    rows: NDArray[np.int64]
    geoms: Geometries


def bands(areas: Surveyed) -> Iterator[Drawn]:
    """What each zoom draws, the farthest first, the exact outlines last; cells only in the latter."""
    low = np.flatnonzero(_leaves(areas))
    leaves = matched(areas.geoms[low])
    for zoom in range(MIN_ZOOM, EXACT_ZOOM):
        simple = simplified(leaves, pixel_m(zoom))
        yield _raised(areas, zoom, dict(zip(low.tolist(), simple, strict=True)))
    yield Drawn(EXACT_ZOOM, np.arange(len(areas.codes)), multi(areas.geoms))


def _leaves(areas: Surveyed) -> NDArray[np.bool_]:
    """Areas above the cells that have nothing but cells, or nothing at all, beneath them."""
    higher = areas.levels < Level.CELL
    parents = {parent for parent, is_higher in zip(areas.parents, higher, strict=True) if is_higher}
    childless = np.array([code not in parents for code in areas.codes], dtype=np.bool_)
    return np.logical_and(higher, childless)


def simplified(coverage: Geometries, tolerance_m: float) -> Geometries:
    """A coverage with fewer corners, still without overlap or gap: shared borders stay shared, corner for corner.

    Units: `tolerance_m` is the square root of the area of the largest triangle that is cut off or filled.
    """
    if not len(coverage):
        return coverage
    simple: Geometries = shapely.coverage_simplify(coverage, tolerance_m)
    return simple


def matched(geoms: Geometries) -> Geometries:
    """The same areas with the same corners on both sides of every shared edge.

    A corner of one may lie in the middle of another's straight edge: areas that meet exactly are accepted so, but only
    edges that match corner for corner are simplified alike on both sides.
    """
    if not len(geoms) or shapely.coverage_is_valid(geoms, gap_width=GAP_M):
        return geoms
    lines = shapely.union_all(shapely.boundary(geoms), grid_size=SNAP_M)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    owners, found = shapely.STRtree(faces).query(geoms, predicate=None)
    inside = shapely.contains_xy(geoms[owners], *_points(faces)[found].T)
    mended: Geometries = np.array(geoms, dtype=object)
    mine: dict[int, list[int]] = defaultdict(list)
    for owner, face in zip(owners[inside].tolist(), found[inside].tolist(), strict=True):
        mine[owner].append(face)
    for owner, parts in mine.items():
        mended[owner] = shapely.coverage_union_all(faces[parts])
    return mended


def _points(faces: Geometries) -> NDArray[np.float64]:
    coordinates: NDArray[np.float64] = shapely.get_coordinates(shapely.point_on_surface(faces))
    return coordinates


def _raised(areas: Surveyed, band: int, found: dict[int, Any]) -> Drawn:
    """The lowest areas of a band with those above them, level by level, each the union of its children."""
    for level in sorted({int(areas.levels[row]) for row in found}, reverse=True):
        _join(areas, level, found)
    rows = np.array(sorted(found), dtype=np.int64)
    return Drawn(band, rows, multi(np.array([found[row] for row in rows.tolist()], dtype=object)))


def _join(areas: Surveyed, level: int, found: dict[int, Any]) -> None:
    """Add the parents of a level's areas, and theirs in turn."""
    while level > Level.CITY:
        children: dict[int, list[Any]] = defaultdict(list)
        for row, geom in found.items():
            parent = areas.parents[row]
            if areas.levels[row] == level and parent in areas.rows:
                children[areas.rows[parent]].append(geom)
        for row, parts in children.items():
            found[row] = shapely.coverage_union_all(parts)
        level -= 1


def multi(geoms: Geometries) -> Geometries:
    """Multipolygons of (multi)polygons, as outlines are stored."""
    parts, owners = shapely.get_parts(geoms, return_index=True)
    return np.array(shapely.multipolygons(parts, indices=owners), dtype=object) if len(parts) else geoms


def label_points(areas: Surveyed) -> Geometries:
    """Where the name of each area is written: far from its borders, for cells anywhere inside."""
    points: Geometries = shapely.point_on_surface(areas.geoms)
    wide = np.flatnonzero(areas.levels < Level.CELL)
    for row in wide.tolist():
        geom = areas.geoms[row]
        # To a fiftieth of the area's width: nobody sees more, and it costs a tenth.
        circle = shapely.maximum_inscribed_circle(geom, tolerance=max(shapely.area(geom) ** 0.5 / 50, 0.1))
        points[row] = shapely.get_point(circle, 0)
    return points
