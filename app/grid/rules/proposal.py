"""What an import proposes: the areas of a file, the live areas they meet, and what would change.

An import of areas replaces the live areas of the parents that occur in the file: those that come again unchanged stay,
new ones are added, the rest retire. A cell that changed its outline needs a new code; the areas above keep theirs when
their outline is corrected. In a file of mixed levels, what lies below a retired area retires with it.

Source: domain.md §1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import shapely

from app.grid.rules.codes import Level, parent_code


class Feature(NamedTuple):
    """An area as a file gives it: `row` counts from 1; `geom` in EPSG:4326, (longitude, latitude), or None."""

    row: int
    code: str
    name: str
    parent: str | None
    level: Level
    land_use: str | None
    management_grade: str | None
    geom: Any

    @property
    def belongs_to(self) -> str | None:
        """The parent's code as the area's own code says it."""
        return parent_code(self.code)


class Standing(NamedTuple):
    """A live area; `geom` as stored."""

    code: str
    name: str
    level: Level
    parent_code: str | None
    land_use: str | None
    management_grade: str | None
    geom: Any


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an import would change, before anybody asked whether it may."""

    added: list[Feature] = field(default_factory=list)
    reshaped: list[Feature] = field(default_factory=list)
    renamed: list[Feature] = field(default_factory=list)
    kept: list[Feature] = field(default_factory=list)
    redrawn_cells: list[Feature] = field(default_factory=list)
    retired: list[Standing] = field(default_factory=list)
    orphaned: list[Standing] = field(default_factory=list)
    after: dict[Level, list[Feature | Standing]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many areas of each kind, for the import's answer."""
        return {
            "added": len(self.added),
            "reshaped": len(self.reshaped),
            "renamed": len(self.renamed),
            "kept": len(self.kept),
            "retired": len(self.retired),
        }


def propose(features: Sequence[Feature], standing: Sequence[Standing]) -> Proposal:
    """What would change if these features replaced the live areas of their parents.

    Shape: features have usable polygons; live areas are of all levels.
    """
    proposal = Proposal()
    live = {area.code: area for area in standing}
    features = [_completed(feature, live.get(feature.code)) for feature in features]
    for feature in features:
        _sort_in(feature, live.get(feature.code), proposal)
    _retire(features, standing, proposal)
    gone = {area.code for area in proposal.retired} | {feature.code for feature in features}
    for level in Level:
        kept = [area for area in standing if area.level == level and area.code not in gone]
        proposal.after[level] = [*kept, *(feature for feature in features if feature.level == level)]
    return proposal


def _completed(feature: Feature, live: Standing | None) -> Feature:
    """What a file does not say about a live area stays: boundary files often come without names and land use."""
    if live is None:
        return feature
    return feature._replace(
        name=live.name if feature.name == feature.code else feature.name,
        land_use=feature.land_use or live.land_use,
        management_grade=feature.management_grade or live.management_grade,
    )


def _sort_in(feature: Feature, live: Standing | None, proposal: Proposal) -> None:
    if live is None:
        proposal.added.append(feature)
    elif not same_outline(feature.geom, live.geom):
        (proposal.redrawn_cells if feature.level == Level.CELL else proposal.reshaped).append(feature)
    elif _attributes(feature) != _attributes(live):
        proposal.renamed.append(feature)
    else:
        proposal.kept.append(feature)


def same_outline(one: Any, other: Any) -> bool:
    """Whether two (multi)polygons have the same corners, whatever the order they are written in."""
    pair = [shapely.normalize(shapely.multipolygons(shapely.get_parts(geom))) for geom in (one, other)]
    return bool(shapely.equals_exact(pair[0], pair[1], tolerance=0.0))


def _attributes(area: Feature | Standing) -> tuple[str, str | None, str | None]:
    return area.name, area.land_use, area.management_grade


def _retire(features: Sequence[Feature], standing: Sequence[Standing], proposal: Proposal) -> None:
    came = {feature.code for feature in features}
    replaced = {(feature.level, feature.belongs_to) for feature in features}
    levels = {feature.level for feature in features}
    below: dict[str | None, list[Standing]] = defaultdict(list)
    for area in standing:
        below[area.parent_code].append(area)
    ends = [area for area in standing if (area.level, area.parent_code) in replaced and area.code not in came]
    seen: set[str] = set()
    while ends:
        area = ends.pop()
        if area.code in seen:
            continue
        seen.add(area.code)
        proposal.retired.append(area)
        children = [child for child in below[area.code] if child.code not in came]
        ends.extend(child for child in children if child.level in levels)
        proposal.orphaned.extend(child for child in children if child.level not in levels)
    proposal.retired.sort(key=lambda area: area.code)


class Succession(NamedTuple):
    """`new` stands on a part (`share`, 0 to 1) of the ground of `old`."""

    old: str
    new: str
    share: float


# A thousandth of the old ground is the line thickness of a map, not a succession.
LEAST_SHARE = 0.001


def successions(
    retired: Iterable[Standing], after: dict[Level, list[Feature | Standing]], metric: Any
) -> list[Succession]:
    """Who stands on the ground of the retired areas, level by level.

    Shape: `metric` turns an array of EPSG:4326 geometries into an equal-area plane.
    """
    found: list[Succession] = []
    for level, areas in after.items():
        old = [area for area in retired if area.level == level]
        if old and areas:
            found.extend(_overlay(old, areas, metric))
    return found


def _overlay(old: Sequence[Standing], new: Sequence[Feature | Standing], metric: Any) -> list[Succession]:
    old_geoms = metric([area.geom for area in old])
    new_geoms = metric([area.geom for area in new])
    tree = shapely.STRtree(new_geoms)
    olds, news = tree.query(old_geoms, predicate="intersects")
    shared = shapely.area(shapely.intersection(old_geoms[olds], new_geoms[news])) / shapely.area(old_geoms[olds])
    return [
        Succession(old[o].code, new[n].code, min(1.0, float(share)))
        for o, n, share in zip(olds, news, shared, strict=True)
        if share >= LEAST_SHARE
    ]
