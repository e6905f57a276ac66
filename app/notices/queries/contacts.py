"""Where staff are reached beside the inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.models import table
from app.notices.models import Contact, Notice, NoticeMessage

AnyRow = Row[*tuple[Any, ...]]
_CONTACTS = table(Contact)
_MESSAGES = table(NoticeMessage)


def contacts_of(session: Session, user_id: UUID) -> Sequence[AnyRow]:
    """Everything about somebody's contacts, by channel."""
    query = select(_CONTACTS).where(_CONTACTS.c.user_id == user_id)
    return session.execute(query.order_by(_CONTACTS.c.channel)).all()


def contact(session: Session, user_id: UUID, channel: str, *, lock: bool = False) -> AnyRow | None:
    """One of somebody's contacts."""
    query = select(_CONTACTS).where(_CONTACTS.c.user_id == user_id, _CONTACTS.c.channel == channel)
    return session.execute(query.with_for_update() if lock else query).one_or_none()


def put_contact(session: Session, values: Mapping[str, Any]) -> None:
    """Add a contact, or replace what it was."""
    row = dict(values)
    changed = {name: value for name, value in row.items() if name not in {"user_id", "channel"}}
    session.execute(
        insert(_CONTACTS).values(row).on_conflict_do_update(index_elements=["user_id", "channel"], set_=changed)
    )


def note_verified(session: Session, user_id: UUID, channel: str, now: datetime) -> None:
    """From now on notices go there."""
    mine = (_CONTACTS.c.user_id == user_id, _CONTACTS.c.channel == channel)
    session.execute(update(_CONTACTS).where(*mine).values(verified_at=now, changed_at=now))


def remove_contact(session: Session, user_id: UUID, channel: str) -> bool:
    """Forget a contact; False where there is none."""
    mine = (_CONTACTS.c.user_id == user_id, _CONTACTS.c.channel == channel)
    return session.execute(delete(_CONTACTS).where(*mine).returning(_CONTACTS.c.channel)).one_or_none() is not None


def drop_unsent(session: Session, user_id: UUID, channel: str) -> None:
    """What waits for an address goes nowhere once it is not that address any more."""
    theirs = exists().where(Notice.id == _MESSAGES.c.notice_id, Notice.user_id == user_id)
    unsent = (_MESSAGES.c.channel == channel, _MESSAGES.c.sent_at.is_(None))
    session.execute(delete(_MESSAGES).where(*unsent, theirs))


def forget_contacts(session: Session) -> int:
    """Forget where those are reached who were shut out, and what waited to go there; returns how many contacts."""
    gone = select(User.id).where(User.disabled_at.is_not(None))
    theirs = exists().where(Notice.id == _MESSAGES.c.notice_id, Notice.user_id.in_(gone))
    session.execute(delete(_MESSAGES).where(_MESSAGES.c.sent_at.is_(None), theirs))
    return len(
        session.execute(delete(_CONTACTS).where(_CONTACTS.c.user_id.in_(gone)).returning(_CONTACTS.c.channel)).all()
    )


def is_staff(session: Session, user_id: UUID) -> bool:
    """Whether there is such a member of staff."""
    return session.scalar(select(User.id).where(User.id == user_id, User.kind == "staff")) is not None
