"""Whether one polygon is sound by itself: there, flat, closed, not crossing or touching itself."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from app.grid.rules.faults import FaultKind, GridFault

_REASON = re.compile(r"(?P<what>[^\[]+)\[(?P<lon>[-+.\deE]+) (?P<lat>[-+.\deE]+)")

# What GEOS says, and what a surveyor can do about it.
_ADVICE = {
    "Self-intersection": "its outline crosses itself: put the corners in their order around the area",
    "Ring Self-intersection": "a ring touches itself: split it into an outline and a hole, or into two parts",
    "Hole lies outside shell": "a hole lies outside the outline: remove it or make it an area of its own",
    "Holes are nested": "a hole lies in another hole: remove the inner one",
    "Nested shells": "a part lies inside another part: remove it",
    "Duplicate Rings": "the same ring occurs twice: remove one",
    "Interior is disconnected": "holes cut the area in pieces: make each piece a part of its own",
    "Too few points in geometry component": "a ring has fewer than three different corners: remove it",
    "Invalid Coordinate": "a corner has no number as coordinate: draw it again",
}


def looks_sound(geoms: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which polygons need no second look, all at once. Shape: an array of geometries or None; answers flags."""
    bounds = shapely.bounds(geoms)
    on_globe = (bounds[:, 0] >= -180) & (bounds[:, 1] >= -90) & (bounds[:, 2] <= 180) & (bounds[:, 3] <= 90)
    flat = ~shapely.has_z(geoms) & ~shapely.has_m(geoms) & np.isin(shapely.get_type_id(geoms), (3, 6))
    answer: NDArray[np.bool_] = flat & on_globe & shapely.is_valid(geoms) & ~shapely.is_empty(geoms)
    return answer


def soundness_fault(geom: Any, code: str) -> GridFault | None:
    """The first thing that is wrong with a polygon by itself; None when it is sound.

    Shape:  `geom` in EPSG:4326, (longitude, latitude), or None; the place is the very point where it can be told.
    Source: domain.md §1; OGC Simple Features §6.1.11 as GEOS checks it.
    """
    if geom is None or geom.is_empty:
        return GridFault(FaultKind.EMPTY, code, f"{code} has no outline: draw it or remove the row.")
    if geom.geom_type not in {"Polygon", "MultiPolygon"}:
        text = f"{code} is a {geom.geom_type}: an area must be a polygon."
        return GridFault(FaultKind.INVALID_GEOMETRY, code, text, shapely.force_2d(geom))
    if not np.isfinite(shapely.get_coordinates(geom)).all():
        return GridFault(FaultKind.INVALID_GEOMETRY, code, f"{code}: {_ADVICE['Invalid Coordinate']}.")
    if fault := _off_the_globe(geom, code):
        return fault
    if geom.has_z or shapely.has_m(geom):
        text = f"{code} has heights: export it as a flat (2D) polygon; `grid repair` drops them."
        return GridFault(FaultKind.NOT_2D, code, text, shapely.force_2d(shapely.get_point(_outline(geom), 0)))
    return None if geom.is_valid else _crossing(geom, code)


def _outline(geom: Any) -> Any:
    return shapely.get_exterior_ring(shapely.get_geometry(geom, 0) if geom.geom_type == "MultiPolygon" else geom)


def _off_the_globe(geom: Any, code: str) -> GridFault | None:
    west, south, east, north = geom.bounds
    if west >= -180 and east <= 180 and south >= -90 and north <= 90:
        return None
    hint = "longitude and latitude are exchanged" if _exchanged(geom.bounds) else "these are metres, not degrees"
    text = (
        f"{code} has the coordinate {west:.6g}, {south:.6g}, which is not a longitude and latitude: {hint}. "
        "Say in which system the file is (crs), or export all of it in one."
    )
    return GridFault(FaultKind.WRONG_CRS, code, text)


def _exchanged(bounds: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds
    return max(abs(west), abs(east)) <= 90 and max(abs(south), abs(north)) <= 180


def _crossing(geom: Any, code: str) -> GridFault:
    reason = shapely.is_valid_reason(geom)
    found = _REASON.match(reason)
    if found is None:
        return GridFault(FaultKind.INVALID_GEOMETRY, code, f"{code} is not a valid polygon: {reason}.")
    lon, lat = float(found["lon"]), float(found["lat"])
    what = _ADVICE.get(found["what"], found["what"])
    text = f"{code} is not a valid polygon at {lon:.7f}, {lat:.7f}: {what}."
    return GridFault(FaultKind.INVALID_GEOMETRY, code, text, shapely.Point(lon, lat))
