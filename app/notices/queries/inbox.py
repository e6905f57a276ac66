"""Notices: written, read, and sent to phones and contacts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.models import table
from app.notices.models import Contact, Notice, NoticeMessage

AnyRow = Row[*tuple[Any, ...]]
_NOTICES = table(Notice)
_MESSAGES = table(NoticeMessage)


def add_notices(
    session: Session, notices: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Write notices, and where else they are sent."""
    if notices:
        session.execute(insert(_NOTICES), list(notices))
    if messages:
        session.execute(insert(_MESSAGES), list(messages))


def notices_page(
    session: Session, user_id: UUID, *, unread: bool, limit: int, after: tuple[datetime, UUID] | None
) -> list[AnyRow]:
    """One row more than the page, newest first."""
    query = select(_NOTICES).where(_NOTICES.c.user_id == user_id)
    if unread:
        query = query.where(_NOTICES.c.read_at.is_(None))
    if after is not None:
        query = query.where(tuple_(_NOTICES.c.created_at, _NOTICES.c.id) < tuple_(*after))
    return list(session.execute(query.order_by(_NOTICES.c.created_at.desc(), _NOTICES.c.id.desc()).limit(limit + 1)))


def notice(session: Session, user_id: UUID, notice_id: UUID) -> AnyRow | None:
    """A notice of this user."""
    query = select(_NOTICES).where(_NOTICES.c.id == notice_id, _NOTICES.c.user_id == user_id)
    return session.execute(query).one_or_none()


def unread_count(session: Session, user_id: UUID) -> int:
    """How many of their notices somebody has not read."""
    query = select(func.count()).where(_NOTICES.c.user_id == user_id, _NOTICES.c.read_at.is_(None))
    return int(session.execute(query).scalar_one())


def note_read(session: Session, user_id: UUID, notice_id: UUID, now: datetime) -> AnyRow | None:
    """Mark a notice as read, once; None where this user has no such notice."""
    statement = update(_NOTICES).where(_NOTICES.c.id == notice_id, _NOTICES.c.user_id == user_id)
    values = {"read_at": func.coalesce(_NOTICES.c.read_at, now)}
    return session.execute(statement.values(values).returning(*_NOTICES.c)).one_or_none()


def due_texts(session: Session, now: datetime, most: int) -> list[AnyRow]:
    """(id, occasion, audience, number, facts, phone) of messages that phones may get now, locked."""
    query = select(_NOTICES.c.id, _NOTICES.c.occasion, _NOTICES.c.audience, _NOTICES.c.number, _NOTICES.c.facts)
    query = query.add_columns(User.phone).join(User, User.id == _NOTICES.c.user_id)
    query = query.where(_NOTICES.c.text_due_at <= now, _NOTICES.c.text_sent_at.is_(None), User.phone.is_not(None))
    query = query.order_by(_NOTICES.c.text_due_at).limit(most)
    return list(session.execute(query.with_for_update(of=_NOTICES, skip_locked=True)))


def note_sent(session: Session, notice_ids: Collection[UUID], now: datetime) -> None:
    """Keep that these messages were handed to the gateway."""
    session.execute(update(_NOTICES).where(_NOTICES.c.id.in_(list(notice_ids))).values(text_sent_at=now))


def due_messages(session: Session, now: datetime, most: int) -> list[AnyRow]:
    """(notice_id, channel, occasion, audience, number, facts, address, language) of what may go out now, locked.

    A contact that is confirmed no more, or whose owner was shut out, gets nothing.
    """
    query = select(_MESSAGES.c.notice_id, _MESSAGES.c.channel, _NOTICES.c.occasion, _NOTICES.c.audience)
    query = query.add_columns(_NOTICES.c.number, _NOTICES.c.facts, Contact.address, Contact.language)
    query = query.join(_NOTICES, _NOTICES.c.id == _MESSAGES.c.notice_id)
    query = query.join(Contact, (Contact.user_id == _NOTICES.c.user_id) & (Contact.channel == _MESSAGES.c.channel))
    query = query.join(User, User.id == _NOTICES.c.user_id)
    query = query.where(_MESSAGES.c.due_at <= now, _MESSAGES.c.sent_at.is_(None))
    query = query.where(Contact.verified_at.is_not(None), User.disabled_at.is_(None))
    query = query.order_by(_MESSAGES.c.due_at, _MESSAGES.c.notice_id).limit(most)
    return list(session.execute(query.with_for_update(of=_MESSAGES, skip_locked=True)))


def note_messages_sent(session: Session, sent: Collection[tuple[UUID, str]], now: datetime) -> None:
    """Keep that these notices were handed to the gateway of these channels."""
    if sent:
        keys = tuple_(_MESSAGES.c.notice_id, _MESSAGES.c.channel)
        session.execute(update(_MESSAGES).where(keys.in_(list(sent))).values(sent_at=now))
