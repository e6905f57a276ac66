"""Messages to people.

A gateway delivers them; the default one leaves them in the outbox, where an administrator reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, desc, insert, select
from sqlalchemy.orm import Session

from app.core.config import config
from app.core.gateways import TRIES, gateway_for
from app.core.ids import new_id
from app.core.jobs import enqueue
from app.core.models import OutboxMessage

EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file that goes with a mail, under a name."""

    key: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail with a file or without."""

    recipient: str
    subject: str
    text: str
    attachment: Attachment | None = None


def send(
    session: Session, *, channel: str, recipient: str, text: str, now: datetime, subject: str | None = None
) -> None:
    """Hand a message to the gateway of its channel, if there is one; it exists only if the unit of work commits.

    subject: of a mail; without one its first line stands there.
    """
    row = {"channel": channel, "recipient": recipient, "subject": subject, "text": text}
    _add(session, row | {"created_at": now})


def send_mail(session: Session, mail: Mail, *, now: datetime) -> UUID:
    """Hand a mail to its gateway, if there is one; its id, by which it is found in the outbox."""
    attachment = None if mail.attachment is None else asdict(mail.attachment)
    row = {"channel": EMAIL, "recipient": mail.recipient, "subject": mail.subject, "text": mail.text}
    return _add(session, row | {"attachment": attachment, "created_at": now})


def _add(session: Session, row: dict[str, object]) -> UUID:
    message_id = new_id()
    session.execute(insert(OutboxMessage).values(row | {"id": message_id, "sent_at": None}))
    if gateway_for(str(row["channel"]), config()) is not None:
        enqueue(session, "core.deliver_message", message_id=str(message_id))
    return message_id


def standing(session: Session, ids: Collection[UUID]) -> Sequence[Row[UUID, str, datetime | None, int, str | None]]:
    """What became of messages: (id, recipient, sent_at, attempts, last_error)."""
    message = OutboxMessage
    query = select(message.id, message.recipient, message.sent_at, message.attempts, message.last_error)
    return session.execute(query.where(message.id.in_(ids)).order_by(message.recipient)).all()


def given_up(attempts: int) -> bool:
    """Whether a message that was not delivered after so many attempts is not tried again."""
    return attempts > TRIES


def undelivered(session: Session, *, limit: int) -> Sequence[Row[datetime, str, str, int, str | None]]:
    """The newest messages that a gateway failed to deliver: (created_at, channel, recipient, attempts, last_error)."""
    message = OutboxMessage
    query = select(message.created_at, message.channel, message.recipient, message.attempts, message.last_error)
    query = query.where(message.sent_at.is_(None), message.attempts > 0)
    return session.execute(query.order_by(desc(message.created_at), desc(message.id)).limit(limit)).all()


def newest(session: Session, *, limit: int, recipient: str | None = None) -> Sequence[Row[datetime, str, str, str]]:
    """The newest messages: (created_at, channel, recipient, text)."""
    message = OutboxMessage
    query = select(message.created_at, message.channel, message.recipient, message.text)
    if recipient:
        query = query.where(message.recipient == recipient)
    return session.execute(query.order_by(desc(message.created_at), desc(message.id)).limit(limit)).all()
