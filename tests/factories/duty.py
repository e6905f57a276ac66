"""People on duty, through the services."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.duty import service
from app.duty.rules import Fix
from app.duty.service import NewShift
from tests.factories.cases import City


def on_shift(
    session: Session,
    city: City,
    who: str,
    now: datetime,
    *,
    cell: str | None = None,
    zone: str | None = None,
    north_m: float = 0.0,
) -> UUID:
    """Somebody goes on duty; with a cell they are there, so many metres to the north of its middle."""
    principal = city.who(session, who, now)
    shift_id, _ = service.start_shift(session, NewShift(zone_code=zone), principal=principal, now=now)
    if cell is not None:
        moved(session, city, who, now, cell=cell, north_m=north_m)
    return shift_id


def moved(session: Session, city: City, who: str, now: datetime, *, cell: str, north_m: float = 0.0) -> None:
    """Somebody on shift is in a cell at this instant."""
    lon, lat = city.spot(cell)
    fix = Fix(now, lon, lat + north_m / 111_000, 8.0)
    service.add_positions(session, [fix], principal=city.who(session, who, now), now=now)


def off_shift(session: Session, city: City, who: str, shift_id: UUID, now: datetime) -> None:
    service.end_shift(session, shift_id, principal=city.who(session, who, now), now=now)
