"""Lengths and areas in metres: on the ellipsoid for what is stored, in an equal-area plane for what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

Geometries = NDArray[np.object_]

WGS84 = Geod(ellps="WGS84")
METRES_PER_DEGREE = 111_320.0


def area_m2(polygon: BaseGeometry) -> float:
    """The area of a (multi)polygon on the WGS 84 ellipsoid.

    Shape:  EPSG:4326, (longitude, latitude), any ring orientation.
    Units:  m².
    Source: Karney 2013, as pyproj.Geod computes it.
    """
    total = 0.0
    for part in shapely.get_parts(polygon):
        total += _ring_m2(part.exterior) - sum(_ring_m2(hole) for hole in part.interiors)
    return total


def _ring_m2(ring: BaseGeometry) -> float:
    xy = shapely.get_coordinates(ring)
    return abs(float(WGS84.polygon_area_perimeter(xy[:, 0], xy[:, 1])[0]))


@dataclass(frozen=True, slots=True)
class Plane:
    """An equal-area plane around a city: within 100 km of its centre lengths are true to a ten-thousandth."""

    lon: float
    lat: float

    @classmethod
    def around(cls, geoms: Geometries) -> Plane:
        """The plane centred on these geometries (EPSG:4326); (0°, 0°) when there are none."""
        if not len(geoms) or shapely.is_empty(geoms).all():
            return cls(0.0, 0.0)
        west, south, east, north = shapely.total_bounds(geoms)
        return cls(float(west + east) / 2, float(south + north) / 2)

    def metric(self, geoms: Any) -> Any:
        """Geometries in metres east and north of the centre. Shape: one geometry or an array; answers the same."""
        return _transformed(geoms, "EPSG:4326", self._crs())

    def _crs(self) -> str:
        return f"+proj=laea +lat_0={self.lat} +lon_0={self.lon} +datum=WGS84 +units=m"


def _transformed(geoms: Any, source: str, target: str) -> Any:
    along = _transformer(source, target)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(along.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(geoms, move)


@lru_cache(maxsize=16)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def polygonal(geoms: Geometries) -> Geometries:
    """The polygons among mixed overlay results, one (multi)polygon for each; empty where nothing has an area.

    Shape: an array of geometries; answers an array of the same length.
    """
    kinds = shapely.get_type_id(geoms)
    answer: Geometries = np.array(geoms, dtype=object)
    answer[(kinds != 3) & (kinds != 6)] = shapely.Polygon()
    for row in np.flatnonzero(kinds == 7):
        parts = shapely.get_parts(geoms[row])
        answer[row] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
    return answer


def wider_than(metric: Geometries, width_m: float) -> NDArray[np.bool_]:
    """Which polygons are somewhere wider than `width_m`. Shape: an array of geometries in metres."""
    return ~shapely.is_empty(shapely.buffer(metric, -width_m / 2, quad_segs=2))


def mean_widths_m(metric: Any) -> Any:
    """The width of the strip with a polygon's area and perimeter, 0 for empty ones.

    Shape: one (multi)polygon in metres or an array; answers a number or an array.
    """
    length = shapely.length(metric)
    return 2 * shapely.area(metric) / np.where(length > 0, length, 1.0)


def length_text(metres: float) -> str:
    """A length for a sentence: millimetres below 1 cm, else metres."""
    return f"{metres * 1000:.2g} mm" if metres < 0.01 else f"{metres:.2f} m" if metres < 10 else f"{metres:.0f} m"


def area_text(square_metres: float) -> str:
    """An area for a sentence, in m²; below 0.01 m² in mm²."""
    if square_metres < 0.01:
        return f"{square_metres * 1e6:.2g} mm²"
    return f"{square_metres:.2f} m²" if square_metres < 100 else f"{square_metres:,.0f} m²".replace(",", " ")
