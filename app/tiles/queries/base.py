"""Tiles of the ground beneath the work: roads, water, green, and from near buildings."""

from __future__ import annotations

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.tiles.queries.ground import Cutter, tile_parameters
from app.tiles.queries.layer import Asked, FieldKind, Layer, VectorLayer
from app.tiles.rules.base import BUILDINGS_FROM, base_band
from app.tiles.rules.ground import EXACT_ZOOM, MAX_ZOOM, MIN_ZOOM
from app.tiles.rules.tile import Tile

_FIELDS: dict[str, FieldKind] = {"name": "String", "class": "String"}
# In the last step, whatever a city draws: the most important ones.
COARSEST = 4
MOST_COARSEST = 1_500
_STAMP = text("""
    SELECT string_agg(CAST(CASE WHEN s.source IS NULL THEN b.stamp ELSE s.stamp END AS text), '/' ORDER BY b.layer)
    FROM ground_state s JOIN base_layers b ON b.layer = s.subject
""")
_PREPARED = """
    SELECT layer, name, class, geom, from_zoom
    FROM ground_features
    WHERE band = CAST(:band AS smallint) AND from_zoom <= CAST(:from_zoom AS smallint)
        AND geom && ST_TileEnvelope(:z, :x, :y, margin => :margin)
"""
# Layers that were not prepared yet are drawn as they came, from near only.
_LIVE = f"""
    SELECT layer, name, class, ST_Transform(geom, 3857) AS geom, :z AS from_zoom
    FROM base_features
    WHERE :z >= {EXACT_ZOOM} AND geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326)
"""  # noqa: S608 -- only constants
_PART = """
    (SELECT ST_AsMVT(t, '{layer}', :extent, 'geom') FROM (
        SELECT name, class, ST_AsMVTGeom(geom, ST_TileEnvelope(:z, :x, :y), :extent, :buffer) AS geom
        FROM drawn WHERE layer = '{layer}') t)
"""


def _statement(found: str) -> TextClause:
    parts = " || ".join(_PART.format(layer=layer) for layer in LAYERS)
    return text(f"""
        WITH found AS ({found}), drawn AS (
            SELECT layer, name, class, geom FROM found
            WHERE layer <> 'buildings' OR :z >= {BUILDINGS_FROM}
            ORDER BY from_zoom LIMIT :most
        )
        SELECT {parts}
    """)  # noqa: S608 -- only constants


LAYERS = ("water", "green", "roads", "buildings")
_CUTTER = Cutter(_statement(_PREPARED), _statement(_LIVE), LAYERS)


def _stamp(session: Session, asked: Asked) -> str:
    del asked
    return str(session.connection().execute(_STAMP).scalar_one())


def _cut(session: Session, asked: Asked, tile: Tile, coarseness: int) -> bytes:
    """Each step of coarseness shows what would be seen from a zoom farther away."""
    del asked
    most = MOST_COARSEST if coarseness == COARSEST else None
    seen = {"band": base_band(tile.z), "from_zoom": tile.z - coarseness, "most": most}
    return _CUTTER.cut(session, {**tile_parameters(tile), **seen})


LAYER = Layer(
    name="base",
    description="Roads, water, green and buildings",
    inside=(
        VectorLayer("water", "Rivers, lakes, canals", _FIELDS, MIN_ZOOM, MAX_ZOOM),
        VectorLayer("green", "Parks, woods, lawns", _FIELDS, MIN_ZOOM, MAX_ZOOM),
        VectorLayer("roads", "Roads; from far the main ones", _FIELDS, MIN_ZOOM, MAX_ZOOM),
        VectorLayer("buildings", "Outlines of buildings", _FIELDS, BUILDINGS_FROM, MAX_ZOOM),
    ),
    public=True,
    stamp=_stamp,
    cut=_cut,
    coarsest=COARSEST,
)
