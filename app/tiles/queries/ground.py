"""Outlines of areas as tiles draw them: generalised where the ground was prepared, as surveyed where it was not yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.tiles.queries.layer import Asked
from app.tiles.rules.ground import band_of
from app.tiles.rules.tile import BUFFER, EXTENT, Tile

# Before a statement that draws from `shapes` (code, name, level, parent_code, zone_code, cells, geom, label):
# areas of some levels that reach into a tile, in EPSG:3857. Parameters: those of `shape_parameters`.
# An index that orders geometries beside numbers is only used where these are of the column's own type.
SHAPES = """
    WITH shapes AS (
        SELECT code, name, level, parent_code, zone_code, cells, geom, label
        FROM ground_areas
        WHERE band = CAST(:band AS smallint)
            AND level BETWEEN CAST(:highest AS smallint) AND CAST(:lowest AS smallint)
            AND geom && ST_TileEnvelope(:z, :x, :y, margin => :margin)
    )
"""
# The same of the live grid itself, for the minute until it is prepared for the first time.
LIVE_SHAPES = """
    WITH shapes AS (
        SELECT a.code, a.name, a.level, a.parent_code, z.zone_code,
            (SELECT count(*) FROM areas c WHERE c.level = 4 AND c.valid_to IS NULL
                AND c.code BETWEEN a.code AND a.code || '99999999999') AS cells,
            ST_Transform(a.geom, 3857) AS geom, ST_Transform(ST_PointOnSurface(a.geom), 3857) AS label
        FROM areas a
        LEFT JOIN duty_zone_cells z ON z.cell_code = a.code AND z.valid_to IS NULL
        WHERE a.valid_to IS NULL AND a.level BETWEEN :highest AND :lowest
            AND a.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326)
    )
"""
_UNPREPARED = text("SELECT EXISTS (SELECT FROM ground_state WHERE source IS NULL AND subject = ANY(:subjects))")
_STAMP = text("""
    SELECT CASE WHEN s.source IS NULL THEN CAST(g.stamp AS text) ELSE CAST(s.stamp AS text) END
    FROM grid_state g CROSS JOIN ground_state s WHERE s.subject = 'areas'
""")


def shape_parameters(tile: Tile, highest: int, lowest: int) -> dict[str, Any]:
    """The parameters of `SHAPES` for areas from the highest level (0 is the city) to the lowest (4 are cells)."""
    return {**tile_parameters(tile), "band": band_of(tile.z), "highest": highest, "lowest": lowest}


def tile_parameters(tile: Tile) -> dict[str, Any]:
    """The tile and how far what is drawn may reach beyond it: z, x, y, margin, extent, buffer."""
    return {**tile._asdict(), "margin": BUFFER / EXTENT, "extent": EXTENT, "buffer": BUFFER}


def areas_stamp(session: Session, asked: Asked) -> str:
    """Changes whenever areas are drawn anew: after a preparation; before the first one, whenever the grid changes."""
    del asked
    return str(session.connection().execute(_STAMP).scalar_one())


class Cutter(NamedTuple):
    """The statement that cuts a tile from the prepared ground, and the one for ground that was not prepared yet.

    Both answer one value. `subjects` are those of the ground's state that have to be prepared.
    """

    prepared: TextClause
    live: TextClause
    subjects: tuple[str, ...]

    def cut(self, session: Session, parameters: Mapping[str, Any]) -> bytes:
        """The tile. Only an empty one makes ask whether there is nothing, or nothing yet."""
        connection = session.connection()
        data = bytes(connection.execute(self.prepared, parameters).scalar_one())
        if data or not connection.execute(_UNPREPARED, {"subjects": list(self.subjects)}).scalar_one():
            return data
        return bytes(connection.execute(self.live, parameters).scalar_one())


def areas_cutter(statement: str) -> Cutter:
    """The cutter of a statement that draws from `shapes`."""
    return Cutter(text(SHAPES + statement), text(LIVE_SHAPES + statement), ("areas",))
