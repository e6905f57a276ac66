"""Whether areas form a coverage: no overlap, no gap, each inside its parent.

Between areas of one level nothing is tolerated: they share their edges corner for corner, or meet exactly, or there is
a fault, however thin (down to `NOISE_M`). A file whose shared edges are identical passes at any number of decimals.
Against the parent's outline, which is often drawn with fewer corners, a strip of at most `EDGE_M` is tolerated.

Source: domain.md §1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from app.grid.rules.faults import FaultKind, GridFault
from app.grid.rules.measure import (
    Geometries,
    Plane,
    area_text,
    length_text,
    mean_widths_m,
    polygonal,
    wider_than,
)

# CGCS2000 and WGS 84 agree within decimetres, so an outline that is a tenth of a metre off says nothing.
EDGE_M = 0.1
# Coordinates are kept to 1e-9° (0.1 mm). A strip thinner than a micrometre is what floating point leaves where edges
# cross, not ground; the thinnest real sliver, a corner one unit beside a straight edge, is ten times as wide.
NOISE_M = 1e-6

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tier:
    """The areas of one level as they would be after an import.

    Shape:  `codes`, `geoms` and `changed` are of equal length, at least one; geoms are valid 2D (multi)polygons in
            EPSG:4326.
            `parents` has for each area the row of its parent in `parent_geoms`, −1 where it has none there.
            `checked` flags the parents that must be covered.
    """

    codes: Sequence[str]
    geoms: Geometries
    changed: Flags
    parent_codes: Sequence[str]
    parent_geoms: Geometries
    parents: NDArray[np.int64]
    checked: Flags


def tier_faults(tier: Tier, plane: Plane) -> list[GridFault]:
    """Every overlap, gap and excursion among the areas of one level.

    Units: metres and m² in the sentences, places in EPSG:4326.
    """
    return [*overlaps(tier, plane), *excursions(tier, plane), *gaps(tier, plane)]


def overlaps(tier: Tier, plane: Plane) -> Iterator[GridFault]:
    """Pairs of areas, at least one of them changed, that share ground."""
    first, second = _suspects(tier)
    shared = polygonal(shapely.intersection(tier.geoms[first], tier.geoms[second]))
    shared_m = plane.metric(shared)
    for row in np.flatnonzero(mean_widths_m(shared_m) > NOISE_M):
        one, other = sorted((tier.codes[first[row]], tier.codes[second[row]]))
        if one != other:
            yield GridFault(FaultKind.OVERLAP, one, _overlap_text(one, other, shared_m[row]), shared[row])


def _suspects(tier: Tier) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs that may overlap: an area with an edge that does not match, and whoever touches it."""
    unmatched = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(tier.geoms)))
    if unmatched.size == 0:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing
    tree = shapely.STRtree(tier.geoms)
    sources, others = tree.query(tier.geoms[unmatched], predicate="intersects")
    pairs = np.sort(np.column_stack((unmatched[sources], others)), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    pairs = pairs[tier.changed[pairs[:, 0]] | tier.changed[pairs[:, 1]]]
    return pairs[:, 0], pairs[:, 1]


def _overlap_text(one: str, other: str, shared_m: Any) -> str:
    width = float(mean_widths_m(shared_m))
    sliver = " Both must have the same corner points along a shared edge; `grid repair` does that." if width < 1 else ""
    return (
        f"{one} and {other} overlap by {area_text(shared_m.area)}, on average {length_text(width)} wide: "
        f"draw the shared edge once and use it for both.{sliver}"
    )


def excursions(tier: Tier, plane: Plane) -> Iterator[GridFault]:
    """Areas that leave their parent by more than `EDGE_M`."""
    rows = np.flatnonzero(tier.parents >= 0)
    around = tier.parent_geoms[tier.parents[rows]]
    shapely.prepare(tier.parent_geoms)
    rows = rows[~shapely.covers(around, tier.geoms[rows])]
    outside = polygonal(shapely.difference(tier.geoms[rows], tier.parent_geoms[tier.parents[rows]]))
    outside_m = plane.metric(outside)
    for at in np.flatnonzero(wider_than(outside_m, EDGE_M)):
        code, parent = tier.codes[rows[at]], tier.parent_codes[tier.parents[rows[at]]]
        text = (
            f"{code} lies outside its parent {parent} with {area_text(outside_m[at].area)}: "
            "move the edge inside, or give the area the code of the parent it lies in."
        )
        yield GridFault(FaultKind.OUTSIDE_PARENT, code, text, outside[at])


def gaps(tier: Tier, plane: Plane) -> Iterator[GridFault]:
    """Ground of a parent that none of its level covers, and holes between areas however thin."""
    ground = _ground(tier.geoms)
    bare = _bare_parents(tier, ground, plane)
    tree = shapely.STRtree(tier.geoms)
    bare_ground = shapely.union_all([hole for _, hole, _ in bare])
    slits = [slit for slit in _slits(tier, tree, ground, plane) if not slit[1].intersects(bare_ground)]
    for parent, hole, hole_m in (*bare, *slits):
        beside = sorted({tier.codes[row] for row in tree.query(hole, predicate="intersects")})
        yield GridFault(FaultKind.GAP, beside[0] if beside else parent, _gap_text(parent, beside, hole_m), hole)


def _ground(geoms: Geometries) -> Any:
    """The union of all areas; the quick way needs edges that match, else holes would appear or vanish."""
    if shapely.coverage_is_valid(geoms):
        return shapely.coverage_union_all(geoms)
    return shapely.union_all(geoms)


def _bare_parents(tier: Tier, ground: Any, plane: Plane) -> list[tuple[str, Any, Any]]:
    rows = np.flatnonzero(tier.checked)
    bare = polygonal(shapely.difference(tier.parent_geoms[rows], ground))
    parts, owners = shapely.get_parts(bare, return_index=True)
    parts_m = plane.metric(parts)
    wide = np.flatnonzero(wider_than(parts_m, EDGE_M))
    return [(tier.parent_codes[rows[owners[at]]], parts[at], parts_m[at]) for at in wide]


def _slits(tier: Tier, tree: shapely.STRtree, ground: Any, plane: Plane) -> list[tuple[str, Any, Any]]:
    """Holes too thin for `_bare_parents`: nothing real is that thin, so they are gaps wherever they lie.

    Twice `EDGE_M`, because a hole on the line between two parents shows each of them only a part of its width.
    """
    rings = shapely.get_rings(shapely.get_parts(ground))
    holes: Geometries = np.array(shapely.polygons(rings), dtype=object)
    outer = np.zeros(len(holes), dtype=bool)
    outer[_first_rings(ground)] = True
    holes = holes[~outer]
    holes_m = plane.metric(holes)
    found = []
    for at in np.flatnonzero(~wider_than(holes_m, 2 * EDGE_M) & (mean_widths_m(holes_m) > NOISE_M)):
        beside = tree.query(holes[at], predicate="intersects")
        if tier.changed[beside].any():
            found.append((_parent_of(tier, beside), holes[at], holes_m[at]))
    return found


def _first_rings(ground: Any) -> NDArray[np.int64]:
    """Rows of the exterior rings among all rings of a (multi)polygon's parts."""
    counts = 1 + shapely.get_num_interior_rings(shapely.get_parts(ground))
    starts: NDArray[np.int64] = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
    return starts


def _parent_of(tier: Tier, rows: NDArray[np.int64]) -> str:
    known = [tier.parents[row] for row in rows if tier.parents[row] >= 0]
    return tier.parent_codes[known[0]] if known else ""


def _gap_text(parent: str, beside: Sequence[str], hole_m: Any) -> str:
    where = f" in {parent}" if parent else ""
    named = ", ".join(beside[:4]) + (" and others" if len(beside) > 4 else "")
    by = f" beside {named}" if beside else ""
    return (
        f"A gap of {area_text(hole_m.area)}{where}{by}, on average {length_text(float(mean_widths_m(hole_m)))} wide: "
        "let one of the areas around take it."
    )
