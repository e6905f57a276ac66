"""The city that the console is about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.grid.models import Area

_CITY = (
    select(
        Area.code,
        Area.name,
        func.ST_XMin(Area.geom).label("west"),
        func.ST_YMin(Area.geom).label("south"),
        func.ST_XMax(Area.geom).label("east"),
        func.ST_YMax(Area.geom).label("north"),
    )
    .where(Area.level == 0, Area.valid_to.is_(None))
    .order_by(Area.code)
    .limit(1)
)


def city(session: Session) -> Row[*tuple[Any, ...]] | None:
    """Code, name and bounds (degrees, WGS 84) of the live city; None before its boundaries were imported."""
    return session.connection().execute(_CITY).one_or_none()
