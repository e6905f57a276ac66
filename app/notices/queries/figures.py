"""How far readers inside the house are behind, and what waits to be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from app.core.models import table
from app.notices.models import WebhookDelivery

# Readers of reminders keep a place of the same kind among those.
_BEHIND = text("""
    SELECT r.name, COALESCE(extract(epoch FROM clock_timestamp() - CASE r.name
               WHEN :reminders THEN (SELECT d.at FROM case_reminders d
                                      WHERE d.xid IS NOT NULL AND (d.xid, d.id) > (r.xid, r.seq)
                                      ORDER BY d.xid, d.id LIMIT 1)
               ELSE (SELECT c.at FROM changes c WHERE (c.xid, c.seq) > (r.xid, r.seq) ORDER BY c.xid, c.seq LIMIT 1)
           END), 0) AS seconds
      FROM feed_readers r ORDER BY r.name""")
_DELIVERIES = table(WebhookDelivery)


def readers_behind(session: Session, reminders: str) -> Sequence[Row[Any]]:
    """(name, seconds) of every reader: the age of the oldest thing that it has not read; 0 where there is none.

    reminders: the name of the reader that reads reminders.
    """
    return session.execute(_BEHIND, {"reminders": reminders}).all()


def undelivered_count(session: Session) -> dict[str, int]:
    """How many deliveries to webhooks are pending and how many were given up, by status."""
    query = select(_DELIVERIES.c.status, func.count().label("waiting")).where(_DELIVERIES.c.status != "delivered")
    return {row.status: row.waiting for row in session.execute(query.group_by(_DELIVERIES.c.status))}


_UNSENT = text("""
    SELECT count(*) FROM notice_messages m
      JOIN notices n ON n.id = m.notice_id
      JOIN users u ON u.id = n.user_id AND u.disabled_at IS NULL
      JOIN contacts c ON c.user_id = n.user_id AND c.channel = m.channel AND c.verified_at IS NOT NULL
     WHERE m.sent_at IS NULL AND m.due_at <= clock_timestamp()""")


def overdue_messages(session: Session) -> int:
    """How many messages to contacts of staff could have been sent by now."""
    return int(session.execute(_UNSENT).scalar_one())
