"""The record of readings: who was shown personal data that is hidden otherwise, when and for what purpose."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.models import PersonalRead, table

_INSERT = insert(table(PersonalRead))


def note_read(session: Session, *, what: str, subject_id: UUID, why: str, user_id: UUID, now: datetime) -> None:
    """Write down that somebody is about to be shown it; without this line the unit of work shows nothing."""
    row = {"id": new_id(), "at": now, "user_id": user_id, "what": what, "subject_id": subject_id, "why": why}
    session.execute(_INSERT, row)
