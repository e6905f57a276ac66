"""Blocks gathered into streets and streets into districts, and the codes and names of all areas."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon, STRtree

from app.cli.demo_city.layout import Block, CannotDraw

CITY = "9901"
DISTRICTS = {"north": 3, "south": 2}
STREETS = 20
# How far below each other two areas may lie and still count as one row of the reading order, in degrees of latitude.
ROW_HEIGHTS = {"district": 0.022, "street": 0.010, "community": 0.0045, "cell": 0.0009}

Neighbours = Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class Piece:
    """A piece of ground to be gathered: where it is and how big."""

    x: float
    y: float
    area: float


def neighbours_of(polygons: Sequence[Polygon], least: float) -> dict[int, frozenset[int]]:
    """Which polygons share a border longer than `least`.

    Units:  least in the polygons' own units.
    """
    tree = STRtree(polygons)
    found: dict[int, set[int]] = {index: set() for index in range(len(polygons))}
    for left, right in tree.query(polygons, predicate="intersects").T.tolist():
        if left < right and polygons[left].intersection(polygons[right]).length > least:
            found[left].add(right)
            found[right].add(left)
    return {index: frozenset(others) for index, others in found.items()}


def _seeds(pieces: Mapping[int, Piece], count: int) -> list[tuple[float, float]]:
    """Centres spread over the pieces: farthest points first, then moved to the middle of what is nearest to them."""
    spots = {index: (piece.x, piece.y) for index, piece in pieces.items()}
    middle = (
        sum(piece.x * piece.area for piece in pieces.values()) / sum(piece.area for piece in pieces.values()),
        sum(piece.y * piece.area for piece in pieces.values()) / sum(piece.area for piece in pieces.values()),
    )
    chosen = [max(spots.values(), key=lambda spot: (math.dist(spot, middle), spot))]
    while len(chosen) < count:
        chosen.append(max(spots.values(), key=lambda spot: (min(math.dist(spot, other) for other in chosen), spot)))
    for _ in range(40):
        groups: list[list[int]] = [[] for _ in chosen]
        for index, spot in spots.items():
            groups[min(range(count), key=lambda i: (math.dist(spot, chosen[i]), i))].append(index)
        for number, group in enumerate(groups):
            weight = sum(pieces[index].area for index in group)
            if weight:
                chosen[number] = (
                    sum(pieces[index].x * pieces[index].area for index in group) / weight,
                    sum(pieces[index].y * pieces[index].area for index in group) / weight,
                )
    return chosen


def _stays_whole(group: set[int], without: int, neighbours: Neighbours) -> bool:
    rest = group - {without}
    if not rest:
        return False
    reached, edge = set(), {min(rest)}
    while edge:
        reached |= edge
        edge = {other for index in edge for other in neighbours[index] if other in rest} - reached
    return reached == rest


def gather(pieces: Mapping[int, Piece], neighbours: Neighbours, count: int) -> list[set[int]]:
    """`count` contiguous groups of about equal area.

    Each group grows from its seed, the smallest one first; then border pieces move from bigger groups to smaller
    ones as long as that evens them out and nothing falls apart.
    """
    seeds = _seeds(pieces, count)
    free = set(pieces)
    groups: list[set[int]] = []
    for seed in seeds:
        first = min(free, key=lambda i: (math.dist((pieces[i].x, pieces[i].y), seed), i))
        groups.append({first})
        free.discard(first)
    while free:
        for group in sorted(groups, key=lambda members: (sum(pieces[i].area for i in members), min(members))):
            seed = seeds[groups.index(group)]
            border = {other for index in group for other in neighbours[index]} & free
            if border:
                best = min(border, key=lambda i: (math.dist((pieces[i].x, pieces[i].y), seed), i))
                group.add(best)
                free.discard(best)
                break
        else:
            raise CannotDraw("Some ground touches nothing else; choose another seed.")
    _even_out(groups, pieces, neighbours)
    return groups


def _even_out(groups: list[set[int]], pieces: Mapping[int, Piece], neighbours: Neighbours) -> None:
    for _ in range(200):
        sizes = [sum(pieces[i].area for i in group) for group in groups]
        gains = [
            (sizes[giver] - sizes[taker] - pieces[index].area, giver, taker, index)
            for giver, group in enumerate(groups)
            for index in sorted(group)
            for taker in range(len(groups))
            if taker != giver and neighbours[index] & groups[taker] and _stays_whole(group, index, neighbours)
        ]
        best = max(gains, default=(0.0, 0, 0, 0))
        if best[0] <= 0.0:
            return
        groups[best[1]].discard(best[3])
        groups[best[2]].add(best[3])


def streets_of(blocks: Sequence[Block]) -> list[list[set[int]]]:
    """For every district, its streets as sets of block indices; no district crosses the river."""
    polygons = [block.polygon for block in blocks]
    neighbours = neighbours_of(polygons, 90.0)
    pieces = {
        index: Piece(polygon.centroid.x, polygon.centroid.y, polygon.area) for index, polygon in enumerate(polygons)
    }
    per_district = STREETS // sum(DISTRICTS.values())
    result: list[list[set[int]]] = []
    for bank, count in DISTRICTS.items():
        own = {index: piece for index, piece in pieces.items() if blocks[index].bank == bank}
        for district in gather(own, _within(neighbours, set(own)), count):
            inside = {index: pieces[index] for index in sorted(district)}
            result.append(gather(inside, _within(neighbours, district), per_district))
    return result


def _within(neighbours: Neighbours, kept: set[int]) -> dict[int, frozenset[int]]:
    return {index: neighbours[index] & kept for index in sorted(kept)}


def reading_order(polygons: Sequence[Polygon], row_height: float) -> list[int]:
    """Indices west to east in rows from north to south, as serials are given.

    Units:  row_height in degrees of latitude.
    Source: domain.md §1.
    """
    points = shapely.get_coordinates(shapely.centroid(np.asarray(polygons, dtype=object)))
    top = max(polygon.bounds[3] for polygon in polygons)
    return sorted(range(len(polygons)), key=lambda i: (int((top - points[i, 1]) // row_height), points[i, 0]))
