"""What a process reads before the first map asks it to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.tiles.service import parts, seeing


def read_ledgers(session: Session) -> None:
    """Read the points of all cases and parts: seconds in a large city, which otherwise the first map waits for."""
    seeing.SHELF.ledger(session)
    parts.SHELF.ledger(session)
