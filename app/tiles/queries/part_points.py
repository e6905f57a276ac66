"""Parts as points, and from near as they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.core.models import table
from app.parts.models import Part
from app.parts.queries.register import PartFilter
from app.parts.rules import PartState
from app.tiles.queries.points import Field, Source, read_picked
from app.tiles.rules.points import Column
from app.tiles.rules.tile import Box, Tile

STATES = tuple(str(state) for state in PartState)
# Of a line its middle counts.
_AT = "CASE WHEN GeometryType(parts.geom) = 'POINT' THEN parts.geom ELSE ST_LineInterpolatePoint(parts.geom, 0.5) END"

PARTS = Source(
    name="parts",
    table=table(Part),
    id_type="bigint",
    changed_column="part_id",
    fields={
        # With a digit before it, so that a zero at its beginning stays. A part keeps its code.
        "key": Field("'1' || parts.code", "int8", "int64"),
        "lon": Field(f"ST_X({_AT})", "float8", "float64"),
        "lat": Field(f"ST_Y({_AT})", "float8", "float64"),
        "state": Field(f"array_position(CAST('{{{','.join(STATES)}}}' AS text[]), parts.state) - 1", "int2", "uint8"),
        "type": Field("uuid_hash_extended(parts.type_id, 0)", "int8", "int64", coded=True),
        "owner": Field("coalesce(uuid_hash_extended(parts.owner_id, 0), 0)", "int8", "int64", coded=True),
    },
    known="""
        SELECT md5(string_agg(concat_ws('|', id, code, name), ',' ORDER BY id))
          FROM (SELECT id, code, name FROM types UNION ALL SELECT id, code, name FROM organizations) named""",
)

_VALUES = text("""
    SELECT id::text AS id, uuid_hash_extended(id, 0) AS value
      FROM (SELECT id FROM types UNION ALL SELECT id FROM organizations) named""")


def values_of(session: Session) -> Mapping[UUID, int]:
    """What stands for types and organisations in the columns `type` and `owner`."""
    return {UUID(row.id): row.value for row in session.connection().execute(_VALUES)}


def _clauses(wanted: PartFilter) -> tuple[list[str], dict[str, Any]]:
    given: dict[str, tuple[Any, str]] = {
        "types": (
            None if wanted.types is None else list(map(str, wanted.types)),
            "p.type_id = ANY(CAST(:types AS uuid[]))",
        ),
        "owner": (wanted.owner_id and str(wanted.owner_id), "p.owner_id = CAST(:owner AS uuid)"),
        "states": (list(wanted.states) or None, "p.state = ANY(CAST(:states AS text[]))"),
        "begin": (wanted.begin, "starts_with(p.code, :begin)"),
        "words": (wanted.words and _pattern(wanted.words), "p.name ILIKE :words"),
    }
    clauses = [clause for value, clause in given.values() if value is not None]
    if not wanted.states:
        clauses.append("p.retired_at IS NULL")
    return clauses, {name: value for name, (value, _) in given.items() if value is not None}


def _pattern(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def looked_up(session: Session, wanted: PartFilter, box: Box, *, most: int) -> dict[str, Column]:
    """The columns of up to ``most`` parts of a filter in a box of degrees."""
    clauses, values = _clauses(wanted)
    inside = "p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
    values |= dict(zip(("west", "south", "east", "north"), box, strict=True))
    found = text(f"SELECT p.id FROM parts p WHERE {' AND '.join([inside, *clauses])} LIMIT :most")  # noqa: S608 -- constants
    picked = select(found.columns(Part.id).subquery().c.id)
    return read_picked(session, PARTS, picked, {**values, "most": most})


def drawn(session: Session, wanted: PartFilter, tile: Tile) -> bytes:
    """The parts of a filter in a tile as they stand there: points and lines."""
    clauses, values = _clauses(wanted)
    # Materialized, so that no parallel workers are started for a thousand rows; ST_AsMVT skips what has no geometry.
    statement = text(f"""
        WITH box AS MATERIALIZED (SELECT ST_TileEnvelope(:z, :x, :y) AS tile,
                            ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096), 4326) AS wide)
        SELECT ST_AsMVT(f, 'parts', 4096, 'geom')
          FROM (SELECT ST_AsMVTGeom(ST_Transform(p.geom, 3857), box.tile, 4096, 64) AS geom, p.code,
                       t.code AS type_code, t.name AS type_name, p.state, o.code AS owner
                  FROM box JOIN parts p ON p.geom && box.wide
                  JOIN types t ON t.id = p.type_id LEFT JOIN organizations o ON o.id = p.owner_id
                 WHERE {" AND ".join(clauses) or "true"}
                 ORDER BY p.code) AS f""")  # noqa: S608 -- constants
    place = {"z": tile.z, "x": tile.x, "y": tile.y}
    return bytes(session.connection().execute(statement, {**values, **place}).scalar_one() or b"")
