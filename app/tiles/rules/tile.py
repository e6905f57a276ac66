"""Tiles of the square that web maps cut the world into, and how far one may see in them.

Source: OGC Two Dimensional Tile Matrix Set, WebMercatorQuad (EPSG:3857).
"""

from __future__ import annotations

import math
from typing import NamedTuple

# Half the circumference of the sphere with the WGS 84 semi-major axis.
HALF_M = 20_037_508.342789244
# Units along a tile's edge, and how far what is drawn may reach beyond it so that lines do not end at seams.
EXTENT = 4096
BUFFER = 64
# No tile is larger before it is packed; where it would be, more is put together.
MOST_BYTES = 500_000

Box = tuple[float, float, float, float]


class Tile(NamedTuple):
    """A tile by its zoom, its column from the west and its row from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether the zoom has such a column and row.

        Example:
            >>> Tile(1, 1, 0).exists, Tile(1, 2, 0).exists
            (True, False)
        """
        return 0 <= self.z <= 30 and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def box_m(self) -> Box:
        """The tile's west, south, east and north. Units: metres, EPSG:3857.

        Example:
            >>> Tile(1, 1, 0).box_m
            (0.0, 0.0, 20037508.342789244, 20037508.342789244)
        """
        side = 2 * HALF_M / (1 << self.z)
        west, north = self.x * side - HALF_M, HALF_M - self.y * side
        return west, north - side, west + side, north

    @property
    def unit_m(self) -> float:
        """The side of the smallest square that the tile can tell apart. Units: metres, EPSG:3857."""
        return 2 * HALF_M / (1 << self.z) / EXTENT


def pixel_m(zoom: int) -> float:
    """The side of a pixel where a tile is drawn 512 pixels wide. Units: metres, EPSG:3857.

    Example:
        >>> round(pixel_m(14), 2)
        4.78
    """
    return 2 * HALF_M / (1 << zoom) / 512


def to_degrees(box_m: Box) -> Box:
    """A box in metres of EPSG:3857 as (west, south, east, north) in degrees, WGS 84.

    Example:
        >>> [round(edge, 6) for edge in to_degrees((0.0, 0.0, 20037508.342789244, 20037508.342789244))]
        [0.0, 0.0, 180.0, 85.051129]
    """
    west, south, east, north = box_m
    return _lon(west), _lat(south), _lon(east), _lat(north)


def _lon(x: float) -> float:
    return x / HALF_M * 180.0


def _lat(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y / HALF_M * math.pi)) - math.pi / 2)
