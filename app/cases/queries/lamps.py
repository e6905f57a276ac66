"""Finding clocks that passed a threshold since somebody last looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# Two partial indexes hold just the clocks that still have a threshold to cross. A clock that passed both while nobody
# looked is red and told once. Clocks that an action holds are left for the next sweep.
_CROSS = text("""
    WITH late AS (
        SELECT id, due_at AS threshold FROM case_clocks
         WHERE due_at <= :now AND ended_at IS NULL AND paused_at IS NULL AND (told_at IS NULL OR told_at < due_at)
         ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED),
    soon AS (
        SELECT id, yellow_at AS threshold FROM case_clocks
         WHERE yellow_at <= :now AND due_at > :now AND ended_at IS NULL AND paused_at IS NULL
           AND (told_at IS NULL OR told_at < yellow_at)
         ORDER BY yellow_at LIMIT :most FOR UPDATE SKIP LOCKED),
    crossed AS (
        SELECT id, threshold, 0 AS rank FROM late UNION ALL SELECT id, threshold, 1 FROM soon
         ORDER BY rank, threshold LIMIT :most),
    told AS (
        UPDATE case_clocks k SET told_at = crossed.threshold FROM crossed WHERE k.id = crossed.id
        RETURNING k.case_id, crossed.rank, crossed.threshold)
    SELECT c.id, c.number, c.version, c.state, c.current_cell, c.zone_code, c.unit_ids, c.handler_id
      FROM told JOIN cases c ON c.id = told.case_id
     ORDER BY told.rank, told.threshold""")


def cross_lamps(session: Session, now: datetime, most: int) -> list[dict[str, Any]]:
    """Mark running clocks that passed yellow or red as told; the rows of their cases, the most urgent first."""
    found = session.execute(_CROSS, {"now": now, "most": most})
    return [dict(row._mapping) for row in found]  # noqa: SLF001 -- the documented way to a row's mapping
