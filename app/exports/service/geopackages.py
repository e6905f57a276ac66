"""An export as a GeoPackage with one layer of points, `cases`, appended batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from app.exports.rules import COLUMNS, MAP_COLUMNS, Column, Kind
from app.exports.service.reading import Told
from app.exports.service.words import Wording

LAYER = "cases"
FEATURES_AT_ONCE = 20_000
UTC_FLAG = 100
"""How GDAL says that an instant is in UTC."""

_DTYPES: dict[Kind, Any] = {Kind.COUNT: np.int32, Kind.FLAG: np.bool_, Kind.INSTANT: "datetime64[s]"}
_INSTANTS = tuple(column.name for column in MAP_COLUMNS if column.kind is Kind.INSTANT)


def write_geopackage(path: Path, batches: Iterable[Sequence[Told]], wording: Wording) -> None:
    """Write the cases there: WGS 84, longitude before latitude; codes with their words beside them."""
    held: list[Told] = []
    more = False
    for rows in batches:
        held += rows
        if len(held) >= FEATURES_AT_ONCE:
            _append(path, held, wording, more=more)
            held, more = [], True
    if held or not more:
        _append(path, held, wording, more=more)


def _append(path: Path, rows: Sequence[Told], wording: Wording, *, more: bool) -> None:
    columns = dict(zip((column.name for column in COLUMNS), zip(*rows, strict=True), strict=False))
    lons, lats = (np.array(columns.pop(name, ()), dtype=np.float64) for name in ("lon", "lat"))
    data: list[NDArray[Any]] = []
    masks: list[NDArray[np.bool_] | None] = []
    for column in COLUMNS:
        if column.name in {"lon", "lat"}:
            continue
        values = columns.get(column.name, ())
        array, mask = _array(column, values)
        data.append(array)
        masks.append(mask)
        if column.kind is Kind.WORD:
            words = wording.words[column.words]
            data.append(np.array([words.get(value, value) for value in values], dtype=object))
            masks.append(None)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points(lons, lats)),
        data,
        [column.name for column in MAP_COLUMNS],
        field_mask=masks,
        layer=LAYER,
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4326",
        append=more,
        gdal_tz_offsets={name: np.full(len(rows), UTC_FLAG) for name in _INSTANTS},
    )


def _array(column: Column, values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """The values as GDAL takes them, and where they are null; texts and instants have a null of their own."""
    if column.kind is Kind.INSTANT:
        return np.array([np.datetime64("NaT") if one is None else one for one in values], dtype="datetime64[s]"), None
    dtype = _DTYPES.get(column.kind)
    if dtype is None:
        return np.array(values, dtype=object), None
    return np.array([one or 0 for one in values], dtype=dtype), np.array(
        [one is None for one in values], dtype=np.bool_
    )
