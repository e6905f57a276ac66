"""What the map shows beneath the work: roads, water, green and buildings that fit the cells.

Everything is computed in metres on the ground; files.py turns it into degrees.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import shapely
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, STRtree, affinity
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from app.cli.demo_city.cutting import long_axis
from app.cli.demo_city.frame import Field, moved
from app.cli.demo_city.layout import Layout
from app.cli.demo_city.names import (
    CANAL_NAME,
    FOREST_NAME,
    LAKE_NAME,
    PARK_NAME,
    RIVER_NAME,
    alley_names,
    road_names,
)
from app.cli.demo_city.parcels import PARK_NEAR, Parcels

HALF_WIDTHS = {"arterial": 15.0, "secondary": 9.0, "lane": 5.0, "path": 2.0}
LANE_PARTS = 4
NAMED_PARTS = 9
OPEN_GROUND = frozenset({"park", "forest", "water"})


@dataclass(frozen=True)
class Item:
    """One thing on the base map. Units: metres on the ground."""

    shape: BaseGeometry
    kind: str
    name: str | None = None


@dataclass(frozen=True)
class BaseLayers:
    roads: list[Item]
    water: list[Item]
    green: list[Item]
    buildings: list[Item]


@dataclass(frozen=True)
class Slab:
    """How houses stand on a kind of ground. Units: metres."""

    length: float
    depth: float
    beside: float
    behind: float


SLABS = {
    "residential": Slab(44.0, 13.0, 10.0, 21.0),
    "commercial": Slab(33.0, 27.0, 9.0, 11.0),
    "old_town": Slab(25.0, 17.0, 4.0, 6.0),
    "industrial": Slab(58.0, 30.0, 11.0, 12.0),
    "school": Slab(52.0, 14.0, 8.0, 26.0),
    "hospital": Slab(42.0, 20.0, 10.0, 18.0),
    "market": Slab(54.0, 32.0, 9.0, 10.0),
}


def _lines(shape: BaseGeometry) -> list[LineString]:
    if isinstance(shape, MultiLineString):
        shape = linemerge(shape)
    return [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, LineString) and part.length > 15.0]


def _polygons(shape: BaseGeometry, least: float) -> list[Polygon]:
    return [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon) and part.area >= least]


def _main_roads(layout: Layout, field: Field) -> Iterator[Item]:
    """Main roads where they border blocks or cross the river on a bridge; the rest was never built."""
    borders = shapely.union_all([block.polygon.exterior for block in layout.blocks]).buffer(1.5)
    built = borders.union(layout.river)
    for road in layout.roads:
        ground = built if road.kind == "arterial" and not road.name.startswith("滨江") else borders
        for line in _lines(road.line.intersection(ground).intersection(layout.outline.buffer(-3.0))):
            yield Item(moved(line.simplify(0.5), field), road.kind, road.name)


def _small_roads(parcels: Parcels, field: Field, rng: Random) -> Iterator[Item]:
    """Roads between communities, and lanes where a block of cells was first divided."""
    tree = STRtree([parcel.polygon for parcel in parcels.parcels])
    names, alleys = road_names(rng), alley_names(rng)
    for number, cut in enumerate(parcels.community_cuts):
        yield Item(moved(shapely.segmentize(cut.line, 120.0), field), "secondary", names[number])
    for cut in parcels.cell_cuts:
        if cut.parts < LANE_PARTS:
            continue
        middle = cut.line.interpolate(0.5, normalized=True)
        uses = {parcels.parcels[int(i)].land_use for i in tree.query(middle.buffer(2.0), predicate="intersects")}
        kind = "path" if uses & {"park", "forest"} else "lane"
        name = alleys.pop() if alleys and kind == "lane" and cut.parts >= NAMED_PARTS else None
        yield Item(moved(shapely.segmentize(cut.line, 120.0), field), kind, name)


def _lake(layout: Layout, field: Field, rng: Random) -> Polygon:
    """A lake with an uneven shore inside the block of the great park."""
    block = min(layout.blocks, key=lambda item: item.polygon.centroid.distance(Point(PARK_NEAR))).polygon
    phase = rng.uniform(0.0, math.tau)
    inner = block.buffer(-110.0).centroid
    reach = inner.distance(block.exterior) * 0.62
    shore = []
    for step in range(48):
        angle = step * math.tau / 48
        radius = reach * (1.0 + 0.20 * math.sin(2 * angle + phase) + 0.10 * math.sin(3 * angle - phase))
        shore.append((inner.x + 1.35 * radius * math.cos(angle), inner.y + radius * math.sin(angle)))
    lake = moved(Polygon(shore).intersection(block.buffer(-30.0)), field)
    return _polygons(lake, 0.0)[0]


def _canal(layout: Layout, field: Field) -> BaseGeometry:
    """A canal beside 府前路, from the northern border to the river."""
    road = next(item for item in layout.roads if item.name == "府前路")
    north = [line for line in _lines(road.line.difference(layout.river)) if line.centroid.y > 0]
    line = max(north, key=lambda item: item.length).parallel_offset(24.0, "left")
    return moved(line.intersection(layout.outline.buffer(-2.0)), field).buffer(8.0, quad_segs=2).simplify(0.6)


def _water(layout: Layout, ground: Sequence[Polygon], parcels: Parcels, field: Field, rng: Random) -> list[Item]:
    river = shapely.union_all(
        [shape for shape, parcel in zip(ground, parcels.parcels, strict=True) if parcel.land_use == "water"]
    )
    canal = _canal(layout, field).difference(river).intersection(shapely.union_all(ground))
    return [
        Item(river, "river", RIVER_NAME),
        Item(_lake(layout, field, rng), "lake", LAKE_NAME),
        *(Item(part, "canal", CANAL_NAME) for part in _polygons(canal, 50.0)),
    ]


def _green(ground: Sequence[Polygon], parcels: Parcels, water: Sequence[Item], paved: BaseGeometry) -> list[Item]:
    """Parks, the forest, and lawns along the river."""
    names = {"park": None, "forest": FOREST_NAME}
    lake = next(item.shape for item in water if item.kind == "lake")
    result = []
    for use, name in names.items():
        shapes = [s for s, parcel in zip(ground, parcels.parcels, strict=True) if parcel.land_use == use]
        for part in _polygons(shapely.union_all(shapes).buffer(-6.0).simplify(0.5), 800.0):
            known = PARK_NAME if part.intersects(lake) else name
            result.append(Item(part, use, known))
    river = next(item.shape for item in water if item.kind == "river")
    dry = shapely.union_all(ground).difference(river)
    strip = river.buffer(34.0, quad_segs=4).intersection(dry).difference(paved).simplify(0.8)
    wide = strip.buffer(-4.0).buffer(4.0, join_style="mitre")
    return result + [Item(part, "strip") for part in _polygons(wide, 400.0)]


def _rows(inner: BaseGeometry, slab: Slab, rng: Random) -> Iterator[Polygon]:
    """Upright rectangles in rows that lie wholly on the ground left for building."""
    shapely.prepare(inner)
    west, south, east, north = inner.bounds
    y = south + rng.uniform(0.0, 5.0)
    while y + slab.depth <= north:
        x = west + rng.uniform(0.0, 9.0)
        while x + slab.length <= east + slab.length / 2:
            for length in (slab.length * rng.uniform(0.9, 1.1), slab.length * 0.55):
                house = shapely.box(x, y, x + length, y + slab.depth)
                if inner.contains(house):
                    yield house
                    x += length + slab.beside
                    break
            else:
                x += slab.length / 6
        y += slab.depth + slab.behind


def houses_in(cell: Polygon, free: BaseGeometry, use: str, rng: Random) -> list[Polygon]:
    """Footprints on the part of a cell that is free, in line with the cell's longer side."""
    slab = SLABS.get(use)
    inner = free.buffer(-4.0)
    if slab is None or inner.is_empty:
        return []
    angle = math.degrees(long_axis(cell))
    if slab.behind > slab.beside and 45.0 < abs(angle) % 180.0 < 135.0:
        angle += 90.0  # Chinese housing faces south whatever the plot's shape.
    origin = (cell.centroid.x, cell.centroid.y)
    upright = affinity.rotate(inner, -angle, origin=origin)
    houses = [house for house in _rows(upright, slab, rng) if rng.random() > 0.12]
    return [affinity.rotate(house, angle, origin=origin) for house in houses]


def _buildings(ground: Sequence[Polygon], parcels: Parcels, taken: Sequence[BaseGeometry], rng: Random) -> list[Item]:
    tree = STRtree(taken)
    result = []
    for cell, parcel in zip(ground, parcels.parcels, strict=True):
        if parcel.land_use in OPEN_GROUND:
            continue
        near = [taken[int(i)] for i in tree.query(cell)]
        houses = houses_in(cell, cell.difference(shapely.union_all(near)), parcel.land_use, rng)
        if houses:
            result.append(Item(MultiPolygon(houses), parcel.land_use))
    return result


def _around_lakes(roads: Sequence[Item], water: Sequence[Item]) -> list[Item]:
    """Roads without what would lie in a lake."""
    lakes = shapely.union_all([item.shape for item in water if item.kind == "lake"]).buffer(4.0)
    return [Item(line, road.kind, road.name) for road in roads for line in _lines(road.shape.difference(lakes))]


def base_layers(layout: Layout, parcels: Parcels, noded: Sequence[Polygon], field: Field, rng: Random) -> BaseLayers:
    """The four layers. Units: metres on the ground."""
    ground = [_polygons(moved(polygon, field), 0.0)[0] for polygon in noded]
    roads = [*_main_roads(layout, field), *_small_roads(parcels, field, rng)]
    paved = [item.shape.buffer(HALF_WIDTHS[item.kind], quad_segs=2) for item in roads]
    water = _water(layout, ground, parcels, field, rng)
    roads = _around_lakes(roads, water)
    green = _green(ground, parcels, water, shapely.union_all(paved))
    taken = [*paved, *(item.shape for item in water), *(item.shape for item in green if item.kind == "strip")]
    return BaseLayers(roads, water, green, _buildings(ground, parcels, taken, rng))
