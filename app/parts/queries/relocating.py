"""Parts that the grid has moved under: their cell was retired, or they stand in what was a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# Few areas are dead or above the cells, so that the index on the cell finds their parts; none of them as a rule.
_MISPLACED = text("""
    SELECT p.id, p.code, p.cell_code, ST_AsBinary(p.geom) AS geom
      FROM parts p
     WHERE p.cell_code IN (SELECT a.code FROM areas a WHERE a.valid_to IS NOT NULL OR a.level < 4)
       AND p.retired_at IS NULL AND p.code > :after
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
