"""Messages to people.

A gateway delivers them; the default one leaves them in the outbox, where an administrator reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, desc, insert, select
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.models import OutboxMessage


def send(session: Session, *, channel: str, recipient: str, text: str, now: datetime) -> None:
    """Hand a message to the gateway; it exists only if the unit of work commits."""
    session.execute(
        insert(OutboxMessage).values(
            id=new_id(), channel=channel, recipient=recipient, text=text, created_at=now, sent_at=None
        )
    )


def newest(session: Session, *, limit: int, recipient: str | None = None) -> Sequence[Row[datetime, str, str, str]]:
    """The newest messages: (created_at, channel, recipient, text)."""
    message = OutboxMessage
    query = select(message.created_at, message.channel, message.recipient, message.text)
    if recipient:
        query = query.where(message.recipient == recipient)
    return session.execute(query.order_by(desc(message.created_at), desc(message.id)).limit(limit)).all()
