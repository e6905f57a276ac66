"""Open cases that the grid has moved under: their cell was retired, a gap was filled, or a duty zone was redrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# A case that somebody acts on is left for the next run. One that lies in a gap stands on the area around it and is
# looked at again in every run, so pages go on after the last number: those that stay would block the others.
_MISPLACED = text("""
    SELECT c.id, c.number, c.lon, c.lat, c.current_cell
      FROM cases c JOIN areas a ON a.code = c.current_cell
     WHERE c.state NOT IN ('closed', 'rejected', 'void', 'merged') AND (a.valid_to IS NOT NULL OR a.level < 4)
       AND c.number > :after
     ORDER BY c.number LIMIT :most
       FOR NO KEY UPDATE OF c SKIP LOCKED""")
_MOVE = text("""
    UPDATE cases c SET current_cell = m.cell, zone_code = m.zone
      FROM jsonb_to_recordset(CAST(:moves AS jsonb)) AS m (id uuid, cell text, zone text)
     WHERE c.id = m.id
    RETURNING c.id, c.number, c.version, c.state, c.current_cell, c.zone_code, c.unit_ids, c.handler_id""")
_REZONE = text("""
    UPDATE cases c SET zone_code = n.zone_code
      FROM (SELECT c.id, z.code AS zone_code
              FROM cases c
              LEFT JOIN duty_zone_cells d ON d.cell_code = c.current_cell AND d.valid_to IS NULL
              LEFT JOIN duty_zones z ON z.code = d.zone_code AND z.valid_to IS NULL
             WHERE c.state NOT IN ('closed', 'rejected', 'void', 'merged') AND c.zone_code IS DISTINCT FROM z.code
             ORDER BY c.number LIMIT :most
               FOR NO KEY UPDATE OF c SKIP LOCKED) n
     WHERE c.id = n.id
    RETURNING c.id, c.number, c.version, c.state, c.current_cell, c.zone_code, c.unit_ids, c.handler_id""")


def misplaced(session: Session, after: str, most: int) -> Sequence[Row[Any]]:
    """(id, number, lon, lat, current_cell) of open cases that stand on no live cell, after this number; locked."""
    return session.execute(_MISPLACED, {"after": after, "most": most}).all()


def move(session: Session, moves: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give cases another current cell and its zone; the cases as the feed tells of them.

    Shape: moves with id (as text), cell, zone (None where no zone holds the cell).
    """
    moved = session.execute(_MOVE, {"moves": orjson.dumps(list(moves)).decode()})
    return [dict(row) for row in moved.mappings()]


def rezone(session: Session, most: int) -> list[dict[str, Any]]:
    """Give open cases the duty zone that holds their current cell now; those that had another."""
    return [dict(row) for row in session.execute(_REZONE, {"most": most}).mappings()]
