"""Duty zones: neighbouring cells of one community that two inspectors patrol."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.cli.demo_city.areas import Area, City
from app.cli.demo_city.hierarchy import Piece, gather, neighbours_of
from app.cli.demo_city.size import DEMO

# A community with more cells than this has two zones.
CELLS_OF_ONE_ZONE = 17
# A shared border shorter than this (in degrees, about eight metres) does not make two areas neighbours.
TOUCH = 8e-5


@dataclass(frozen=True)
class DutyZone:
    """One zone: code, name, its cells' codes, and the numbers of its inspectors, the first one being the usual one."""

    code: str
    name: str
    cells: tuple[str, ...]
    inspectors: tuple[int, ...]


def _piece(area: Area) -> Piece:
    point = area.polygon.centroid
    return Piece(point.x, point.y, area.polygon.area)


def _groups(areas: Sequence[Area], count: int) -> list[set[int]]:
    neighbours = neighbours_of([area.polygon for area in areas], TOUCH)
    return gather({index: _piece(area) for index, area in enumerate(areas)}, neighbours, count)


def _zones_of(cells: Sequence[Area]) -> list[list[Area]]:
    count = 1 if len(cells) <= CELLS_OF_ONE_ZONE else 2
    groups = [[cells[index] for index in sorted(group)] for group in _groups(cells, count)]
    return sorted(groups, key=lambda group: group[0].code)


def draw_zones(city: City, inspectors: int = DEMO.inspectors) -> list[DutyZone]:
    """All duty zones. Each inspector has a patch of neighbouring communities; the next patch's inspector shares it."""
    patches = _groups(city.communities, inspectors)
    middles = []
    for patch in patches:
        pieces = [_piece(city.communities[index]) for index in patch]
        middles.append((sum(p.x for p in pieces) / len(pieces), sum(p.y for p in pieces) / len(pieces)))
    order = sorted(range(inspectors), key=lambda i: middles[i])
    cells_of: dict[str | None, list[Area]] = {}
    for cell in city.cells:
        cells_of.setdefault(cell.parent, []).append(cell)
    result = []
    for index, community in enumerate(city.communities):
        usual = next(i for i, patch in enumerate(patches) if index in patch)
        spot = (_piece(community).x, _piece(community).y)
        second = min((i for i in order if i != usual), key=lambda i: math.dist(middles[i], spot))
        asked = (order.index(usual) + 1, order.index(second) + 1)
        for serial, group in enumerate(_zones_of(cells_of[community.code]), start=1):
            codes = tuple(cell.code for cell in group)
            name = f"{community.name.removesuffix('社区')}{serial}号责任网格"
            result.append(DutyZone(f"{community.code}-{serial}", name, codes, asked))
    return result
