"""Where a part stands: in the cell that holds its point, or the middle of its line."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.core.errors import Fault
from app.grid.errors import GridGap, OutsideCity
from app.grid.rules.georeference import DECIMALS
from app.grid.rules.index import GridIndex
from app.grid.service.locating import index
from app.parts.errors import BadPart
from app.parts.rules.checking import placed


def cell_around(ground: GridIndex, lon: float, lat: float) -> tuple[str | None, str | None]:
    """The code of the cell, in a gap of the grid that of the smallest area around; None outside, and why."""
    try:
        return ground.locate(lon, lat).cell.code, None
    except GridGap as gap:
        return gap.areas[-1].code, None
    except OutsideCity as outside:
        return None, outside.detail


def place(session: Session, geometry: Any) -> str:
    """The cell of a point or line in EPSG:4326.

    Raises: BadPart.
    """
    lons, lats, fit = placed(np.array([geometry], dtype=object))
    if not fit[0]:
        fault = Fault("/position", "give a point, or a line of at least two different points, in degrees")
        raise BadPart("There is no place where the part could stand.", faults=[fault])
    cell, why = cell_around(index(session), float(lons[0]), float(lats[0]))
    if cell is None:
        fault = Fault("/position", "give a place inside the city, and its crs if it is not wgs84")
        raise BadPart(why or "", faults=[fault])
    return cell


def shape_of(coordinates: list[tuple[float, float]]) -> Any:
    """A point of one pair, a line of more, rounded as every place of the register."""
    coordinates = [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in coordinates]
    return shapely.Point(coordinates[0]) if len(coordinates) == 1 else shapely.LineString(coordinates)
