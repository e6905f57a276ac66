"""Parts as lines of the database's text format, the fastest way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray

from app.grid.rules.georeference import DECIMALS

Geometries = NDArray[np.object_]
NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
SRID = 4326
# A point in the extended well-known binary of PostGIS, little end first.
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
_POINT_WITH_SRID = 0x20000001


@dataclass(frozen=True, slots=True)
class PartRows:
    """Parts as they are to be stored, one column each, all of one length.

    Shape:  geoms holds shapely points or lines; states are the words of `PartState`; None where something is not known.
    Units:  EPSG:4326, (longitude, latitude).
    """

    codes: Sequence[str]
    type_ids: Sequence[UUID]
    owner_ids: Sequence[UUID | None]
    states: Sequence[str]
    names: Sequence[str | None]
    geoms: Geometries
    cell_codes: Sequence[str]
    surveyed_on: Sequence[date | None]


def lines_of(rows: PartRows) -> list[str]:
    """One line for each part, without its end: code, type, owner, state, name, place, cell, day of the survey."""
    names = [NULL if name is None else name.translate(_ESCAPES) for name in rows.names]
    columns = zip(
        rows.codes,
        _texts(rows.type_ids),
        _texts(rows.owner_ids),
        rows.states,
        names,
        _places(rows.geoms),
        rows.cell_codes,
        _texts(rows.surveyed_on),
        strict=True,
    )
    return [f"{a}\t{b}\t{c}\t{d}\t{e}\t{f}\t{g}\t{h}" for a, b, c, d, e, f, g, h in columns]


def _texts(column: Sequence[Any]) -> list[str]:
    """The column as texts; each different value is written once, as there are few."""
    written = {one: str(one) for one in set(column)} | {None: NULL}
    return [written[one] for one in column]


def _places(geoms: Geometries) -> list[str]:
    """Places as the database reads them; points, which nearly all are, without asking the geometry engine.

    Rounded as every place of the register, so that a file of it read in again says the same to the last bit.
    """
    points = shapely.get_type_id(geoms) == shapely.GeometryType.POINT
    if not points.all():
        rounded = shapely.set_srid(shapely.transform(geoms, _rounded), SRID)
        places: list[str] = shapely.to_wkb(rounded, hex=True, include_srid=True).tolist()
        return places
    bare = np.empty(len(geoms), dtype=_POINT)
    bare["order"], bare["kind"], bare["srid"] = 1, _POINT_WITH_SRID, SRID
    bare["x"], bare["y"] = _rounded(shapely.get_x(geoms)), _rounded(shapely.get_y(geoms))
    digits, width = bare.tobytes().hex(), 2 * _POINT.itemsize
    return [digits[at : at + width] for at in range(0, len(digits), width)]


def _rounded(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(coordinates, DECIMALS)
