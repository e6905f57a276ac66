"""Parts follow the grid into the cell that holds them now. Nobody changed the part, so its version stays.

Source: docs/adr/0014-cases-follow-the-grid.md, which decides the same for cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.grid.service.locating import index
from app.parts.queries import relocating, writing
from app.parts.rules.checking import middles
from app.parts.service.placing import cell_around


@dataclass(frozen=True, slots=True)
class Relocated:
    """What came of a batch: how many parts moved, and the code to go on after; None when no part is left."""

    moved: int
    after: str | None


def relocate(session: Session, *, after: str, most: int, now: datetime) -> Relocated:
    """Locate the parts again whose cell was retired, or that stand in what was a gap, by code after `after`.

    A part that no city holds any more stays where it was last: somebody has to see it and decide.
    """
    rows = relocating.misplaced(session, after, most)
    moves = _moves(session, rows) if rows else []
    if moves:
        relocating.move(session, moves, now)
        writing.move_version(session, now)
    return Relocated(len(moves), rows[-1].code if len(rows) == most else None)


def _moves(session: Session, rows: Any) -> list[dict[str, Any]]:
    ground = index(session)
    geoms = shapely.from_wkb(np.array([bytes(row.geom) for row in rows], dtype=object))
    lons, lats = middles(geoms)
    found: list[dict[str, Any]] = []
    row: Row[Any]
    for row, lon, lat in zip(rows, lons.tolist(), lats.tolist(), strict=True):
        cell, _ = cell_around(ground, lon, lat)
        if cell is not None and cell != row.cell_code:
            found.append({"id": row.id, "cell": cell})
    return found
