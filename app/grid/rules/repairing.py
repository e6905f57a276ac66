"""Dirty boundary files made into coverages: what can be mended without deciding anything is mended and reported.

Heights are dropped, broken rings rebuilt, corners that almost meet are joined, overlaps and slits no wider than the
tolerance closed, outlines above fitted to the areas below. Codes, names and parents are never touched; an overlap or
gap that is wider is a decision, and decisions are left to people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from app.grid.rules.codes import Level
from app.grid.rules.faults import FaultKind
from app.grid.rules.georeference import DECIMALS
from app.grid.rules.measure import (
    METRES_PER_DEGREE,
    Geometries,
    Plane,
    area_text,
    length_text,
    mean_widths_m,
    polygonal,
    wider_than,
)
from app.grid.rules.proposal import Feature
from app.grid.rules.soundness import soundness_fault

TOLERANCE_M = 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """How far an outline moved: the furthest corner or edge in metres, and its area before and after in m²."""

    code: str
    distance_m: float
    area_before_m2: float
    area_after_m2: float

    @property
    def sentence(self) -> str:
        change = self.area_after_m2 - self.area_before_m2
        sign = "+" if change >= 0 else "−"
        return f"{self.code} moved by up to {length_text(self.distance_m)}, area {sign}{area_text(abs(change))}"


@dataclass(slots=True)
class Repair:
    """The areas after the repair, what moved, and what a person must decide (sentences)."""

    features: list[Feature]
    moved: list[Moved] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)


def repair(features: Sequence[Feature], *, tolerance_m: float = TOLERANCE_M) -> Repair:
    """Mend the outlines of areas, each level for itself, then fit each level to the one below.

    Shape:  polygons in EPSG:4326 as read; the same features in the same order come back, without those that have no
            outline at all.
    Units:  `tolerance_m` in metres.
    Source: GEOS CoverageCleaner and MakeValid (structure method).
    """
    answer = Repair([])
    levels: dict[Level, list[Feature]] = defaultdict(list)
    for feature in features:
        if why := _hopeless(feature):
            answer.decisions.append(f"Row {feature.row} was left out. {why}")
        else:
            levels[feature.level].append(feature)
    mended: dict[Level, Geometries] = {}
    for level in sorted(levels, reverse=True):
        mended[level] = _mend(levels, level, mended, tolerance_m, answer)
        _fit_above(levels, mended, level, tolerance_m)
    for level in sorted(levels):
        after = [feature._replace(geom=geom) for feature, geom in zip(levels[level], mended[level], strict=True)]
        answer.features += after
        answer.moved += _moves(levels[level], after)
    answer.features.sort(key=lambda feature: feature.row)
    return answer


def _hopeless(feature: Feature) -> str | None:
    """Why nothing can be made of an outline (not there, no polygon, not on the globe); None when something can."""
    fault = soundness_fault(feature.geom, feature.code)
    if fault is None or fault.kind is FaultKind.NOT_2D:
        return None
    broken = fault.kind is FaultKind.INVALID_GEOMETRY and feature.geom.geom_type in {"Polygon", "MultiPolygon"}
    return None if broken and np.isfinite(shapely.get_coordinates(feature.geom)).all() else fault.detail


def _mend(
    levels: dict[Level, list[Feature]],
    level: Level,
    mended: dict[Level, Geometries],
    tolerance_m: float,
    answer: Repair,
) -> Geometries:
    """The outlines of one level as a coverage; a level that was fitted to the one below is one already."""
    if level in mended:
        return mended[level]
    features = levels[level]
    raw: Geometries = shapely.force_2d(np.array([feature.geom for feature in features], dtype=object))
    valid = shapely.is_valid(raw)
    geoms = polygonal(shapely.make_valid(raw, method="structure", keep_collapsed=False))
    above = [feature.geom for feature in levels.get(Level(level - 1), [])] if level else []
    holes = [] if valid.all() else _holes(geoms[valid], shapely.force_2d(np.array(above, dtype=object)))
    for row in np.flatnonzero(~valid):
        hole = _own_hole(raw[row], holes, tolerance_m)
        geoms[row] = geoms[row] if hole is None else hole
    _note_overlaps(features, geoms, tolerance_m, answer)
    reach = tolerance_m / METRES_PER_DEGREE
    clean = _cleaned(geoms, gap_width=reach, snapping_distance=reach)
    if not shapely.coverage_is_valid(clean):
        # Rounding can fold a corner over an edge that lies closer than the last decimal: once more without snapping.
        clean = _cleaned(clean, gap_width=0.0, snapping_distance=10**-DECIMALS)
    for row in np.flatnonzero(shapely.is_empty(clean)):
        answer.decisions.append(
            f"{features[row].code} lies wholly under other areas and has no ground left: remove one."
        )
    return clean


def _cleaned(geoms: Geometries, *, gap_width: float, snapping_distance: float) -> Geometries:
    """The polygons as a coverage, corners at the decimals that are stored. Units: degrees."""
    return _rounded(
        shapely.coverage_clean(  # type: ignore[attr-defined]  # new in Shapely 2.2, the type stubs are behind
            geoms, gap_width=gap_width, snapping_distance=snapping_distance
        )
    )


def _rounded(geoms: Any) -> Geometries:
    answer: Geometries = np.array(shapely.transform(geoms, lambda xy: np.round(xy, DECIMALS)), dtype=object)
    return answer


def _holes(others: Geometries, above: Geometries) -> list[Any]:
    """The ground that sound areas leave free: holes between them, and what of the areas above they do not cover."""
    ground = shapely.union_all(others)
    between = [shapely.polygons(ring) for part in shapely.get_parts(ground) for ring in part.interiors]
    bare = polygonal(shapely.difference(shapely.make_valid(above), ground))
    return [*between, *shapely.get_parts(bare)]


def _own_hole(broken: Any, holes: Sequence[Any], tolerance_m: float) -> Any:
    """The hole whose corners are just those of a broken outline: the same area with its corners in order, or None."""
    corners = shapely.MultiPoint(shapely.get_coordinates(broken))
    reach = tolerance_m / METRES_PER_DEGREE
    for hole in holes:
        around = shapely.MultiPoint(shapely.get_coordinates(hole))
        if shapely.hausdorff_distance(corners, around) <= reach:
            return hole
    return None


def _note_overlaps(features: Sequence[Feature], geoms: Geometries, tolerance_m: float, answer: Repair) -> None:
    """Overlaps wider than the tolerance: cleaning gives them to somebody, and a person must confirm to whom."""
    plane = Plane.around(geoms)
    tree = shapely.STRtree(geoms)
    one, other = tree.query(geoms, predicate="intersects")
    pairs = one < other
    one, other = one[pairs], other[pairs]
    shared = plane.metric(polygonal(shapely.intersection(geoms[one], geoms[other])))
    for at in np.flatnonzero(mean_widths_m(shared) > tolerance_m):
        a, b = features[one[at]].code, features[other[at]].code
        answer.decisions.append(
            f"{a} and {b} overlapped by {area_text(shared[at].area)}; the ground went to the one with the longer "
            "shared border: confirm it or redraw."
        )


def _fit_above(
    levels: dict[Level, list[Feature]], mended: dict[Level, Geometries], level: Level, tolerance_m: float
) -> None:
    """Give the areas above the outline of those below, where that moves no edge by more than the tolerance.

    All areas of a level are fitted or none: one alone would no longer meet its neighbours.
    """
    if not level or not levels.get(Level(level - 1)):
        return
    below: dict[str | None, list[Any]] = defaultdict(list)
    for feature, geom in zip(levels[level], mended[level], strict=True):
        below[feature.belongs_to].append(geom)
    above = levels[Level(level - 1)]
    unions = [shapely.union_all(below.get(feature.code, [])) for feature in above]
    outlines = shapely.make_valid(shapely.force_2d(np.array([feature.geom for feature in above], dtype=object)))
    fitted: Geometries = _rounded(np.array(unions, dtype=object))
    apart = polygonal(shapely.symmetric_difference(outlines, fitted))
    if not shapely.is_empty(fitted).any() and not wider_than(Plane.around(outlines).metric(apart), tolerance_m).any():
        mended[Level(level - 1)] = fitted


def _moves(before: Sequence[Feature], after: Sequence[Feature]) -> list[Moved]:
    old: Geometries = shapely.force_2d(np.array([feature.geom for feature in before], dtype=object))
    new: Geometries = np.array([feature.geom for feature in after], dtype=object)
    changed = ~(shapely.normalize(old) == shapely.normalize(new)) & ~shapely.is_empty(new)
    rows = np.flatnonzero(changed).tolist()
    plane = Plane.around(old)
    old_m, new_m = plane.metric(old[rows]), plane.metric(new[rows])
    distances = shapely.hausdorff_distance(shapely.boundary(old_m), shapely.boundary(new_m))
    areas = np.column_stack((shapely.area(shapely.make_valid(old_m)), shapely.area(new_m)))
    return [
        Moved(before[row].code, float(distance), float(was), float(now))
        for row, distance, (was, now) in zip(rows, distances, areas, strict=True)
    ]
