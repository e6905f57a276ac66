"""Duty zones: their cells and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.ids import new_id
from app.grid.models import Area, DutyZone, DutyZoneCell, DutyZonePerson
from app.grid.rules.measure import Geometries

_PEOPLE = (
    select(DutyZonePerson.zone_code, User.id, User.name)
    .join(User, User.id == DutyZonePerson.user_id)
    .where(DutyZonePerson.valid_to.is_(None), User.disabled_at.is_(None))
    .order_by(DutyZonePerson.zone_code, User.name, User.id)
)
_ZONES = text("""
    SELECT z.code, z.name, z.valid_from,
        coalesce((SELECT json_agg(c.cell_code ORDER BY c.cell_code) FROM duty_zone_cells c
            WHERE c.zone_code = z.code AND c.valid_to IS NULL), '[]') AS cells
    FROM duty_zones z
    WHERE z.valid_to IS NULL AND z.code > :after AND (cast(:code AS text) IS NULL OR z.code = :code)
    ORDER BY z.code LIMIT :limit
""")
_CELLS = text("""
    SELECT a.code, c.zone_code, ST_AsBinary(a.geom) AS geom
    FROM areas a LEFT JOIN duty_zone_cells c ON c.cell_code = a.code AND c.valid_to IS NULL
    WHERE a.code = ANY(:codes) AND a.level = 4 AND a.valid_to IS NULL ORDER BY a.code
""")
_UPSERT = text("""
    INSERT INTO duty_zones (code, name, valid_from) VALUES (:code, :name, :now)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, valid_to = NULL
""")


def people_of(session: Session, zone: str) -> Sequence[Row[str, UUID, str]]:
    """Rows (zone_code, id, name) of the inspectors who answer for a duty zone now."""
    return session.execute(_PEOPLE.where(DutyZonePerson.zone_code == zone)).all()


def people_of_many(session: Session, zones: Iterable[str]) -> Sequence[Row[str, UUID, str]]:
    """Rows (zone_code, id, name) of the inspectors of several duty zones."""
    return session.execute(_PEOPLE.where(DutyZonePerson.zone_code.in_(list(zones)))).all()


def zones_of_person(session: Session, user_id: UUID) -> Sequence[str]:
    """The codes of the duty zones that a person answers for now."""
    found = select(DutyZonePerson.zone_code).where(DutyZonePerson.user_id == user_id, DutyZonePerson.valid_to.is_(None))
    return session.scalars(found.order_by(DutyZonePerson.zone_code)).all()


def list_zones(session: Session, after: str, limit: int) -> Sequence[Row[Any]]:
    """Rows (code, name, valid_from, cells) of live duty zones in the order of their codes."""
    return session.execute(_ZONES, {"after": after, "limit": limit, "code": None}).all()


def find_zone(session: Session, code: str) -> Row[Any] | None:
    """A live duty zone, as in `list_zones`."""
    return session.execute(_ZONES, {"after": "", "limit": 1, "code": code}).one_or_none()


def cells_for_zone(session: Session, codes: Iterable[str]) -> tuple[Sequence[Row[Any]], Geometries]:
    """Rows (code, zone_code) of those codes that are live cells, and their polygons in EPSG:4326."""
    rows = session.execute(_CELLS, {"codes": list(codes)}).all()
    return rows, shapely.from_wkb(np.array([bytes(row.geom) for row in rows], dtype=object))


def put_zone(session: Session, code: str, name: str, now: datetime) -> None:
    """Make a duty zone, or rename it."""
    session.execute(_UPSERT, {"code": code, "name": name, "now": now})


def retire(session: Session, code: str, now: datetime) -> None:
    """End a duty zone."""
    session.execute(update(DutyZone).where(DutyZone.code == code, DutyZone.valid_to.is_(None)).values(valid_to=now))


def is_area(session: Session, code: str) -> bool:
    """Whether there is or was an area with this code."""
    return session.execute(select(Area.code).where(Area.code == code)).first() is not None


def zones_in(session: Session, area: str) -> Sequence[Row[str, str]]:
    """Rows (code, name) of the duty zones that have a cell in an area of any level."""
    there = select(DutyZoneCell.zone_code).where(
        DutyZoneCell.valid_to.is_(None), DutyZoneCell.cell_code.startswith(area, autoescape=True)
    )
    found = select(DutyZone.code, DutyZone.name).where(DutyZone.valid_to.is_(None), DutyZone.code.in_(there))
    return session.execute(found.order_by(DutyZone.code)).all()


def members(session: Session, code: str) -> tuple[set[str], set[UUID]]:
    """The codes of a zone's cells and the ids of its people, now."""
    cells = select(DutyZoneCell.cell_code).where(DutyZoneCell.zone_code == code, DutyZoneCell.valid_to.is_(None))
    people = select(DutyZonePerson.user_id).where(DutyZonePerson.zone_code == code, DutyZonePerson.valid_to.is_(None))
    return set(session.scalars(cells)), set(session.scalars(people))


def leave(session: Session, code: str, cells: set[str], people: set[UUID], now: datetime) -> None:
    """End the time of cells and people in a zone."""
    for table, column, gone in (
        (DutyZoneCell, DutyZoneCell.cell_code, cells),
        (DutyZonePerson, DutyZonePerson.user_id, people),
    ):
        if gone:
            ends = update(table).where(table.zone_code == code, table.valid_to.is_(None), column.in_(gone))
            session.execute(ends.values(valid_to=now))


def enter(session: Session, code: str, cells: set[str], people: set[UUID], now: datetime) -> None:
    """Begin the time of cells and people in a zone."""
    row = {"zone_code": code, "valid_from": now}
    if cells:
        session.execute(insert(DutyZoneCell), [{**row, "id": new_id(), "cell_code": cell} for cell in sorted(cells)])
    if people:
        session.execute(insert(DutyZonePerson), [{**row, "id": new_id(), "user_id": user} for user in sorted(people)])


def existing_users(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the ids that belong to staff."""
    return set(session.scalars(select(User.id).where(User.id.in_(list(ids)), User.kind == "staff")))
