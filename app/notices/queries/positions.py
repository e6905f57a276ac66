"""Where people on shift are, as the desk of their area may know it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.auth import Principal
from app.duty.models import Shift
from app.duty.queries import of_desk

AnyRow = Row[*tuple[Any, ...]]


def positions_since(session: Session, principal: Principal, since: datetime | None) -> list[AnyRow]:
    """(user_id, name, lon, lat, position_at, zone_code) of others on shift whose position arrived since an instant.

    None is everybody's. Nobody's for who sits at no desk. One statement over the open shifts, which are few.
    """
    ground = of_desk(principal)
    if ground is None:
        return []
    query = select(Shift.user_id, User.name, Shift.lon, Shift.lat, Shift.position_at, Shift.zone_code)
    query = query.join(User, User.id == Shift.user_id)
    query = query.where(Shift.ended_at.is_(None), Shift.position_at.is_not(None), Shift.user_id != principal.id, ground)
    if since is not None:
        query = query.where(Shift.heard_at > since)
    return list(session.execute(query.order_by(Shift.heard_at, Shift.user_id)))
