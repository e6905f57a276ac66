"""The areas of all five levels with codes, names and attributes."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from pyproj import Geod
from shapely import Polygon

from app.cli.demo_city.coverage import joined
from app.cli.demo_city.hierarchy import CITY, ROW_HEIGHTS, reading_order, streets_of
from app.cli.demo_city.layout import Layout
from app.cli.demo_city.names import CITY_NAME, DISTRICT_NAMES, STREET_NAMES, community_names
from app.cli.demo_city.parcels import Parcels

_ELLIPSOID = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Area:
    """One area; `parcels` are the indices of the cells it consists of."""

    code: str
    name: str
    level: str
    parent: str | None
    polygon: Polygon
    parcels: tuple[int, ...]
    land_use: str | None = None
    grade: str | None = None

    @property
    def area_m2(self) -> int:
        """Area on the ellipsoid, in whole square metres."""
        return round(abs(_ELLIPSOID.geometry_area_perimeter(self.polygon)[0]))


@dataclass(frozen=True)
class City:
    city: Area
    districts: list[Area]
    streets: list[Area]
    communities: list[Area]
    cells: list[Area]


def _made(level: str, parent: Area, groups: Sequence[Sequence[int]], ground: Sequence[Polygon]) -> list[Area]:
    """Areas of one level below one parent, coded in reading order; names follow."""
    polygons = [joined([ground[index] for index in group]) for group in groups]
    result = []
    for serial, number in enumerate(reading_order(polygons, ROW_HEIGHTS[level]), start=1):
        code = f"{parent.code}{serial:0{2 if level == 'district' else 3}d}"
        result.append(Area(code, "", level, parent.code, polygons[number], tuple(sorted(groups[number]))))
    return result


def _named(areas: Sequence[Area], names: Sequence[str]) -> list[Area]:
    return [_with(area, name) for area, name in zip(areas, names, strict=True)]


def _with(area: Area, name: str) -> Area:
    return Area(area.code, name, area.level, area.parent, area.polygon, area.parcels)


def _grade(distance: int) -> str:
    return ("一级", "二级", "三级")[distance]


def _cells(community: Area, parcels: Parcels, ground: Sequence[Polygon], centre: Polygon) -> list[Area]:
    """The community's cells; the grade of management falls from the middle of the city outwards."""
    away = community.polygon.centroid.distance(centre.centroid)
    grade = _grade(min(2, int(away / 0.0105)))
    bare = _made("cell", community, [[index] for index in community.parcels], ground)
    return [
        Area(
            code=cell.code,
            name=f"{community.name.removesuffix('社区')}{cell.code[-3:]}网格",
            level="cell",
            parent=community.code,
            polygon=cell.polygon,
            parcels=cell.parcels,
            land_use=parcels.parcels[cell.parcels[0]].land_use,
            grade=grade,
        )
        for cell in bare
    ]


def name_areas(layout: Layout, parcels: Parcels, ground: Sequence[Polygon], rng: Random) -> City:
    """Codes by position, names by list; upper levels are unions of lower ones.

    Raises: NotSeamless when a group of cells is not one piece.
    """
    of_community: list[list[int]] = [[] for _ in parcels.block_of]
    for index, parcel in enumerate(parcels.parcels):
        of_community[parcel.community].append(index)
    of_block: list[list[list[int]]] = [[] for _ in layout.blocks]
    for community, block in enumerate(parcels.block_of):
        of_block[block].append(of_community[community])
    plan = [
        [[c for block in sorted(street) for c in of_block[block]] for street in d] for d in streets_of(layout.blocks)
    ]
    everything = tuple(range(len(ground)))
    city = Area(CITY, CITY_NAME, "city", None, joined(ground), everything)
    groups = [[index for street in district for community in street for index in community] for district in plan]
    districts = _named(_made("district", city, groups, ground), DISTRICT_NAMES)
    streets: list[Area] = []
    communities: list[Area] = []
    for district in districts:
        own = next(d for d, group in zip(plan, groups, strict=True) if tuple(sorted(group)) == district.parcels)
        flat = [[index for community in street for index in community] for street in own]
        for street in _made("street", district, flat, ground):
            streets.append(street)
            below = next(s for s, group in zip(own, flat, strict=True) if tuple(sorted(group)) == street.parcels)
            communities += _made("community", street, below, ground)
    streets = _named(streets, [f"{name}街道" for name in STREET_NAMES])
    communities = _named(communities, community_names(rng, len(communities)))
    cells = [cell for community in communities for cell in _cells(community, parcels, ground, city.polygon)]
    return City(city, districts, streets, communities, cells)
