"""The whole check of an import: what is wrong with each area, and whether the areas together make a grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.grid.rules.codes import Level, code_problem, scheme_of
from app.grid.rules.coverage import Tier, tier_faults
from app.grid.rules.faults import FaultKind, GridFault, in_order
from app.grid.rules.measure import Geometries, Plane
from app.grid.rules.proposal import Feature, Proposal, Standing, Succession, propose, successions
from app.grid.rules.soundness import looks_sound, soundness_fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a file: its faults in order; when there are none, what accepting it changes."""

    faults: list[GridFault]
    proposal: Proposal
    successions: list[Succession]
    read: int

    @property
    def counts(self) -> dict[str, int]:
        """How much was read and what it would change."""
        return {"read": self.read, "faults": len(self.faults), **self.proposal.counts}


def check(features: Sequence[Feature], standing: Sequence[Standing], retired_codes: AbstractSet[str]) -> Verdict:
    """Check areas against each other and against the live grid.

    Shape: polygons in EPSG:4326, (longitude, latitude); `standing` is every live area, `retired_codes` every code
           that was in use once.
    """
    faults, sound = _one_by_one(features)
    broken = [feature.geom for feature in features if feature.geom is not None and feature.row not in sound]
    usable = [_flat(feature) for feature in features if feature.row in sound]
    proposal = propose(usable, standing)
    faults += _code_faults(features, proposal, retired_codes)
    faults += _parent_faults(usable, proposal)
    if not any(fault.kind is FaultKind.WRONG_CRS for fault in faults):
        faults += _away_from(broken, _coverage_faults(proposal))
    heirs = [] if faults else _heirs(proposal)
    return Verdict(in_order(faults), proposal, heirs, len(features))


def _one_by_one(features: Sequence[Feature]) -> tuple[list[GridFault], set[int]]:
    """The faults of single polygons, and the rows whose polygon can be compared with others."""
    geoms: Geometries = np.array([feature.geom for feature in features], dtype=object)
    plain = looks_sound(geoms)
    faults = []
    sound = set()
    for feature, is_plain in zip(features, plain, strict=True):
        fault = None if is_plain else soundness_fault(feature.geom, feature.code or f"row {feature.row}")
        if fault is not None:
            faults.append(fault)
        if fault is None or (fault.kind is FaultKind.NOT_2D and feature.geom.is_valid):
            sound.add(feature.row)
    return faults, sound


def _flat(feature: Feature) -> Feature:
    return feature._replace(geom=shapely.force_2d(feature.geom)) if feature.geom.has_z else feature


def _code_faults(features: Sequence[Feature], proposal: Proposal, retired: AbstractSet[str]) -> Iterator[GridFault]:
    redrawn = {feature.code for feature in proposal.redrawn_cells}
    seen = Counter[str]()
    editions = Counter(scheme_of(feature.code) for feature in features if feature.level == Level.CELL)
    edition = editions.most_common(1)[0][0] if editions else None
    for feature in features:
        seen[feature.code] += 1
        if problem := code_problem(feature.code, feature.level):
            yield GridFault(FaultKind.BAD_CODE, feature.code or None, f"Row {feature.row}: {problem}.", _spot(feature))
        elif feature.level == Level.CELL and scheme_of(feature.code) != edition:
            text = f"{feature.code} is of another edition than the rest: use 15 digits for all cells, or 14 for all."
            yield GridFault(FaultKind.BAD_CODE, feature.code, text, _spot(feature))
        elif seen[feature.code] > 1:
            text = f"{feature.code} occurs again in row {feature.row}: give each area a code of its own."
            yield GridFault(FaultKind.DUPLICATE_CODE, feature.code, text, _spot(feature))
        elif feature.code in retired:
            text = f"{feature.code} belonged to a retired area, and codes are never used again: take a new one."
            yield GridFault(FaultKind.DUPLICATE_CODE, feature.code, text, _spot(feature))
        elif feature.code in redrawn:
            text = f"{feature.code} is live with another outline: a changed cell needs a new code."
            yield GridFault(FaultKind.DUPLICATE_CODE, feature.code, text, _spot(feature))


def _spot(feature: Feature) -> BaseGeometry | None:
    """A point on the area, as the place of a fault that is not about its outline."""
    corners = _corners(feature.geom)
    if corners.is_empty:
        return None
    sound = bool(looks_sound(np.array([feature.geom], dtype=object))[0])
    return shapely.point_on_surface(feature.geom if sound else corners)


def _corners(geom: Any) -> BaseGeometry:
    """The corners of a polygon that may be broken in any way, without those that are no numbers."""
    xy = shapely.get_coordinates(geom)
    return shapely.MultiPoint(xy[np.isfinite(xy).all(axis=1)])


def _parent_faults(features: Sequence[Feature], proposal: Proposal) -> Iterator[GridFault]:
    codes = {level: {area.code for area in areas} for level, areas in proposal.after.items()}
    for feature in features:
        parent = feature.belongs_to
        if parent is None or code_problem(feature.code, feature.level):
            continue
        above = Level(feature.level - 1)
        if feature.parent is not None and feature.parent != parent:
            text = f"{feature.code} names {feature.parent} as its parent, but its code begins with {parent}."
            yield GridFault(FaultKind.WRONG_PARENT, feature.code, text, _spot(feature))
        elif parent not in codes[above]:
            text = f"{feature.code} needs the {above.word} {parent}, which is not live: import it first, or with it."
            yield GridFault(FaultKind.WRONG_PARENT, feature.code, text, _spot(feature))
    for area in proposal.orphaned:
        text = (
            f"{area.code} would lose its parent {area.parent_code}: bring the areas below in the same file "
            "(level “mixed”), or keep the parent's code."
        )
        yield GridFault(FaultKind.WRONG_PARENT, area.code, text, shapely.point_on_surface(area.geom))


def _coverage_faults(proposal: Proposal) -> Iterator[GridFault]:
    everything: Geometries = np.array([area.geom for areas in proposal.after.values() for area in areas], dtype=object)
    plane = Plane.around(everything)
    changed = {area.code for areas in (proposal.added, proposal.reshaped, proposal.redrawn_cells) for area in areas}
    # Where an area retires and nobody takes its ground, its parent is looked at all the same.
    touched = {area.parent_code for area in proposal.retired}
    for level in Level:
        areas = proposal.after[level]
        above = proposal.after[Level(level - 1)] if level else []
        if areas and any(area.code in changed or area.code in touched for area in (*areas, *above)):
            yield from tier_faults(_tier(areas, above, changed, touched), plane)


def _tier(
    areas: Sequence[Feature | Standing],
    above: Sequence[Feature | Standing],
    changed: set[str],
    touched: set[str | None],
) -> Tier:
    rows = {area.code: row for row, area in enumerate(above)}
    parents = np.array([rows.get(_parent(area) or "", -1) for area in areas], dtype=np.int64)
    checked = np.array([area.code in changed or area.code in touched for area in above], dtype=bool)
    marks = np.array([area.code in changed for area in areas], dtype=bool)
    inside = parents >= 0
    checked[parents[inside & marks]] = True
    marks[inside] |= np.array([area.code in changed for area in above], dtype=bool)[parents[inside]]
    # A parent that has no areas of this level yet is simply not divided yet.
    divided = np.zeros(len(above), dtype=bool)
    divided[parents[inside]] = True
    return Tier(
        codes=[area.code for area in areas],
        geoms=np.array([area.geom for area in areas], dtype=object),
        changed=marks,
        parent_codes=[area.code for area in above],
        parent_geoms=np.array([area.geom for area in above], dtype=object),
        parents=parents,
        checked=checked & divided,
    )


def _parent(area: Feature | Standing) -> str | None:
    return area.belongs_to if isinstance(area, Feature) else area.parent_code


def _away_from(broken: Sequence[Any], faults: Iterator[GridFault]) -> list[GridFault]:
    """Faults without the gaps that broken polygons leave: those are named already."""
    hulls = shapely.union_all([shapely.convex_hull(_corners(geom)) for geom in broken])
    return [
        fault
        for fault in faults
        if not (fault.kind is FaultKind.GAP and fault.place is not None and fault.place.intersects(hulls))
    ]


def _heirs(proposal: Proposal) -> list[Succession]:
    plane = Plane.around(np.array([area.geom for area in proposal.retired], dtype=object))
    return successions(proposal.retired, proposal.after, lambda geoms: plane.metric(np.array(geoms, dtype=object)))
