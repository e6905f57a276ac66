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

Geometries = NDArray[np.object_]
NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
SRID = 4326


@dataclass(frozen=True, slots=True)
class PartRows:
    """Parts as they are to be stored, one column each, all of one length.

    Shape:  geoms holds shapely points or lines; states are the words of `State`; None where something is not known.
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
    places = shapely.to_wkb(shapely.set_srid(rows.geoms, SRID), hex=True, include_srid=True).tolist()
    names = [NULL if name is None else name.translate(_ESCAPES) for name in rows.names]
    columns: tuple[Sequence[Any], ...] = (
        rows.codes,
        rows.type_ids,
        [NULL if owner is None else owner for owner in rows.owner_ids],
        rows.states,
        names,
        places,
        rows.cell_codes,
        [NULL if day is None else day for day in rows.surveyed_on],
    )
    return ["\t".join(map(str, row)) for row in zip(*columns, strict=True)]
