"""Tiles of areas: their outlines, and a point for each at which its name is written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.grid.rules.codes import Level
from app.tiles.queries.ground import areas_cutter, areas_stamp, shape_parameters
from app.tiles.queries.layer import Asked, Layer, VectorLayer
from app.tiles.rules.ground import MAX_ZOOM, MIN_ZOOM, lowest_level
from app.tiles.rules.tile import Tile

_FIELDS = """
    SELECT code, name, (ARRAY['city', 'district', 'street', 'community', 'cell'])[level + 1] AS level
"""
# Rows whose geometry is null in this tile are skipped by ST_AsMVT; a condition would compute each geometry twice.
_CUTTER = areas_cutter(f"""
    , outlines AS ({_FIELDS}, ST_AsMVTGeom(geom, ST_TileEnvelope(:z, :x, :y), :extent, :buffer) AS geom
        FROM shapes ORDER BY shapes.level DESC, code)
    , labels AS ({_FIELDS}, ST_AsMVTGeom(label, ST_TileEnvelope(:z, :x, :y), :extent, 0) AS geom
        FROM shapes WHERE label && ST_TileEnvelope(:z, :x, :y) ORDER BY shapes.level, code)
    SELECT (SELECT ST_AsMVT(o, 'areas', :extent, 'geom') FROM outlines o)
        || (SELECT ST_AsMVT(l, 'area_labels', :extent, 'geom') FROM labels l)
""")  # noqa: S608 -- only constants


def _cut(session: Session, asked: Asked, tile: Tile, coarseness: int) -> bytes:
    del asked
    return _CUTTER.cut(session, shape_parameters(tile, Level.CITY, lowest_level(tile.z, coarseness)))


LAYER = Layer(
    name="areas",
    description="The city, its districts, streets and communities, borders shared exactly between neighbours",
    inside=(
        VectorLayer("areas", "Outlines", {"code": "String", "name": "String", "level": "String"}, MIN_ZOOM, MAX_ZOOM),
        VectorLayer(
            "area_labels",
            "Where the name is written",
            {"code": "String", "name": "String", "level": "String"},
            MIN_ZOOM,
            MAX_ZOOM,
        ),
    ),
    public=True,
    stamp=areas_stamp,
    cut=_cut,
    coarsest=3,
)
