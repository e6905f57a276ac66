"""Blocks cut into communities and cells, still on the drawing board."""

import math
from dataclasses import dataclass
from random import Random

from shapely import Polygon

from app.cli.demo_city.cutting import Cut, divide, shares
from app.cli.demo_city.layout import Block, Layout
from app.cli.demo_city.size import DEMO, Size

HEART = (60.0, 260.0)
PARK_NEAR = (760.0, 1120.0)
FOREST_NEAR = (2300.0, 1700.0)
WORKS_NEAR = (2100.0, -1300.0)
OLD_TOWN_NEAR = (-640.0, 160.0)


@dataclass(frozen=True)
class Parcel:
    """One cell as drawn: its community's index and what the ground is used for."""

    polygon: Polygon
    community: int
    land_use: str


@dataclass(frozen=True)
class Parcels:
    """All cells as drawn; `block_of` gives each community's block."""

    parcels: list[Parcel]
    block_of: list[int]
    community_cuts: list[Cut]
    cell_cuts: list[Cut]


def _nearest_block(blocks: list[Block], spot: tuple[float, float]) -> int:
    return min(range(len(blocks)), key=lambda i: math.dist(blocks[i].polygon.centroid.coords[0], spot))


def _closeness(polygon: Polygon, spot: tuple[float, float], reach: float) -> float:
    """1 at the spot, falling to 0 far away."""
    return math.exp(-((math.dist(polygon.centroid.coords[0], spot) / reach) ** 2))


def _use(polygon: Polygon, special: str | None, rng: Random) -> str:
    """What a cell is used for: by where it lies, with some chance."""
    if special is not None:
        return special
    draw = rng.random()
    chances = (
        ("industrial", 0.95 * _closeness(polygon, WORKS_NEAR, 900.0)),
        ("commercial", 0.04 + 0.62 * _closeness(polygon, HEART, 620.0)),
        ("old_town", 0.85 * _closeness(polygon, OLD_TOWN_NEAR, 560.0)),
        ("school", 0.035),
        ("park", 0.03),
        ("hospital", 0.006),
        ("market", 0.012),
    )
    for use, chance in chances:
        if draw < chance:
            return use
        draw -= chance
    return "residential"


def _cells_wanted(ground: list[Polygon], specials: dict[int, str], block_of: list[int], total: int) -> list[int]:
    """How many cells each community gets: more to a hectare where the town is dense, fewer in parks."""
    weights = []
    for index, polygon in enumerate(ground):
        density = 0.8 + 0.5 * _closeness(polygon, HEART, 1400.0)
        if block_of[index] in specials:
            density *= 0.62
        weights.append(polygon.area * density)
    return shares(total, weights, least=5)


def _water_parcels(faces: list[Polygon], ground: list[Polygon], size: float, rng: Random) -> list[Parcel]:
    """The river cut across, each piece given to the community on its bank."""
    result = []
    for face in faces:
        pieces, _ = divide(face, [1.0] * max(1, round(face.area / size)), rng)
        for piece in pieces:
            near = piece.buffer(1.0)
            owner = max(range(len(ground)), key=lambda i: (ground[i].intersection(near).area, -i))
            result.append(Parcel(piece, owner, "water"))
    return result


def _with_small_parks(polygons: list[Polygon], uses: list[str]) -> list[str]:
    """A park of one cell is a lawn: each takes its nearest neighbour of houses along."""
    result = list(uses)
    for index, use in enumerate(uses):
        if use != "park":
            continue
        others = [i for i, other in enumerate(uses) if other == "residential"]
        if others:
            result[min(others, key=lambda i: (polygons[i].distance(polygons[index].centroid), i))] = "park"
    return result


def subdivide(layout: Layout, rng: Random, size: Size = DEMO) -> Parcels:
    """Exactly as many communities and cells as the city has."""
    blocks = layout.blocks
    specials = {_nearest_block(blocks, PARK_NEAR): "park", _nearest_block(blocks, FOREST_NEAR): "forest"}
    # Water is cut no finer in a bigger city: every piece has to touch its bank.
    water_area = layout.outline.area / DEMO.cells
    ground: list[Polygon] = []
    block_of: list[int] = []
    community_cuts: list[Cut] = []
    for number, (block, count) in enumerate(
        zip(blocks, shares(size.communities, [b.polygon.area for b in blocks]), strict=True)
    ):
        parts, cuts = divide(block.polygon, [1.0] * count, rng)
        ground += parts
        block_of += [number] * count
        community_cuts += cuts
    water = _water_parcels(layout.water, ground, water_area, rng)
    parcels: list[Parcel] = []
    cell_cuts: list[Cut] = []
    wanted = _cells_wanted(ground, specials, block_of, size.cells - len(water))
    for community, (polygon, count) in enumerate(zip(ground, wanted, strict=True)):
        cells, cuts = divide(polygon, [rng.uniform(0.8, 1.25) for _ in range(count)], rng)
        uses = [_use(cell, specials.get(block_of[community]), rng) for cell in cells]
        if block_of[community] not in specials:
            uses = _with_small_parks(cells, uses)
        parcels += [Parcel(cell, community, use) for cell, use in zip(cells, uses, strict=True)]
        cell_cuts += cuts
    return Parcels(parcels + water, block_of, community_cuts, cell_cuts)
