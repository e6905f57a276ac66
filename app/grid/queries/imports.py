"""What an import reads and writes: the standing grid, new areas, retired ones, successors, the version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely
from sqlalchemy import Row, insert, literal, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.grid.models import Area, AreaSuccessor, GridImport, GridState
from app.grid.rules.codes import Level
from app.grid.rules.proposal import Standing, Succession

# The grid has one writer at a time; readers are not kept waiting.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('fieldgrid.grid'))")
_STANDING = text("""
    SELECT code, name, level, parent_code, land_use, management_grade, ST_AsBinary(geom) AS geom
    FROM areas WHERE valid_to IS NULL
""")
_RETIRED_CODES = text("SELECT code FROM areas WHERE valid_to IS NOT NULL")
_RESHAPE = text("""
    UPDATE areas SET name = :name, land_use = :land_use, management_grade = :management_grade, area_m2 = :area_m2,
        geom = ST_GeomFromWKB(:geom, 4326)
    WHERE code = :code
""")
_RENAME = text("""
    UPDATE areas SET name = :name, land_use = :land_use, management_grade = :management_grade WHERE code = :code
""")
_RETIRE = text("UPDATE areas SET valid_to = :now WHERE code = ANY(:codes)")
_INHERIT_ZONES = text("""
    WITH claims AS (
        SELECT s.new_code, c.zone_code, sum(s.share * a.area_m2) AS ground_m2
        FROM area_successors s
        JOIN areas a ON a.code = s.old_code
        JOIN duty_zone_cells c ON c.cell_code = s.old_code AND c.valid_to IS NULL
        WHERE s.old_code = ANY(:codes)
          AND NOT EXISTS (SELECT FROM duty_zone_cells o WHERE o.cell_code = s.new_code AND o.valid_to IS NULL)
        GROUP BY s.new_code, c.zone_code
    )
    INSERT INTO duty_zone_cells (id, zone_code, cell_code, valid_from)
    SELECT DISTINCT ON (new_code) gen_random_uuid(), zone_code, new_code, :now
    FROM claims ORDER BY new_code, ground_m2 DESC, zone_code
""")
_LEAVE_ZONES = text("""
    UPDATE duty_zone_cells SET valid_to = :now WHERE valid_to IS NULL AND cell_code = ANY(:codes)
""")
_MOVED = update(GridState).values(version=GridState.version + 1)


def lock_grid(session: Session) -> None:
    """Wait until no other import is being accepted, and keep others waiting until the session ends."""
    session.execute(_LOCK)


def standing(session: Session) -> list[Standing]:
    """Every live area of every level with its polygon in EPSG:4326."""
    rows = session.execute(_STANDING).all()
    geoms = shapely.from_wkb(np.array([bytes(row.geom) for row in rows], dtype=object))
    return [
        Standing(row.code, row.name, Level(row.level), row.parent_code, row.land_use, row.management_grade, geom)
        for row, geom in zip(rows, geoms, strict=True)
    ]


def retired_codes(session: Session) -> frozenset[str]:
    """Every code that was in use once and is not any more."""
    return frozenset(session.scalars(_RETIRED_CODES))


def add_areas(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert areas, parents before children; `geom` as EWKT or WKBElement in EPSG:4326."""
    if rows:
        session.execute(insert(Area), list(rows))


def reshape_areas(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give areas another outline (`geom` as WKB) and its attributes."""
    if rows:
        session.execute(_RESHAPE, list(rows))


def rename_areas(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give areas other attributes."""
    if rows:
        session.execute(_RENAME, list(rows))


def retire_areas(session: Session, codes: Sequence[str], now: datetime) -> None:
    """End areas."""
    session.execute(_RETIRE, {"codes": list(codes), "now": now})


def add_successions(session: Session, found: Sequence[Succession]) -> None:
    """Record who took over whose ground."""
    if found:
        rows = [{"old_code": one.old, "new_code": one.new, "share": one.share} for one in found]
        session.execute(insert(AreaSuccessor), rows)


def hand_on_zones(session: Session, retired: Sequence[str], now: datetime) -> None:
    """Let the cells that follow retired ones enter the duty zone that held most of their ground."""
    session.execute(_INHERIT_ZONES, {"codes": list(retired), "now": now})
    session.execute(_LEAVE_ZONES, {"codes": list(retired), "now": now})


def move_version(session: Session, now: datetime) -> None:
    """A new version and a new stamp: indexes in memory and ETags are stale."""
    session.execute(_MOVED.values(stamp=uuid4(), changed_at=now))


def add_import(session: Session, row: Mapping[str, Any]) -> UUID:
    """Record a file that was handed in; answers its id."""
    import_id = new_id()
    session.execute(insert(GridImport), {"id": import_id, "status": "pending", "faults": [], "counts": {}, **row})
    return import_id


def grid_import(session: Session, import_id: UUID, *, locked: bool = False) -> GridImport | None:
    """An import; `locked` until the session ends."""
    found = select(GridImport).where(GridImport.id == import_id)
    return session.scalars(found.with_for_update() if locked else found).one_or_none()


def import_page(session: Session, after: tuple[Any, UUID] | None, rows: int) -> Sequence[Row[Any]]:
    """Files that were handed in, newest first, without their faults."""
    columns = [column for column in GridImport.__table__.c if column.name not in {"faults", "file_key", "fields"}]
    query = select(*columns).order_by(GridImport.created_at.desc(), GridImport.id.desc()).limit(rows)
    if after is not None:
        query = query.where(tuple_(GridImport.created_at, GridImport.id) < tuple_(*map(literal, after)))
    return session.execute(query).all()


def finish_import(session: Session, import_id: UUID, row: Mapping[str, Any]) -> None:
    """Record what became of an import."""
    session.execute(update(GridImport).where(GridImport.id == import_id).values(**row))
