"""From drawn parcels to a seamless coverage on the ground: every shared border has the same points on both sides."""

import math
from collections.abc import Sequence
from random import Random

import shapely
from shapely import Polygon, STRtree
from shapely.ops import polygonize

from app.cli.demo_city.frame import Field, bending, moved, to_degrees
from app.cli.demo_city.layout import SNAP
from app.cli.demo_city.size import DEMO


class NotSeamless(ValueError):
    """The drawn parcels do not form a coverage."""


def noded(polygons: Sequence[Polygon]) -> list[Polygon]:
    """The same polygons with every border cut at every corner of a neighbour.

    Shape:  one polygon per input, in the same order.
    Raises: NotSeamless when the parcels overlap or leave slivers.
    """
    lines = shapely.union_all([polygon.exterior for polygon in polygons], grid_size=SNAP)
    faces = list(polygonize(lines))
    tree = STRtree(polygons)
    result: dict[int, Polygon] = {}
    for face in faces:
        point = face.representative_point()
        owners = [int(i) for i in tree.query(point, predicate="within")]
        if len(owners) != 1 or owners[0] in result:
            raise NotSeamless(f"The drawing has a sliver at {point.wkt}; choose another seed.")
        result[owners[0]] = face
    if len(result) != len(polygons):
        raise NotSeamless(f"{len(polygons) - len(result)} parcels vanished; choose another seed.")
    return [result[index] for index in range(len(polygons))]


def ground_field(polygons: Sequence[Polygon], rng: Random, area_m2: float = DEMO.area_m2) -> Field:
    """The bending that gives the city its area."""
    state = rng.getrandbits(64)
    scale = 1.0
    for _ in range(12):
        field = bending(Random(state), scale)  # noqa: S311 - a drawing, not a secret
        area = sum(float(moved(polygon, field).area) for polygon in polygons)
        scale *= math.sqrt(area_m2 / area)
    return bending(Random(state), scale)  # noqa: S311 - a drawing, not a secret


def placed(polygons: Sequence[Polygon], field: Field) -> list[Polygon]:
    """The polygons on the ground.

    Units:  EPSG:4326, (lon, lat), 7 decimals, counter-clockwise exteriors as RFC 7946 wants them.
    Raises: NotSeamless.
    """
    result = [shapely.orient_polygons(_on_the_ground(polygon, field)) for polygon in polygons]
    if not all(polygon.is_valid for polygon in result) or not shapely.coverage_is_valid(result):
        raise NotSeamless("Rounding broke the coverage; choose another seed.")
    return result


def _on_the_ground(polygon: Polygon, field: Field) -> Polygon:
    points = to_degrees(shapely.get_coordinates(moved(polygon, field)))
    return Polygon(shapely.remove_repeated_points(Polygon(points)).exterior)


def joined(polygons: Sequence[Polygon]) -> Polygon:
    """The union of neighbouring parts of a coverage, with exactly the points of its parts.

    Raises: NotSeamless when the parts do not touch or enclose a hole.
    """
    union = shapely.coverage_union_all(list(polygons))
    if not isinstance(union, Polygon):
        parts = list(getattr(union, "geoms", []))
        if len(parts) != 1:
            raise NotSeamless("The parts of an area do not touch each other; choose another seed.")
        union = parts[0]
    if union.interiors:
        raise NotSeamless("An area has a hole; choose another seed.")
    return shapely.orient_polygons(union)
