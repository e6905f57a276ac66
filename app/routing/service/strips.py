"""The strips before doors: read from a file that nobody vouches for, checked as ground."""

from __future__ import annotations

import math
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyogrio
import pyogrio.errors
import shapely
from shapely.geometry import shape

from app.core.errors import Fault
from app.routing.rules import CONTRACT_FIELDS, Contract, contradict
from app.routing.rules.reading import MOST_FAULTS

MOST_BYTES = 64 * 1024 * 1024
SLIVER_M2 = 0.1
"""Strips that share so little were only drawn past each other, not contracted twice."""
_METRES_PER_DEGREE = 111_320.0
_LON_LAT = {"EPSG:4326", "EPSG:4490", "OGC:CRS84"}
_UNREADABLE = (
    pyogrio.errors.CRSError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    shapely.errors.GEOSException,
    shapely.errors.ShapelyError,
    orjson.JSONDecodeError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
)


def read_strips(data: bytes) -> tuple[list[dict[str, str]], list[Fault]]:
    """The features of a GeoJSON or GeoPackage as rows of text with `wkb`, or why it cannot be read.

    The kind of file is told from its first bytes.
    """
    if len(data) > MOST_BYTES:
        return [], [Fault("/file", f"the file has {len(data)} bytes, at most {MOST_BYTES} are read: split it")]
    try:
        with warnings.catch_warnings():
            # GDAL warns about things that the checks name better, each with its place.
            warnings.simplefilter("ignore")
            found = list(_of_package(data) if data.startswith(b"SQLite format 3\x00") else _of_geojson(data))
    except _UNREADABLE as unreadable:
        return [], [Fault("/file", f"write GeoJSON or GeoPackage with polygons, longitude and latitude: {unreadable}")]
    rows = [_row(properties, geometry) for properties, geometry in found]
    return rows, [] if rows else [Fault("/file", "the file has no features")]


def _of_geojson(data: bytes) -> Iterator[tuple[dict[str, Any], Any]]:
    document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    if "crs" in document:
        message = "GeoJSON is in WGS 84 and has no member crs"
        raise ValueError(message)
    for feature in document["features"]:
        yield feature["properties"] or {}, None if feature["geometry"] is None else shape(feature["geometry"])


def _of_package(data: bytes) -> Iterator[tuple[dict[str, Any], Any]]:
    with tempfile.TemporaryDirectory(prefix="fieldgrid-") as folder:
        path = Path(folder) / "contracts.gpkg"
        path.write_bytes(data)
        meta, _, wkb, values = pyogrio.raw.read(path)
    if meta["crs"] not in _LON_LAT:
        message = f"its system is {meta['crs']}, not EPSG:4326"
        raise ValueError(message)
    columns = [column.tolist() for column in values]
    for at, geometry in enumerate(shapely.from_wkb(wkb, on_invalid="ignore")):
        yield dict(zip(meta["fields"], (column[at] for column in columns), strict=True)), geometry


def _row(properties: dict[str, Any], geometry: Any) -> dict[str, str]:
    row = {name: _text(properties.get(name)) for name in CONTRACT_FIELDS}
    if isinstance(geometry, shapely.MultiPolygon) and len(geometry.geoms) == 1:
        geometry = geometry.geoms[0]
    # The same ground is the same row in every import, whichever corner the ring begins with.
    flat = None if geometry is None else shapely.force_2d(geometry).normalize()
    return {**row, "wkb": "" if flat is None else str(shapely.to_wkb(flat, hex=True, byte_order=1))}


def _text(value: Any) -> str:
    """A cell as text; numbers without a fraction as their digits, as tables like to store codes."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def strip_faults(contracts: Sequence[Contract], outline: bytes | None) -> list[Fault]:
    """What is wrong with the ground of the contracts, each fault with its place (longitude, latitude)."""
    strips = [shapely.from_wkb(contract.wkb) if contract.wkb else None for contract in contracts]
    city = None if outline is None else shapely.from_wkb(outline)
    if city is not None:
        shapely.prepare(city)
    faults = [fault for i, strip in enumerate(strips) for fault in _of_strip(i, strip, city)]
    return (faults or list(_ties(contracts, strips)))[:MOST_FAULTS]


def _of_strip(i: int, strip: Any, city: Any) -> Iterator[Fault]:
    pointer = f"/contracts/{i}/geometry"
    if not isinstance(strip, shapely.Polygon) or strip.is_empty:
        yield Fault(pointer, "draw the strip as one polygon")
    elif not strip.is_valid:
        yield Fault(pointer, f"the polygon is not valid ({shapely.is_valid_reason(strip)}): draw it again")
    elif city is None or not city.covers(strip):
        beyond = strip if city is None else strip.difference(city)
        yield Fault(pointer, f"the strip lies outside the city at {_place(beyond)}: draw it inside")


def _ties(contracts: Sequence[Contract], strips: Sequence[Any]) -> Iterator[Fault]:
    """Two contracts for the same matters on the same ground: nothing could choose between them."""
    pairs = shapely.STRtree(strips).query(strips, predicate="intersects").T.tolist()
    for second, first in sorted((second, first) for second, first in pairs if first < second):
        shared = strips[first].intersection(strips[second])
        if contradict(contracts[first], contracts[second]) and _area_m2(shared) > SLIVER_M2:
            yield Fault(
                f"/contracts/{second}/geometry",
                f"it lies on the strip of row {first} ({contracts[first].code}) at {_place(shared)} for the same "
                "matters and days: draw the border, name other classes, or end one before the other begins",
            )


def _area_m2(ground: Any) -> float:
    """About how large it is; the earth is taken for a ball, which is enough to tell a sliver."""
    if ground.is_empty:
        return 0.0
    return float(ground.area) * _METRES_PER_DEGREE**2 * math.cos(math.radians(ground.centroid.y))


def _place(ground: Any) -> str:
    point = ground.representative_point()
    return f"{point.x:.7f}, {point.y:.7f}"
