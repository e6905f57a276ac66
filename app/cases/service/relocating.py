"""Open cases follow the grid: into the cell that holds their point now, and into the duty zone of their cell.

What was filed stays as it was filed. Nobody acts, so no event is written; whoever follows the change feed is told.
Source: docs/adr/0014-cases-follow-the-grid.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.queries import relocating
from app.cases.service import telling
from app.grid import service as grid
from app.grid.errors import GridGap, OutsideCity


@dataclass(frozen=True, slots=True)
class Relocated:
    """What came of a batch: how many cases moved, and the number to go on after; None when no case is left."""

    moved: int
    after: str | None


def relocate(session: Session, *, after: str, most: int) -> Relocated:
    """Locate the open cases again whose cell was retired, or that lie in what was a gap, by number after `after`.

    A point that still lies in a gap stands on the smallest area around it. One that no city holds any more stays where
    it was last: somebody has to see it and decide.
    """
    rows = relocating.misplaced(session, after, most)
    moves = [move for row in rows if (move := _move(session, row)) is not None]
    if moves:
        telling.tell_places(session, relocating.move(session, moves))
    return Relocated(len(moves), rows[-1].number if len(rows) == most else None)


def _move(session: Session, row: Row[Any]) -> dict[str, Any] | None:
    try:
        place = grid.locate(session, row.lon, row.lat)
    except GridGap as gap:
        cell, zone = gap.areas[-1].code, None
    except OutsideCity:
        return None
    else:
        cell, zone = place.cell.code, None if place.duty_zone is None else place.duty_zone.code
    return None if cell == row.current_cell else {"id": str(row.id), "cell": cell, "zone": zone}


def rezone(session: Session, *, most: int) -> int:
    """Give open cases the duty zone of their cell where it was redrawn; fewer than `most` mean that none is left."""
    rezoned = relocating.rezone(session, most)
    telling.tell_places(session, rezoned)
    return len(rezoned)
