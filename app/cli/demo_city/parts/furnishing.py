"""Where parts stand: at even distances along the roads, on one side or both, as streets are furnished.

Everything is computed for whole columns of roads at once. Units: metres on the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from app.cli.demo_city.base_layers import HALF_WIDTHS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MAIN = frozenset({"arterial", "secondary"})
ALL = frozenset({"arterial", "secondary", "lane"})
PATHS = frozenset({"lane", "path"})


@dataclass(frozen=True)
class Furniture:
    """One type of part: its code, whose it is, how often it stands along which roads and how far from the kerb.

    `beside` counts from the kerb outwards, below zero on the carriageway; `sides` is one or two; `length` makes it a
    line along the road; `name` is what people call it, after the road.
    """

    code: str
    owner: str
    every: float
    beside: float
    roads: frozenset[str] = ALL
    sides: int = 1
    length: float = 0.0
    name: str = ""


FURNITURE = (
    Furniture("01037", "U02", 30.0, 0.8, sides=2, name="灯杆"),
    Furniture("04002", "U04", 9.0, 1.6, MAIN, 2),
    Furniture("04002", "U04", 12.0, 1.0, PATHS, 1),
    Furniture("01004", "U06", 26.0, -0.4, sides=2),
    Furniture("01002", "U06", 40.0, -3.2),
    Furniture("01003", "U06", 42.0, -4.4),
    Furniture("01001", "U10", 62.0, -2.2),
    Furniture("01005", "U07", 90.0, 1.2),
    Furniture("01007", "U08", 70.0, 1.3),
    Furniture("01011", "U09", 95.0, -1.6),
    Furniture("01013", "U10", 120.0, 0.9, MAIN, 2),
    Furniture("01028", "U07", 160.0, 2.4),
    Furniture("01031", "U08", 55.0, 1.1, PATHS),
    Furniture("01050", "D05", 240.0, 0.9, MAIN, name="监控"),
    Furniture("01060", "U02", 380.0, 2.1, MAIN),
    Furniture("02004", "U11", 460.0, 2.0, MAIN, 2, name="公交站"),
    Furniture("02010", "U03", 110.0, 0.7, MAIN, 2),
    Furniture("02012", "U03", 210.0, 1.0, ALL, 2),
    Furniture("02014", "D05", 320.0, 0.8, MAIN, 2, name="信号灯"),
    Furniture("02017", "U03", 60.0, -6.0, frozenset({"arterial"}), 1, 52.0),
    Furniture("02021", "U03", 34.0, 0.5, MAIN, 2),
    Furniture("02025", "U05", 180.0, 2.6, MAIN, 2),
    Furniture("02043", "U03", 210.0, -3.0, frozenset({"lane"}), 1, 4.0),
    Furniture("03005", "U01", 58.0, 1.1, ALL, 2),
    Furniture("03008", "U01", 420.0, 2.2),
    Furniture("03016", "U01", 170.0, 1.2, MAIN),
    Furniture("04005", "U04", 130.0, 1.9, MAIN),
    Furniture("04007", "U04", 120.0, 2.0, ALL, 2),
    Furniture("04008", "U04", 95.0, 2.8, MAIN, 2, 24.0),
)


@dataclass(frozen=True)
class Roads:
    """The roads of a city. Units: metres on the ground."""

    lines: NDArray[np.object_]
    kinds: Sequence[str]
    names: Sequence[str | None]


@dataclass(frozen=True)
class Standing:
    """Parts as they stand: which furniture, beside which road, with its number there, and where.

    Shape:  columns of one length; `ends` is where a line ends, the same as `places` for points.
    """

    furniture: Ints
    road: Ints
    ordinal: Ints
    places: Floats
    ends: Floats


def furnished(roads: Roads, count: int, rng: np.random.Generator) -> Standing:
    """So many parts along the roads; where fewer would stand, closer together.

    Raises: ValueError where the city has no roads.
    """
    lengths = shapely.length(roads.lines)
    usual = sum(float(lengths[_of(roads, one)].sum()) / one.every * one.sides for one in FURNITURE)
    if usual <= 0.0:
        raise ValueError("the city has no roads along which parts could stand")
    closer = usual / (count * 1.05)
    found = _all(roads, lengths, closer, rng)
    while len(found.road) < count:
        closer *= 0.93
        found = _all(roads, lengths, closer, rng)
    kept = np.sort(rng.permutation(len(found.road))[:count])
    return Standing(found.furniture[kept], found.road[kept], found.ordinal[kept], found.places[kept], found.ends[kept])


def _of(roads: Roads, one: Furniture) -> NDArray[np.bool_]:
    return np.array([kind in one.roads for kind in roads.kinds], dtype=bool)


def _all(roads: Roads, lengths: Floats, closer: float, rng: np.random.Generator) -> Standing:
    pieces = [
        _along(roads, lengths, index, closer, side, rng)
        for index, one in enumerate(FURNITURE)
        for side in ((1.0, -1.0) if one.sides == 2 else (1.0,))
    ]
    return Standing(
        *(np.concatenate([getattr(piece, name) for piece in pieces]) for name in Standing.__dataclass_fields__)
    )


def _along(roads: Roads, lengths: Floats, index: int, closer: float, side: float, rng: np.random.Generator) -> Standing:
    """One type on one side of all its roads."""
    one = FURNITURE[index]
    every = one.every * closer
    which = np.flatnonzero(_of(roads, one))
    counts = np.floor(lengths[which] / every + rng.random(len(which))).astype(np.int64)
    road = np.repeat(which, counts)
    ordinal = np.arange(len(road)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = rng.random(len(lengths))[road]
    at = np.mod((ordinal + first) * every, lengths[road])
    half = np.array([HALF_WIDTHS.get(kind, 4.0) for kind in roads.kinds])[road]
    away = side * np.maximum(half + one.beside + rng.normal(0.0, 0.12, len(road)), 0.4)
    places = _beside(roads.lines[road], at, away)
    ends = places
    if one.length:
        ends = _beside(roads.lines[road], np.minimum(at + one.length, lengths[road]), away)
    return Standing(np.full(len(road), index), road, ordinal, places, ends)


def _beside(lines: NDArray[np.object_], at: Floats, away: Floats) -> Floats:
    """The points at a distance along lines, moved sideways to the left."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, at))
    # A line's end has nothing before it: the direction is taken over the metre around the point.
    back = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at - 0.5, 0.0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, at + 0.5))
    way = ahead - back
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    return np.asarray(here + np.column_stack((-way[:, 1], way[:, 0])) * away[:, None])
