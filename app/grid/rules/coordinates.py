"""Coordinate systems a phone or a map picker may answer in, and the way to WGS 84 and back.

All functions take and give (longitude, latitude) in degrees.

Source: the published GCJ-02 formulas (Krasovsky 1940 ellipsoid: a = 6 378 245 m, e² = 0.006 693 421 622 965 943 23)
and Baidu's published BD-09 offset on top of GCJ-02; domain.md §2.
"""

import math
from enum import StrEnum
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]


class Crs(StrEnum):
    """The coordinate systems a position may be given in."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


# GCJ-02 is defined for China alone; the published code tests this rough box, borders included.
CHINA_WEST, CHINA_EAST = 72.004, 137.8347
CHINA_SOUTH, CHINA_NORTH = 0.8293, 55.8271

_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_E2 = 0.006_693_421_622_965_943_23
_BD09_PI = math.pi * 3000.0 / 180.0
_BD09_LON, _BD09_LAT = 0.0065, 0.006

# GCJ-02 moves nothing further than this: beyond it from the box no answer can come from inside.
_REACH = 0.1

# Each round shrinks the error at least fiftyfold, from less than 0.02° at the start: eight rounds reach the last bit.
_ROUNDS = 8


def to_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """The WGS 84 point of one given in `crs`.

    CGCS2000 agrees with WGS 84 within a few decimetres and passes unchanged. GCJ-02 and BD-09 are undone by
    iteration of the forward formulas, so that `from_wgs84` and this are inverses to better than 1e-9°.

    Units:  degrees, (longitude, latitude).
    Raises: ValueError when `crs` is not a known name.
    Source: domain.md §2.

    Example:
        >>> lon, lat = to_wgs84(116.41024449916938, 39.91640428150164, "gcj02")
        >>> round(lon, 9), round(lat, 9)
        (116.404, 39.915)
    """
    match Crs(crs):
        case Crs.GCJ02:
            return _gcj02_to_wgs84(lon, lat)
        case Crs.BD09:
            return _gcj02_to_wgs84(*_without_bd09(lon, lat, math))
    return lon, lat


def from_wgs84(lon: float, lat: float, crs: str) -> tuple[float, float]:
    """A WGS 84 point expressed in `crs`.

    Units:  degrees, (longitude, latitude).
    Raises: ValueError when `crs` is not a known name.
    Source: domain.md §2.

    Example:
        >>> from_wgs84(116.404, 39.915, "gcj02")
        (116.41024449916938, 39.91640428150164)
    """
    match Crs(crs):
        case Crs.GCJ02:
            return _wgs84_to_gcj02(lon, lat)
        case Crs.BD09:
            return _with_bd09(*_wgs84_to_gcj02(lon, lat), math)
    return lon, lat


def to_wgs84_many(lons: Degrees, lats: Degrees, crs: str) -> tuple[Degrees, Degrees]:
    """`to_wgs84` for whole arrays.

    Shape:  two float arrays of equal length; answers the same.
    Units:  degrees, (longitudes, latitudes).
    Raises: ValueError when `crs` is not a known name.
    """
    match Crs(crs):
        case Crs.GCJ02:
            return _gcj02_to_wgs84_many(lons, lats)
        case Crs.BD09:
            return _gcj02_to_wgs84_many(*_without_bd09(lons, lats, np))
    return lons, lats


def from_wgs84_many(lons: Degrees, lats: Degrees, crs: str) -> tuple[Degrees, Degrees]:
    """`from_wgs84` for whole arrays.

    Shape:  two float arrays of equal length; answers the same.
    Units:  degrees, (longitudes, latitudes).
    Raises: ValueError when `crs` is not a known name.
    """
    match Crs(crs):
        case Crs.GCJ02:
            return _wgs84_to_gcj02_many(lons, lats)
        case Crs.BD09:
            return _with_bd09(*_wgs84_to_gcj02_many(lons, lats), np)
    return lons, lats


def in_china(lon: float, lat: float) -> bool:
    """Whether a point lies in the rough box inside which GCJ-02 shifts.

    Units: degrees, (longitude, latitude).
    """
    return CHINA_WEST <= lon <= CHINA_EAST and CHINA_SOUTH <= lat <= CHINA_NORTH


def _in_china_many(lons: Degrees, lats: Degrees) -> NDArray[np.bool_]:
    return (lons >= CHINA_WEST) & (lons <= CHINA_EAST) & (lats >= CHINA_SOUTH) & (lats <= CHINA_NORTH)


def _wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    if not in_china(lon, lat):
        return lon, lat
    shift_lon, shift_lat = _gcj02_shift(lon, lat, math)
    return lon + shift_lon, lat + shift_lat


def _wgs84_to_gcj02_many(lons: Degrees, lats: Degrees) -> tuple[Degrees, Degrees]:
    inside = _in_china_many(lons, lats)
    shift_lon, shift_lat = _gcj02_shift(*_near_china(lons, lats), np)
    return np.where(inside, lons + shift_lon, lons), np.where(inside, lats + shift_lat, lats)


def _gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    if not (CHINA_WEST - _REACH <= lon <= CHINA_EAST + _REACH and CHINA_SOUTH - _REACH <= lat <= CHINA_NORTH + _REACH):
        return lon, lat
    guess_lon, guess_lat = _undo(lon, lat, math)
    return (guess_lon, guess_lat) if in_china(guess_lon, guess_lat) else (lon, lat)


def _gcj02_to_wgs84_many(lons: Degrees, lats: Degrees) -> tuple[Degrees, Degrees]:
    near_lons, near_lats = _near_china(lons, lats)
    guess_lon, guess_lat = _undo(near_lons, near_lats, np)
    inside = _in_china_many(guess_lon, guess_lat) & (near_lons == lons) & (near_lats == lats)
    return np.where(inside, guess_lon, lons), np.where(inside, guess_lat, lats)


def _near_china(lons: Degrees, lats: Degrees) -> tuple[Degrees, Degrees]:
    """The points drawn to the box, so that the formula is never asked where it has no meaning."""
    return (
        np.clip(lons, CHINA_WEST - _REACH, CHINA_EAST + _REACH),
        np.clip(lats, CHINA_SOUTH - _REACH, CHINA_NORTH + _REACH),
    )


def _undo(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """The point that GCJ-02 shifts to (lon, lat), were the shift applied everywhere."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        shift_lon, shift_lat = _gcj02_shift(guess_lon, guess_lat, m)
        guess_lon, guess_lat = lon - shift_lon, lat - shift_lat
    return guess_lon, guess_lat


def _gcj02_shift(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """How far GCJ-02 moves a point in or near China, in degrees; `m` is math for one point or numpy for many."""
    x, y = lon - 105.0, lat - 35.0
    root = m.sqrt(abs(x))
    waves = 20.0 * m.sin(6.0 * x * m.pi) + 20.0 * m.sin(2.0 * x * m.pi)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += waves * 2.0 / 3.0
    north_m += (20.0 * m.sin(y * m.pi) + 40.0 * m.sin(y / 3.0 * m.pi)) * 2.0 / 3.0
    north_m += (160.0 * m.sin(y / 12.0 * m.pi) + 320.0 * m.sin(y * m.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += waves * 2.0 / 3.0
    east_m += (20.0 * m.sin(x * m.pi) + 40.0 * m.sin(x / 3.0 * m.pi)) * 2.0 / 3.0
    east_m += (150.0 * m.sin(x / 12.0 * m.pi) + 300.0 * m.sin(x / 30.0 * m.pi)) * 2.0 / 3.0
    parallel = lat / 180.0 * m.pi
    bent = 1.0 - _KRASOVSKY_E2 * m.sin(parallel) ** 2
    meridian_radius = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2) / (bent * m.sqrt(bent))
    parallel_radius = _KRASOVSKY_A_M / m.sqrt(bent) * m.cos(parallel)
    return east_m * 180.0 / (parallel_radius * m.pi), north_m * 180.0 / (meridian_radius * m.pi)


def _with_bd09(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """A GCJ-02 point in BD-09."""
    wave_lon, wave_lat = _bd09_turn(lon, lat, m)
    return wave_lon + _BD09_LON, wave_lat + _BD09_LAT


def _without_bd09(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """The GCJ-02 point of a BD-09 one."""
    target_lon, target_lat = lon - _BD09_LON, lat - _BD09_LAT
    guess_lon, guess_lat = target_lon, target_lat
    for _ in range(_ROUNDS):
        turned_lon, turned_lat = _bd09_turn(guess_lon, guess_lat, m)
        guess_lon, guess_lat = guess_lon + target_lon - turned_lon, guess_lat + target_lat - turned_lat
    return guess_lon, guess_lat


def _bd09_turn(lon: Any, lat: Any, m: ModuleType) -> tuple[Any, Any]:
    """Baidu's wave in polar coordinates around (0°, 0°), before its constant offset."""
    radius = m.sqrt(lon * lon + lat * lat) + 0.00002 * m.sin(lat * _BD09_PI)
    angle = m.atan2(lat, lon) + 0.000003 * m.cos(lon * _BD09_PI)
    return radius * m.cos(angle), radius * m.sin(angle)
