"""One import of a table at a time."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_LOCK = text("SELECT pg_advisory_xact_lock(7216030, hashtext(:name))")


def lock_table(session: Session, name: str) -> None:
    """Wait until no other import of this table is under way, and keep others waiting until the unit of work ends."""
    session.execute(_LOCK, {"name": name})
