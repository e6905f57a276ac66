"""Outlines of areas as tiles draw them: generalised where the ground was prepared, as surveyed where it was not yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.tiles.queries.layer import Asked
from app.tiles.rules.ground import band_of
from app.tiles.rules.tile import BUFFER, EXTENT, Tile

# Before a statement that draws from `shapes` (code, name, level, parent_code, zone_code, cells, geom, label):
# areas of some levels that reach into a tile, in EPSG:3857. Parameters: those of `shape_parameters`.
# The second half is never run where the first has rows: whether it is asked at all is known before it begins.
SHAPES = """
    WITH shapes AS (
        SELECT code, name, level, parent_code, zone_code, cells, geom, label
        FROM ground_areas
        WHERE band = :band AND level = ANY(:levels) AND geom && ST_TileEnvelope(:z, :x, :y, margin => :margin)
        UNION ALL
        SELECT a.code, a.name, a.level, a.parent_code,
            (SELECT c.zone_code FROM duty_zone_cells c WHERE c.cell_code = a.code AND c.valid_to IS NULL),
            (SELECT count(*) FROM areas c WHERE c.level = 4 AND c.valid_to IS NULL
                AND c.code BETWEEN a.code AND a.code || '99999999999'),
            ST_Transform(a.geom, 3857), ST_Transform(ST_PointOnSurface(a.geom), 3857)
        FROM areas a
        WHERE EXISTS (SELECT FROM ground_state WHERE subject = 'areas' AND source IS NULL)
          AND a.valid_to IS NULL AND a.level = ANY(:levels)
          AND a.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326)
    )
"""
_STAMP = text("""
    SELECT CASE WHEN s.source IS NULL THEN CAST(g.stamp AS text) ELSE CAST(s.stamp AS text) END
    FROM grid_state g CROSS JOIN ground_state s WHERE s.subject = 'areas'
""")


def shape_parameters(tile: Tile, levels: Sequence[int]) -> dict[str, Any]:
    """The parameters of `SHAPES` for areas of these levels."""
    return {**tile_parameters(tile), "band": band_of(tile.z), "levels": list(levels)}


def tile_parameters(tile: Tile) -> dict[str, Any]:
    """The tile and how far what is drawn may reach beyond it: z, x, y, margin, extent, buffer."""
    return {**tile._asdict(), "margin": BUFFER / EXTENT, "extent": EXTENT, "buffer": BUFFER}


def areas_stamp(session: Session, asked: Asked) -> str:
    """Changes whenever areas are drawn anew: after a preparation; before the first one, whenever the grid changes."""
    del asked
    return str(session.connection().execute(_STAMP).scalar_one())


def cut_with(session: Session, statement: TextClause, parameters: dict[str, Any]) -> bytes:
    """The tile that a statement answers as its one value."""
    return bytes(session.connection().execute(statement, parameters).scalar_one())
