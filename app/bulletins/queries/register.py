"""Bulletins that were asked for: recorded, found again, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from app.bulletins.models import Bulletin
from app.bulletins.rules import BulletinState
from app.core.ids import new_id

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('bulletins', 0))")
UNDER_WAY = (BulletinState.WAITING, BulletinState.RUNNING)
SHOWN = 100


def lock_bulletins(session: Session) -> None:
    """Until the unit of work ends nobody else asks for a bulletin: they are counted."""
    session.execute(_LOCK)


def under_way(session: Session) -> Sequence[Bulletin]:
    """Bulletins that wait or are being made, the oldest first."""
    return session.scalars(select(Bulletin).where(Bulletin.state.in_(UNDER_WAY)).order_by(Bulletin.asked_at)).all()


def add_bulletin(session: Session, row: Mapping[str, Any]) -> Bulletin:
    """Record a bulletin that was asked for."""
    made = insert(Bulletin).values(id=new_id(), state=BulletinState.WAITING, **row).returning(Bulletin)
    return session.scalars(made).one()


def bulletin(session: Session, bulletin_id: UUID, *, locked: bool = False) -> Bulletin | None:
    """A bulletin; `locked` until the unit of work ends."""
    found = select(Bulletin).where(Bulletin.id == bulletin_id).execution_options(populate_existing=True)
    return session.scalars(found.with_for_update() if locked else found).one_or_none()


def bulletin_of(session: Session, period: str, bulletin_id: UUID, *, drafts: bool) -> Bulletin | None:
    """A bulletin of a period; `drafts`: also one that was made of a draft."""
    return session.scalars(_seen(period, drafts=drafts).where(Bulletin.id == bulletin_id)).one_or_none()


def bulletins_of(session: Session, period: str, *, drafts: bool) -> Sequence[Bulletin]:
    """The newest bulletins of a period; `drafts`: also those that were made of drafts."""
    query = _seen(period, drafts=drafts).order_by(Bulletin.asked_at.desc(), Bulletin.id.desc())
    return session.scalars(query.limit(SHOWN)).all()


def _seen(period: str, *, drafts: bool) -> Any:
    query = select(Bulletin).where(Bulletin.period == period)
    return query if drafts else query.where(~Bulletin.draft)


def change_bulletin(session: Session, bulletin_id: UUID, row: Mapping[str, Any]) -> None:
    """Write down how far a bulletin is, or what became of it."""
    session.execute(update(Bulletin).where(Bulletin.id == bulletin_id).values(**row))


def note_progress(session: Session, bulletin_id: UUID, attempt: int, progress: int) -> bool:
    """Say how far an attempt is; false where it is no longer the one that counts."""
    mine = (Bulletin.id == bulletin_id, Bulletin.attempts == attempt, Bulletin.state == BulletinState.RUNNING)
    changed = update(Bulletin).where(*mine).values(progress=progress).returning(Bulletin.id)
    return session.execute(changed).first() is not None


def old_drafts(session: Session, before: datetime, most: int) -> Sequence[Bulletin]:
    """Bulletins of drafts that were asked for before an instant."""
    query = select(Bulletin).where(Bulletin.draft, Bulletin.asked_at < before)
    return session.scalars(query.order_by(Bulletin.asked_at).limit(most)).all()


def remove_bulletin(session: Session, bulletin_id: UUID) -> None:
    """Forget a bulletin."""
    session.execute(delete(Bulletin).where(Bulletin.id == bulletin_id))


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that a bulletin names."""
    found = session.scalars(select(Bulletin.file_key).where(Bulletin.file_key.in_(keys)))
    return {key for key in found if key is not None}
