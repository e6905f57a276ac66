"""Messages to people.

A gateway delivers them; the default one leaves them in the outbox, where an administrator reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, desc, insert, select
from sqlalchemy.orm import Session

from app.core.config import config
from app.core.gateways import gateway_for
from app.core.ids import new_id
from app.core.jobs import enqueue
from app.core.models import OutboxMessage


def send(
    session: Session, *, channel: str, recipient: str, text: str, now: datetime, subject: str | None = None
) -> None:
    """Hand a message to the gateway of its channel, if there is one; it exists only if the unit of work commits.

    subject: of a mail; without one its first line stands there.
    """
    message_id = new_id()
    row = {"id": message_id, "channel": channel, "recipient": recipient, "subject": subject, "text": text}
    session.execute(insert(OutboxMessage).values(row | {"created_at": now, "sent_at": None}))
    if gateway_for(channel, config()) is not None:
        enqueue(session, "core.deliver_message", message_id=str(message_id))


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
