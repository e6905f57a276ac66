"""What the index in memory and single look-ups read of the live grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.grid.errors import AreaName
from app.grid.rules.codes import Level
from app.grid.rules.index import LiveArea, ZoneName

# Read once for every point: on the bare connection, where it costs a third of what it costs through the session.
_STATE = text("SELECT version, CAST(stamp AS text) FROM grid_state")

_LIVE_AREAS = text("""
    SELECT a.code, a.name, a.level, a.parent_code, z.code AS zone_code, z.name AS zone_name, ST_AsBinary(a.geom) AS geom
    FROM areas a
    LEFT JOIN duty_zone_cells c ON c.cell_code = a.code AND c.valid_to IS NULL
    LEFT JOIN duty_zones z ON z.code = c.zone_code AND z.valid_to IS NULL
    WHERE a.valid_to IS NULL
""")

_CHAIN = text("""
    WITH RECURSIVE up AS (
        SELECT code, name, level, parent_code FROM areas WHERE code = :code
        UNION ALL
        SELECT a.code, a.name, a.level, a.parent_code FROM areas a JOIN up ON a.code = up.parent_code
    )
    SELECT code, name, level FROM up ORDER BY level
""")

# A cell can be replaced by cells that were replaced in turn: shares multiply along the way.
_SUCCESSORS = text("""
    WITH RECURSIVE onward AS (
        SELECT new_code, share FROM area_successors WHERE old_code = :code
        UNION ALL
        SELECT s.new_code, s.share * o.share FROM area_successors s JOIN onward o ON s.old_code = o.new_code
    )
    SELECT o.new_code AS code, a.name, sum(o.share) AS share
    FROM onward o JOIN areas a ON a.code = o.new_code
    WHERE a.valid_to IS NULL
    GROUP BY o.new_code, a.name
    ORDER BY share DESC, code
""")


class State(NamedTuple):
    """Which grid is live."""

    version: int
    stamp: str


def state(session: Session) -> State:
    """The version and the stamp of the live grid."""
    return State(*session.connection().execute(_STATE).one())


def live_areas(session: Session) -> list[LiveArea]:
    """Every live area of every level, with its duty zone and its polygon in EPSG:4326."""
    rows = session.execute(_LIVE_AREAS).all()
    geoms = shapely.from_wkb(np.array([bytes(row.geom) for row in rows], dtype=object))
    return [
        LiveArea(row.code, row.name, row.level, row.parent_code, _zone(row), geom)
        for row, geom in zip(rows, geoms, strict=True)
    ]


def _zone(row: Row[Any]) -> ZoneName | None:
    return ZoneName(row.zone_code, row.zone_name) if row.zone_code else None


def chain(session: Session, code: str) -> list[AreaName]:
    """The area of this code, live or retired, with those above it, city first; empty when there never was one."""
    return [AreaName(Level(row.level).word, row.code, row.name) for row in session.execute(_CHAIN, {"code": code})]


def successors(session: Session, code: str) -> Sequence[Row[Any]]:
    """Rows (code, name, share) of the live areas that took over the ground of a retired one, largest share first."""
    return session.execute(_SUCCESSORS, {"code": code}).all()
