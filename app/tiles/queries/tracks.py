"""Where people on duty are and went, for the desks of their ground."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.auth import Principal
from app.core.models import table
from app.duty.models import Shift
from app.duty.queries import of_desk
from app.tiles.rules.tile import EXTENT, Tile

AnyRow = Row[*tuple[Any, ...]]
# A trail on the map is so long; the whole track of a shift is asked for by itself.
TRAIL = timedelta(hours=2)
MOST_POINTS = 720
MOST_SHIFTS = 2_000
_SHIFTS = table(Shift)
_RUNNING = (
    select(
        _SHIFTS.c.id,
        _SHIFTS.c.user_id,
        User.name,
        _SHIFTS.c.zone_code,
        _SHIFTS.c.started_at,
        _SHIFTS.c.lon,
        _SHIFTS.c.lat,
        _SHIFTS.c.position_at,
    )
    .join(User, User.id == _SHIFTS.c.user_id)
    .where(_SHIFTS.c.ended_at.is_(None))
)


def running(session: Session, principal: Principal) -> Sequence[AnyRow]:
    """The running shifts on the ground of the principal's desk, with their people and last positions."""
    desk = of_desk(principal)
    if desk is None:
        return []
    query = _RUNNING.where(desk).order_by(_SHIFTS.c.started_at, _SHIFTS.c.id).limit(MOST_SHIFTS)
    return session.connection().execute(query).all()


# No line is finer than a map shows; what jumped was never walked.
_TRAILS = text("""
    WITH box AS (SELECT ST_TileEnvelope(:z, :x, :y) AS tile),
    trails AS (
        SELECT s.id, s.user_id, s.name, s.zone, s.started_at,
               ST_AsMVTGeom(ST_Simplify(ST_Transform(ST_SetSRID(trail.line, 4326), 3857), :unit_m), box.tile, 4096, 64)
                   AS geom
          FROM box, unnest(CAST(:ids AS uuid[]), CAST(:users AS text[]), CAST(:names AS text[]),
                           CAST(:zones AS text[]), CAST(:started AS bigint[]))
                    AS s (id, user_id, name, zone, started_at),
               LATERAL (SELECT ST_MakeLine(ST_MakePoint(p.lon, p.lat) ORDER BY p.at) AS line
                          FROM (SELECT at, lon, lat FROM shift_positions
                                 WHERE shift_id = s.id AND at > :since AND NOT jumped
                                 ORDER BY at DESC LIMIT :most) p
                        HAVING count(*) > 1) AS trail)
    SELECT (SELECT ST_AsMVT(f, 'tracks', 4096, 'geom')
              FROM (SELECT id::text AS shift_id, user_id, name, zone, started_at, geom
                      FROM trails WHERE geom IS NOT NULL) AS f),
           (SELECT array_agg(id::text) FROM trails WHERE geom IS NOT NULL)""")


def trails(session: Session, shifts: Sequence[AnyRow], tile: Tile, now: datetime) -> tuple[bytes, list[UUID]]:
    """The layer `tracks` of a tile, and the shifts whose trails are in it."""
    values = {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "unit_m": tile.unit_m * EXTENT / 512,
        "since": now - TRAIL,
        "most": MOST_POINTS,
        "ids": [str(row.id) for row in shifts],
        "users": [str(row.user_id) for row in shifts],
        "names": [row.name for row in shifts],
        "zones": [row.zone_code for row in shifts],
        "started": [int(row.started_at.timestamp()) for row in shifts],
    }
    data, ids = session.connection().execute(_TRAILS, values).one()
    return bytes(data or b""), [UUID(one) for one in ids or ()]


_OFFICERS = text("""
    SELECT ST_AsMVT(f, 'officers', 4096, 'geom')
      FROM (SELECT ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326), 3857),
                                ST_TileEnvelope(:z, :x, :y), 4096, 0) AS geom, s.user_id, s.name, s.zone, s.at
              FROM unnest(CAST(:users AS text[]), CAST(:names AS text[]), CAST(:zones AS text[]),
                          CAST(:lons AS float8[]), CAST(:lats AS float8[]), CAST(:ats AS bigint[]))
                   AS s (user_id, name, zone, lon, lat, at)) AS f
     WHERE f.geom IS NOT NULL""")


def officers(session: Session, shifts: Sequence[AnyRow], tile: Tile) -> bytes:
    """The layer `officers` of a tile: where people were last."""
    placed = [row for row in shifts if row.position_at is not None]
    values = {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "users": [str(row.user_id) for row in placed],
        "names": [row.name for row in placed],
        "zones": [row.zone_code for row in placed],
        "lons": [row.lon for row in placed],
        "lats": [row.lat for row in placed],
        "ats": [int(row.position_at.timestamp()) for row in placed],
    }
    return bytes(session.connection().execute(_OFFICERS, values).scalar_one() or b"")


_NOT_NOTED = text("""
    SELECT shift.id::text FROM unnest(CAST(:ids AS uuid[])) AS shift (id)
     WHERE NOT EXISTS (SELECT FROM personal_reads r
                        WHERE r.subject_id = shift.id AND r.user_id = CAST(:reader AS uuid) AND r.what = 'track'
                          AND r.at > :since)""")


def not_noted(session: Session, ids: Sequence[UUID], reader: UUID, since: datetime) -> list[UUID]:
    """Those of the shifts of whose track no reading by this reader was noted since an instant."""
    values = {"ids": [str(one) for one in ids], "reader": str(reader), "since": since}
    return [UUID(one) for one in session.connection().execute(_NOT_NOTED, values).scalars()]
