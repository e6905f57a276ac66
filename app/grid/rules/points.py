"""Thousands of stated points checked and converted at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Fault
from app.grid.errors import BadPoints
from app.grid.rules.coordinates import Crs, to_wgs84_many

_MEMBERS = {"lon", "lat", "crs", "accuracy_m"}
_NUMBERS = {int, float}
# So many are named; a client that gets one wrong usually gets all wrong.
_MOST_FAULTS = 20


def points_to_wgs84(points: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes of stated points.

    Shape:  each point `{"lon": number, "lat": number, "crs"?: name, "accuracy_m"?: number}` as decoded from JSON,
            a position as everywhere else; its accuracy moves no point.
    Units:  degrees, WGS 84.
    Raises: BadPoints that names the wrong ones.
    """
    try:
        lons, lats = [point["lon"] for point in points], [point["lat"] for point in points]
        systems = [point.get("crs", "wgs84") for point in points]
        known = all(point.keys() <= _MEMBERS and _is_accuracy(point.get("accuracy_m")) for point in points)
        found = np.array(lons, dtype=np.float64), np.array(lats, dtype=np.float64)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise _bad(points) from error
    in_range = bool((np.abs(found[0]) <= 180).all() and (np.abs(found[1]) <= 90).all())
    if not (known and in_range and {*map(type, lons), *map(type, lats)} <= _NUMBERS):
        raise _bad(points)
    return _converted(*found, systems, points)


def _converted(
    lons: NDArray[np.float64], lats: NDArray[np.float64], systems: list[Any], points: Sequence[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        named = set(systems)
    except TypeError as error:
        raise _bad(points) from error
    if not named <= {crs.value for crs in Crs}:
        raise _bad(points)
    if len(named) == 1:
        return to_wgs84_many(lons, lats, named.pop())
    labels = np.array(systems)
    for crs in named:
        rows = labels == crs
        lons[rows], lats[rows] = to_wgs84_many(lons[rows], lats[rows], crs)
    return lons, lats


def _is_accuracy(value: Any) -> bool:
    return value is None or (type(value) in _NUMBERS and value >= 0)


def _bad(points: Sequence[Any]) -> BadPoints:
    faults: list[Fault] = []
    for row, point in enumerate(points):
        faults += [Fault(f"/points/{row}{pointer}", detail) for pointer, detail in _faults(point)]
        if len(faults) >= _MOST_FAULTS:
            break
    return BadPoints("Some points cannot be used: see errors.", faults=faults[:_MOST_FAULTS])


def _faults(point: Any) -> list[tuple[str, str]]:
    if not isinstance(point, dict):
        return [("", 'must be an object {"lon": …, "lat": …}')]
    found = [
        (f"/{name}", "is not known here; a point has lon, lat, crs and accuracy_m") for name in point.keys() - _MEMBERS
    ]
    for name, most in (("lon", 180), ("lat", 90)):
        value = point.get(name)
        if type(value) not in _NUMBERS or not abs(value) <= most:  # type: ignore[arg-type]
            found.append((f"/{name}", f"must be a number from -{most} to {most}"))
    if not _is_accuracy(point.get("accuracy_m")):
        found.append(("/accuracy_m", "must be a number of metres, 0 or more"))
    if point.get("crs", "wgs84") not in [crs.value for crs in Crs]:
        found.append(("/crs", "must be wgs84, cgcs2000, gcj02 or bd09"))
    return found
