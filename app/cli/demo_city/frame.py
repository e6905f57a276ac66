"""The two frames of the demo city: metres around its centre, and longitude and latitude."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

CENTRE_LON = 121.47
CENTRE_LAT = 31.23
DECIMALS = 7

Points = NDArray[np.float64]
Field = Callable[[Points], Points]


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length of one degree of longitude and of latitude.

    Units:  lat in degrees; result in metres per degree (along the parallel, along the meridian).
    Source: series of the WGS 84 ellipsoid's radii of curvature.
    """
    phi = math.radians(lat)
    semi_major, eccentricity2 = 6_378_137.0, 0.00669437999014
    bend = 1.0 - eccentricity2 * math.sin(phi) ** 2
    prime_vertical = semi_major / math.sqrt(bend)
    meridian = semi_major * (1.0 - eccentricity2) / bend**1.5
    return math.radians(1.0) * prime_vertical * math.cos(phi), math.radians(1.0) * meridian


def to_degrees(points: Points) -> Points:
    """Metres east and north of the centre as (lon, lat), rounded to 1e-7 degrees (about a centimetre).

    Over five kilometres the flat approximation is off by less than one part in a thousand, which is far less than
    cells differ in size; what matters is that equal points stay equal.
    """
    east, north = metres_per_degree(CENTRE_LAT)
    degrees = np.column_stack((CENTRE_LON + points[:, 0] / east, CENTRE_LAT + points[:, 1] / north))
    return np.round(degrees, DECIMALS)


def to_metres(points: Points) -> Points:
    """(lon, lat) in degrees as metres east and north of the centre."""
    east, north = metres_per_degree(CENTRE_LAT)
    return np.column_stack(((points[:, 0] - CENTRE_LON) * east, (points[:, 1] - CENTRE_LAT) * north))


@dataclass(frozen=True)
class Wave:
    """One smooth push: points move along (dx, dy) metres as a sine of their position along (kx, ky)."""

    kx: float
    ky: float
    phase: float
    dx: float
    dy: float


def bending(rng: Random, scale: float) -> Field:
    """A smooth field that bends straight drawing lines like the ground bends real roads.

    The slopes of the waves add up to well below one, so the field never folds and neighbours stay neighbours.

    Units:  metres in, metres out; scale is a plain factor applied before bending.
    """
    waves = [
        Wave(
            kx=math.cos(angle) * math.tau / length,
            ky=math.sin(angle) * math.tau / length,
            phase=rng.uniform(0.0, math.tau),
            dx=math.cos(push) * height,
            dy=math.sin(push) * height,
        )
        for length, height in ((5200.0, 190.0), (3900.0, 120.0), (2700.0, 55.0), (1900.0, 30.0), (1300.0, 14.0))
        for angle in (rng.uniform(0.0, math.tau),)
        for push in (angle + math.pi / 2 + rng.uniform(-0.5, 0.5),)
    ]
    turn = math.radians(-7.0)

    def bend(points: Points) -> Points:
        moved = points * scale
        for wave in waves:
            swing = np.sin(points[:, 0] * wave.kx + points[:, 1] * wave.ky + wave.phase)
            moved = moved + np.column_stack((swing * wave.dx, swing * wave.dy))
        cos, sin = math.cos(turn), math.sin(turn)
        return np.column_stack((moved[:, 0] * cos - moved[:, 1] * sin, moved[:, 0] * sin + moved[:, 1] * cos))

    return bend


def moved(shape: BaseGeometry, field: Field) -> BaseGeometry:
    """The same shape with every vertex moved by the field."""
    return shapely.transform(shape, field)
