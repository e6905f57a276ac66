"""How far the city reaches: the bounds of every layer."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.tiles.rules.tile import Box

# Outside a city there is nothing to see; before one was imported, everything is possible.
WORLD: Box = (-180.0, -85.051129, 180.0, 85.051129)
_CITY = text("""
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Extent(geom) AS box FROM areas WHERE level = 0 AND valid_to IS NULL) AS city
""")


def bounds(session: Session) -> Box:
    """West, south, east and north of the live city. Units: degrees, WGS 84."""
    west, south, east, north = session.execute(_CITY).one()
    return WORLD if west is None else (west, south, east, north)
