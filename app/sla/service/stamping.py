"""The one stamp under which processes keep calendars, limits and rules of sources in memory."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.stamps import forget_stamp
from app.sla import queries

STAMP = "sla.stamp"


def changed(session: Session) -> None:
    """Let every process read calendars, limits and rules of sources anew."""
    queries.restamp(session, new_id())
    forget_stamp(session, STAMP)
