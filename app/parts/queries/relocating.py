"""Parts that the grid has moved under: their cell was retired, or they stand in what was a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# Areas first: few are dead or above the cells, and as a rule no part stands on them, which an index says at once. In
# one condition with the order of codes, every run would read the whole register.
_MISPLACED = text("""
    WITH left_behind AS MATERIALIZED (
        SELECT a.code FROM areas a
         WHERE (a.valid_to IS NOT NULL OR a.level < 4)
           AND EXISTS (SELECT FROM parts p WHERE p.cell_code = a.code AND p.retired_at IS NULL))
    SELECT p.id, p.code, p.cell_code, ST_AsBinary(p.geom) AS geom
      FROM parts p
     WHERE p.cell_code = ANY (ARRAY(SELECT code FROM left_behind)) AND p.retired_at IS NULL AND p.code > :after
     ORDER BY p.code LIMIT :most
       FOR NO KEY UPDATE OF p SKIP LOCKED""")
_MOVE = text("""
    UPDATE parts p SET cell_code = m.cell, changed_at = :now
      FROM jsonb_to_recordset(CAST(:moves AS jsonb)) AS m (id bigint, cell text)
     WHERE p.id = m.id""")


def misplaced(session: Session, after: str, most: int) -> Sequence[Row[Any]]:
    """(id, code, cell_code, geom as WKB) of parts that stand on no live cell, after this code; locked."""
    return session.execute(_MISPLACED, {"after": after, "most": most}).all()


def move(session: Session, moves: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Give parts another cell. Shape: moves with id and cell."""
    session.execute(_MOVE, {"moves": orjson.dumps(list(moves)).decode(), "now": now})
