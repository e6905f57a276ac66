"""Areas for lists and details, as rows ready to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from app.grid.models import Area
from app.grid.rules.codes import Level

# Nine decimals are a tenth of a millimetre: what is stored.
_OUTLINE = func.ST_AsGeoJSON(Area.geom, 9).label("geometry")
_COLUMNS = (Area.code, Area.name, Area.level, Area.parent_code, Area.area_m2, Area.land_use, Area.management_grade)
_TIMES = (Area.valid_from, Area.valid_to)


@dataclass(frozen=True, slots=True)
class AreaFilter:
    """Which areas: of a level, of a parent, meeting a box (west, south, east, north in degrees), live at an instant
    (None: live now).
    """

    level: Level | None = None
    parent: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    at: datetime | None = None


def list_areas(
    session: Session, wanted: AreaFilter, after: str | None, limit: int, *, geometry: bool
) -> Sequence[Row[Any]]:
    """Areas in the order of their codes; `geometry` as GeoJSON text in EPSG:4326."""
    query = _selected(geometry=geometry).where(*_conditions(wanted)).order_by(Area.code).limit(limit)
    if after is not None:
        query = query.where(Area.code > after)
    return session.execute(query).all()


def find_area(session: Session, code: str, *, geometry: bool) -> Row[Any] | None:
    """One area, live or retired."""
    return session.execute(_selected(geometry=geometry).where(Area.code == code)).one_or_none()


def _selected(*, geometry: bool) -> Select[Any]:
    columns: list[Any] = [*_COLUMNS, *_TIMES, *([_OUTLINE] if geometry else [])]
    return select(*columns)


def _conditions(wanted: AreaFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.level is not None:
        found.append(Area.level == int(wanted.level))
    if wanted.parent is not None:
        found.append(Area.parent_code == wanted.parent)
    if wanted.bbox is not None:
        found.append(func.ST_Intersects(Area.geom, func.ST_MakeEnvelope(*wanted.bbox, 4326)))
    if wanted.at is None:
        found.append(Area.valid_to.is_(None))
    else:
        found += [Area.valid_from < wanted.at, func.coalesce(Area.valid_to, "infinity") >= wanted.at]
    return found
