"""What lies around a point, as SVG paths in metres from it: the city's own cells and base layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.documents.rules.sketch import Window

MOST = 1_500
"""A paper map shows no more; where a city is denser than that, the smallest things are left out."""
CLIP = 1.25

# ST_AsSVG turns y downwards by itself, so the transformation leaves it upwards. What does not meet the box when it is
# clipped is empty, and has no path.
_SURROUNDINGS = text("""
    WITH box AS (SELECT ST_MakeEnvelope(:west, :south, :east, :north, 4326) AS box),
         things AS (
             SELECT CASE WHEN a.level = 4 THEN 'cell' END AS layer, a.code, a.code AS name, NULL AS class_,
                    ST_ClipByBox2D(a.geom, box) AS geom
               FROM areas a, box WHERE a.level = 4 AND a.valid_to IS NULL AND a.geom && box
             UNION ALL
             SELECT b.layer, NULL, b.name, b."class", ST_ClipByBox2D(b.geom, box)
               FROM base_features b, box WHERE b.geom && box),
         local AS (
             SELECT layer, code, name, class_,
                    ST_Affine(geom, :x_m, 0, 0, :y_m, -:x_m * :lon, -:y_m * :lat) AS geom
               FROM things WHERE NOT ST_IsEmpty(geom)
              ORDER BY (layer = 'cell') DESC, ST_Area(geom) + ST_Length(geom) DESC LIMIT :most)
    SELECT layer, code, name, class_, ST_AsSVG(geom, 0, 1) AS path,
           ST_X(ST_Centroid(geom)) AS x, -ST_Y(ST_Centroid(geom)) AS y
      FROM local""")


def surroundings(session: Session, window: Window) -> Sequence[Row[Any]]:
    """Rows (layer, code, name, class_, path, x, y) of live cells and base features around a point; one statement.

    Units: `path`, `x`, `y` in metres from the point, y downwards as SVG has it.
    """
    west, south, east, north = window.box(CLIP)
    values = {"west": west, "south": south, "east": east, "north": north, "most": MOST}
    place = {"lon": window.lon, "lat": window.lat, "x_m": window.x_m, "y_m": window.y_m}
    return session.execute(_SURROUNDINGS, values | place).all()
