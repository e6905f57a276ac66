"""Boxes around circles on the ground."""

from __future__ import annotations

import math

# One degree of a meridian, a little shortened, so that the box is never too small.
METRES_OF_DEGREE = 110_500.0


def box_around(lon: float, lat: float, radius_m: float) -> tuple[float, float, float, float]:
    """A box (west, south, east, north) that holds the circle; degrees, WGS 84, cut off at the edges of the map.

    Example:
        >>> [round(edge, 4) for edge in box_around(121.5, 31.2, 1105.0)]
        [121.4883, 31.19, 121.5117, 31.21]
    """
    high = radius_m / METRES_OF_DEGREE
    furthest = min(abs(lat) + high, 89.0)
    # A degree along a parallel is longest at the equator; its length at the end of the box nearest the pole counts.
    wide = high / math.cos(math.radians(furthest))
    return max(lon - wide, -180.0), max(lat - high, -90.0), min(lon + wide, 180.0), min(lat + high, 90.0)
