"""The drawing board: outline, river and main roads of the demo city, and the blocks they enclose.

Everything here is in drawing metres, before the ground bends it (see frame.bending).
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

STEP = 60.0
SNAP = 0.05
CROSS_ROADS = ("西环路", "青石大道", "府前路", "中山大道", "人民大道", "学府路", "东湖大道", "临港路")
# Those of them that cross the river.
BRIDGES = frozenset({"青石大道", "中山大道", "人民大道", "东湖大道"})


class CannotDraw(ValueError):
    """The seed's roads do not enclose usable blocks."""


@dataclass(frozen=True)
class Road:
    """A road as drawn: `kind` is arterial, secondary or lane."""

    kind: str
    name: str
    line: BaseGeometry


@dataclass(frozen=True)
class Block:
    """Ground between main roads, on one bank of the river."""

    polygon: Polygon
    bank: str


@dataclass(frozen=True)
class Layout:
    outline: Polygon
    river: BaseGeometry
    blocks: list[Block]
    water: list[Polygon]
    roads: list[Road]


def _steps(low: float, high: float) -> list[float]:
    return [float(value) for value in np.linspace(low, high, round((high - low) / STEP) + 1)]


def outline(rng: Random) -> Polygon:
    """A rounded, irregular city border."""
    harmonics = [(k, rng.uniform(0.0, math.tau), rng.uniform(0.6, 1.0) * 0.11 / k**0.9) for k in (2, 3, 5, 7, 11, 17)]
    ring = []
    for angle in np.linspace(0.0, math.tau, 300, endpoint=False):
        wobble = 1.0 + sum(height * math.sin(k * angle + phase) for k, phase, height in harmonics)
        cos, sin = math.cos(angle), math.sin(angle)
        radius = wobble / (abs(cos / 3150.0) ** 2.5 + abs(sin / 2420.0) ** 2.5) ** (1 / 2.5)
        ring.append((radius * cos, radius * sin))
    return Polygon(ring)


def river_course(rng: Random) -> Callable[[float], float]:
    """Northing of the river's middle as a function of easting."""
    first, second = rng.uniform(0.4, 0.9), rng.uniform(1.4, 2.4)

    def northing(x: float) -> float:
        return -260.0 + 400.0 * math.sin(math.tau * x / 5200 + first) + 120.0 * math.sin(math.tau * x / 2300 + second)

    return northing


def _bank(course: Callable[[float], float], side: float) -> LineString:
    """A river bank: the course moved sideways by half a width that changes along the way."""
    points = []
    for x in _steps(-3600.0, 3600.0):
        slope = course(x + 1.0) - course(x - 1.0)
        length = math.hypot(2.0, slope)
        half = side * (54.0 + 10.0 * math.sin(x / 610.0 + side) + 6.0 * math.sin(x / 270.0))
        points.append((x - slope / length * half, course(x) + 2.0 / length * half))
    return LineString(points)


def _long_roads(rng: Random, course: Callable[[float], float]) -> list[Road]:
    """West-east roads: near the river they follow it, far from it they forget it."""
    rows = (
        (1900.0, 0.15, "secondary", "云麓路"),
        (1400.0, 0.25, "arterial", "北环大道"),
        (900.0, 0.45, "secondary", "文昌路"),
        (410.0, 0.80, "arterial", "解放大道"),
        (-400.0, 0.80, "arterial", "滨江南大道"),
        (-900.0, 0.50, "secondary", "锦绣路"),
        (-1420.0, 0.25, "arterial", "南环大道"),
    )
    roads = []
    for base, follow, kind, name in rows:
        phase, height = rng.uniform(0.0, math.tau), rng.uniform(25.0, 60.0)
        points = [
            (x, -260.0 + base + follow * (course(x) + 260.0) + height * math.sin(math.tau * x / 2900.0 + phase))
            for x in _steps(-3700.0, 3700.0)
        ]
        roads.append(Road(kind, name, LineString(points)))
    return roads


def _cross_roads(rng: Random) -> list[Road]:
    """South-north roads; those of BRIDGES cross the river."""
    roads = []
    for index, name in enumerate(CROSS_ROADS):
        x0 = -2500.0 + index * 715.0 + rng.uniform(-75.0, 75.0)
        lean, phase = rng.uniform(-0.07, 0.07), rng.uniform(0.0, math.tau)
        points = [(x0 + lean * y + 70.0 * math.sin(math.tau * y / 3100.0 + phase), y) for y in _steps(-3000.0, 3000.0)]
        roads.append(Road("arterial" if name in BRIDGES else "secondary", name, LineString(points)))
    return roads


def _diagonals() -> list[Road]:
    """Two avenues across the pattern, as older roads to other towns remain."""
    return [
        Road(
            "arterial",
            "迎宾大道",
            LineString([(-2900.0, 1750.0), (-2000.0, 1240.0), (-1000.0, 640.0), (-420.0, 300.0)]),
        ),
        Road(
            "secondary", "古驿路", LineString([(900.0, -480.0), (1500.0, -950.0), (2150.0, -1320.0), (2800.0, -1560.0)])
        ),
    ]


def _densified(line: BaseGeometry) -> BaseGeometry:
    return shapely.segmentize(line, STEP)


def _merge_small(faces: list[Polygon], least: float) -> list[Polygon]:
    """Faces with the small ones joined to the neighbour they share most border with."""
    faces = list(faces)
    while True:
        small = [face for face in faces if face.area < least]
        if not small:
            return faces
        face = min(small, key=lambda item: item.area)
        faces.remove(face)
        best = max(range(len(faces)), key=lambda i: (faces[i].intersection(face).length, -i))
        joined = unary_union([faces[best], face])
        if not isinstance(joined, Polygon):
            raise CannotDraw("A block has no neighbour to be joined to; choose another seed.")
        faces[best] = joined


def _joined_at_random(rng: Random, faces: list[Polygon], times: int, most: float) -> list[Polygon]:
    """Some neighbouring blocks become one: not every road runs through, so T-junctions appear."""
    faces = list(faces)
    for _ in range(times):
        pairs = [
            (i, j)
            for i, j in itertools.combinations(range(len(faces)), 2)
            if faces[i].area + faces[j].area < most and faces[i].intersection(faces[j]).length > 200.0
        ]
        if not pairs:
            break
        i, j = pairs[rng.randrange(len(pairs))]
        joined = unary_union([faces[i], faces[j]])
        compact = joined.area / joined.convex_hull.area
        if isinstance(joined, Polygon) and compact > 0.86:
            faces[i] = joined
            del faces[j]
    return faces


def _enclosed(lines: list[BaseGeometry]) -> list[Polygon]:
    return sorted(
        polygonize(shapely.union_all(lines, grid_size=SNAP)), key=lambda face: (face.centroid.x, face.centroid.y)
    )


def draw(rng: Random) -> Layout:
    """The whole drawing: outline, river, roads, and the blocks between them."""
    border = outline(rng)
    course = river_course(rng)
    north, south = _bank(course, 1.0), _bank(course, -1.0)
    middle = LineString([(x, course(x)) for x in _steps(-3600.0, 3600.0)])
    river = Polygon([*north.coords, *reversed(south.coords)]).intersection(border)
    roads = [
        Road(road.kind, road.name, _densified(road.line))
        for road in (*_long_roads(rng, course), *_cross_roads(rng), *_diagonals())
    ]
    dry = [road.line if road.name in BRIDGES else road.line.difference(river) for road in roads]
    faces = _enclosed([border.exterior, north, south, middle, *(line.intersection(border) for line in dry)])
    inside = [face for face in faces if border.contains(face.representative_point())]
    wet = [face for face in inside if river.contains(face.representative_point())]
    blocks: list[Block] = []
    water: list[Polygon] = []
    for bank in ("north", "south"):
        ground = [face for face in inside if face not in wet and _bank_of(face, course) == bank]
        ground = _joined_at_random(rng, _merge_small(ground, 95_000.0), 9, 520_000.0)
        blocks += [Block(face, bank) for face in ground]
        water += _merge_small([face for face in wet if _bank_of(face, course) == bank], 3_000.0)
    banks = [Road("secondary", "滨江北路", north), Road("secondary", "滨江南路", south)]
    return Layout(border, river, blocks, water, [*roads, *banks])


def _bank_of(face: Polygon, course: Callable[[float], float]) -> str:
    point = face.representative_point()
    return "north" if point.y > course(point.x) else "south"
