"""In which coordinate system a file is, and the way from there to EPSG:4326.

A file may say it itself (GeoPackage, a Shapefile's .prj, a GeoJSON `crs` member) and the person may declare it; the two
must agree. Only systems on the ellipsoids of WGS 84 and CGCS2000 are taken: the way from older datums (Beijing 1954,
Xi'an 1980) needs parameters that are not public.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from app.grid.rules.coordinates import Crs, to_wgs84_many
from app.grid.rules.faults import FaultKind, GridFault
from app.grid.rules.measure import Geometries

# A tenth of a millimetre: finer than any survey, coarse enough that the same corner always becomes the same number.
DECIMALS = 9

_NAMES = {crs.value for crs in Crs}


def source_crs(own: str | None, declared: str | None) -> str | GridFault:
    """The system to read a file in: one of our four names, or what pyproj understands.

    `own` is what the file says (None when it says nothing), `declared` what the person says (None: believe the file).
    """
    if declared is None:
        return (
            _taken(own) if own is not None else _fault("The file does not say in which system it is: declare its crs.")
        )
    if declared in _NAMES:
        return declared if own is None or _is_geographic(own) else _disagree(own, declared)
    stated = _taken(declared)
    if isinstance(stated, GridFault) or own is None or _same(own, declared):
        return stated
    return _disagree(own, declared)


def _taken(name: str) -> str | GridFault:
    crs = _parsed(name)
    if crs is None:
        return _fault(f"“{name[:80]}” is no coordinate system: write wgs84, cgcs2000, gcj02, bd09 or EPSG:n.")
    if not _modern(crs):
        return _fault(
            f"The file is in {crs.name}: transform it to CGCS2000 with your survey office's parameters first."
        )
    return name


def _parsed(name: str) -> CRS | None:
    try:
        return CRS.from_user_input(name)
    except CRSError:
        return None


def _modern(crs: CRS) -> bool:
    geodetic = crs.geodetic_crs
    ellipsoid = geodetic.ellipsoid if geodetic is not None else None
    if ellipsoid is None:
        return False
    same_axis = abs(ellipsoid.semi_major_metre - 6_378_137.0) < 0.5
    return same_axis and abs(ellipsoid.inverse_flattening - 298.257_223) < 1e-4


def _is_geographic(name: str) -> bool:
    crs = _parsed(name)
    return crs is not None and crs.is_geographic and _modern(crs)


def _same(one: str, other: str) -> bool:
    first, second = _parsed(one), _parsed(other)
    if first is None or second is None:
        return False
    return first.equals(second, ignore_axis_order=True) or first.to_epsg() == second.to_epsg() is not None


def _disagree(own: str, declared: str) -> GridFault:
    crs = _parsed(own)
    said = crs.name if crs is not None else own[:80]
    return _fault(f"The file says it is in {said}, the declared crs is {declared}: find out which is right.")


def _fault(detail: str) -> GridFault:
    return GridFault(FaultKind.WRONG_CRS, None, detail)


def to_storage(geoms: Geometries, crs: str) -> Geometries:
    """Geometries in EPSG:4326, (longitude, latitude), rounded to `DECIMALS`; heights are kept for the check to see.

    Shape:  an array of geometries or None in `crs`, x before y; answers an array of the same length.
    Source: domain.md §1: CGCS2000 agrees with WGS 84 within a few decimetres.
    """
    move = _mover(crs)
    measured = shapely.has_m(geoms)
    geoms = np.where(measured, shapely.force_3d(geoms), geoms) if measured.any() else geoms

    def change(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        lons, lats = move(coordinates[:, 0], coordinates[:, 1])
        coordinates[:, 0], coordinates[:, 1] = np.round(lons, DECIMALS), np.round(lats, DECIMALS)
        return coordinates

    tall = shapely.has_z(geoms)
    answer: Geometries = np.array(geoms, dtype=object)
    answer[~tall] = shapely.transform(answer[~tall], change)
    answer[tall] = shapely.transform(answer[tall], change, include_z=True)
    return answer


def _mover(crs: str) -> Any:
    """A function of two coordinate arrays. Raises: nothing; a corner that cannot be moved becomes infinite."""
    if crs in _NAMES:
        return lambda xs, ys: to_wgs84_many(xs, ys, crs) if _degrees(xs, ys) else (xs, ys)
    source = CRS.from_user_input(crs)
    if source.is_geographic:
        return lambda xs, ys: (xs, ys)
    return Transformer.from_crs(source, source.geodetic_crs, always_xy=True).transform


def _degrees(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(xs) <= 180) and np.all(np.abs(ys) <= 90))
