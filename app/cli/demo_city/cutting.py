"""Cutting a polygon into parts of chosen sizes by straight lines, the way blocks are divided on a plan."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import split

# Turns tried one after the other when a cut through a bent block would leave more than two parts.
TURNS = (0.0, 12.0, -12.0, 25.0, -25.0, 90.0, 40.0, -40.0, 60.0, -60.0, 75.0)


class CannotCut(ValueError):
    """No straight line leaves exactly two parts of the wanted sizes."""


@dataclass(frozen=True)
class Cut:
    """A line drawn through a block, and how many parts the block was still to give."""

    line: LineString
    parts: int


def long_axis(polygon: Polygon) -> float:
    """Direction of the longer side of the smallest rectangle around the polygon.

    Units:  radians, counter-clockwise from the x axis.
    """
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(polygon))
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    side = first if np.hypot(*first) >= np.hypot(*second) else second
    return math.atan2(side[1], side[0])


def _line_across(polygon: Polygon, normal: float, offset: float) -> LineString:
    reach = 4.0 * math.dist(polygon.bounds[:2], polygon.bounds[2:])
    nx, ny = math.cos(normal), math.sin(normal)
    x, y = polygon.centroid.x + nx * offset, polygon.centroid.y + ny * offset
    return LineString([(x - ny * reach, y + nx * reach), (x + ny * reach, y - nx * reach)])


def _share_behind(polygon: Polygon, normal: float, offset: float) -> float:
    """Share of the polygon's area that lies behind the line at this offset."""
    reach = 4.0 * math.dist(polygon.bounds[:2], polygon.bounds[2:])
    nx, ny = math.cos(normal), math.sin(normal)
    x, y = polygon.centroid.x + nx * offset, polygon.centroid.y + ny * offset
    half_plane = Polygon(
        [
            (x - ny * reach, y + nx * reach),
            (x + ny * reach, y - nx * reach),
            (x + ny * reach - nx * reach, y - nx * reach - ny * reach),
            (x - ny * reach - nx * reach, y + nx * reach - ny * reach),
        ]
    )
    return float(polygon.intersection(half_plane).area / polygon.area)


def _halves(polygon: Polygon, normal: float, share: float) -> tuple[Polygon, Polygon, LineString] | None:
    """The part behind and the part before the line that leaves `share` of the area behind it."""
    reach = math.dist(polygon.bounds[:2], polygon.bounds[2:])
    low, high = -reach, reach
    for _ in range(26):
        middle = (low + high) / 2
        if _share_behind(polygon, normal, middle) < share:
            low = middle
        else:
            high = middle
    line = _line_across(polygon, normal, (low + high) / 2)
    pieces = [piece for piece in split(polygon, line).geoms if isinstance(piece, Polygon)]
    if len(pieces) != 2:
        return None
    pieces.sort(key=lambda piece: piece.centroid.x * math.cos(normal) + piece.centroid.y * math.sin(normal))
    drawn = line.intersection(polygon)
    if not isinstance(drawn, LineString):
        return None
    return pieces[0], pieces[1], drawn


def halve(polygon: Polygon, share: float, tilt: float) -> tuple[Polygon, Polygon, LineString]:
    """Cut across the long axis so that `share` of the area lies behind.

    Units:  tilt in degrees, added to the direction of the cut.
    Raises: CannotCut when no direction leaves exactly two parts.
    """
    axis = long_axis(polygon)
    for turn in TURNS:
        halves = _halves(polygon, axis + math.radians(tilt + turn), share)
        if halves is not None:
            return halves
    raise CannotCut(f"No straight line divides the polygon at {polygon.centroid.wkt} in two.")


def divide(polygon: Polygon, weights: Sequence[float], rng: Random) -> tuple[list[Polygon], list[Cut]]:
    """Parts in the proportions of `weights`, and the cuts between them, longest first.

    Shape:  one part per weight.
    Raises: CannotCut.
    """
    if len(weights) == 1:
        return [polygon], []
    middle = len(weights) // 2
    if len(weights) >= 5 and rng.random() < 0.5:
        middle += rng.choice((-1, 1))
    share = sum(weights[:middle]) / sum(weights)
    behind, before, line = halve(polygon, share, rng.gauss(0.0, 3.2))
    first_parts, first_cuts = divide(behind, weights[:middle], rng)
    second_parts, second_cuts = divide(before, weights[middle:], rng)
    return first_parts + second_parts, [Cut(line, len(weights)), *first_cuts, *second_cuts]


def shares(total: int, weights: Sequence[float], least: int = 1) -> list[int]:
    """Whole numbers in the proportions of `weights` that add up to `total`, none below `least`.

    Source: largest remainder method (Hare quota).
    """
    if total < least * len(weights):
        raise ValueError(f"{total} cannot be shared among {len(weights)} with at least {least} each.")
    whole = sum(weights)
    spare = total - least * len(weights)
    exact = [max(0.0, total * weight / whole - least) for weight in weights]
    scaled = [spare * value / sum(exact) for value in exact] if sum(exact) else [0.0] * len(weights)
    result = [least + math.floor(value) for value in scaled]
    order = sorted(range(len(weights)), key=lambda i: (math.floor(scaled[i]) - scaled[i], i))
    for index in order[: total - sum(result)]:
        result[index] += 1
    return result
