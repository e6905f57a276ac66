"""Points that were counted in memory as bytes of a vector tile: PostGIS writes these, of places on the tile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

# Of a case that stands alone. A list of names is sent once, and each row says which of them is its own.
_CASE = """
    left(t.key::text, 8) || '-' || substr(t.key::text, 9) AS number, (CAST(:states AS text[]))[t.state] AS state,
    (CAST(:codes AS text[]))[t.type] AS type_code, (CAST(:names AS text[]))[t.type] AS type_name,
    t.supervised, t.at AS opened_at"""
_CASE_COLUMNS = "key bigint, state int, type int, supervised boolean, at bigint"
_COUNTS = "count int, green int, yellow int, red int, grey int, ended int, worst int"
_PLACE = "ST_MakePoint(t.x, t.y) AS geom"


def _statement(columns: str, shown: str, layer: str = "cases") -> TextClause:
    """Rows of arrays, one for each column, as a tile."""
    given = [one.strip().split(" ") for one in columns.split(",")]
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in given)
    names = ", ".join(name for name, _ in given)
    return text(f"""
        SELECT ST_AsMVT(f, '{layer}', 4096, 'geom')
          FROM (SELECT {shown} FROM unnest({arrays}) AS t ({names})) AS f""")  # noqa: S608 -- only constants


SINGLE_CASES = _statement(
    f"x int, y int, lamp int, {_CASE_COLUMNS}",
    f"{_PLACE}, (CAST(:lamps AS text[]))[t.lamp] AS lamp, {_CASE}",
)
CASE_BUCKETS = _statement(
    f"x int, y int, {_COUNTS}, bbox text, {_CASE_COLUMNS}",
    f"""{_PLACE}, t.count, t.green, t.yellow, t.red, t.grey, t.ended, (CAST(:lamps AS text[]))[t.worst] AS worst,
        t.bbox, CASE WHEN t.key IS NOT NULL THEN (CAST(:lamps AS text[]))[t.worst] END AS lamp, {_CASE}""",
)
HEAT = _statement("x int, y int, weight int", f"{_PLACE}, t.weight")
PART_BUCKETS = _statement("x int, y int, count int, bbox text", f"{_PLACE}, t.count, t.bbox", layer="parts")


def encoded(
    session: Session,
    statement: TextClause,
    columns: Mapping[str, Iterable[Any]],
    names: Mapping[str, Sequence[str | None]],
    **values: Any,
) -> bytes:
    """The bytes of a tile of rows, given by columns (None is nothing) and the names that numbers in them stand for."""
    given = {name: _array(column) for name, column in columns.items()}
    given |= {name: _array(one) for name, one in names.items()}
    return bytes(session.connection().execute(statement, {**given, **values}).scalar_one() or b"")


def _array(column: Iterable[Any]) -> str:
    """An array as PostgreSQL reads it, which takes the driver much less time than a list of values."""
    items = list(column)
    if str in set(map(type, items)):
        return "{" + ",".join(map(_item, items)) + "}"
    # Numbers, flags and nothing: Python writes them nearly as PostgreSQL reads them.
    return "{" + repr(items)[1:-1].replace("None", "NULL") + "}"


def _item(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)


# Outlines by the zoom that draws them; from 13 on as they were surveyed.
CASE_AREAS = text("""
    WITH counted AS (
        SELECT * FROM unnest(CAST(:code AS text[]), CAST(:count AS int[]), CAST(:green AS int[]),
                             CAST(:yellow AS int[]), CAST(:red AS int[]), CAST(:grey AS int[]),
                             CAST(:ended AS int[]), CAST(:worst AS int[]))
               AS c (code, count, green, yellow, red, grey, ended, worst))
    SELECT ST_AsMVT(f, 'cases', 4096, 'geom')
      FROM (SELECT ST_AsMVTGeom(g.geom, ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom, g.code, g.name, c.count,
                   c.green, c.yellow, c.red, c.grey, c.ended, (CAST(:lamps AS text[]))[c.worst] AS worst
              FROM counted c JOIN ground_areas g ON g.code = c.code AND g.band = :band
             ORDER BY g.level, g.code) AS f
     WHERE f.geom IS NOT NULL""")
_GROUND = text("SELECT stamp::text FROM ground_state WHERE subject = 'areas'")


def areas_in(session: Session, z: int, x: int, y: int, band: int) -> list[str]:
    """The codes of areas whose outlines touch a tile."""
    statement = text("""
        SELECT code FROM ground_areas
         WHERE band = :band AND geom && ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096)""")
    return list(session.connection().execute(statement, {"z": z, "x": x, "y": y, "band": band}).scalars())


def ground_stamp(session: Session) -> str:
    """Changes whenever outlines or names of areas do."""
    return str(session.connection().execute(_GROUND).scalar_one_or_none())


_NAMES = text("SELECT code, name, level FROM areas WHERE code = ANY(CAST(:codes AS text[]))")


def area_names(session: Session, codes: Sequence[str]) -> Mapping[str, Row[*tuple[Any, ...]]]:
    """(code, name, level) of areas, live or retired, by code."""
    return {row.code: row for row in session.connection().execute(_NAMES, {"codes": list(codes)})}
