"""Telling a desk where its people on shift are. Positions are lossy by nature: only the newest counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.notices.queries.positions import positions_since

OVERLAP = timedelta(seconds=10)
"""So long may a position take to be committed: each look reaches back that far, and leaves out what was told."""


@dataclass(slots=True)
class Watch:
    """What one stream has told of positions: when it looked last, and each person's instant that it told."""

    looked_at: datetime | None = None
    told: dict[UUID, datetime] = field(default_factory=dict)


def look(session: Session, principal: Principal, watch: Watch, *, now: datetime) -> list[dict[str, Any]]:
    """Positions that are new to this stream, of people whom its reader may see; the first look gives everybody's."""
    since = None if watch.looked_at is None else watch.looked_at - OVERLAP
    found = []
    for row in positions_since(session, principal, since):
        if watch.told.get(row.user_id) == row.position_at:
            continue
        watch.told[row.user_id] = row.position_at
        found.append(
            {
                "user_id": str(row.user_id),
                "name": row.name,
                "lon": row.lon,
                "lat": row.lat,
                "at": to_rfc3339(row.position_at),
                "zone_code": row.zone_code,
            }
        )
    watch.looked_at = now
    return found
