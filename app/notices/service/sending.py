"""Notices leave the house: to citizens' phones, and to the contacts of staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import outbox
from app.notices import queries
from app.notices.rules import Channel
from app.notices.service.wording import Message, wording

TEXTS_AT_ONCE = 200
SIGNATURES = {"zh-CN": "【网格化城市管理】", "en": "[City Grid] "}


def send_texts(session: Session, *, now: datetime) -> bool:
    """Hand due messages for citizens' phones to the gateway; whether there are more. Each is handed over once."""
    due = queries.due_texts(session, now, TEXTS_AT_ONCE)
    if due:
        said = wording(session)
        for notice in due:
            found = said.of(notice.occasion, notice.audience, "zh-CN", number=notice.number, facts=notice.facts)
            text = SIGNATURES["zh-CN"] + found.text
            outbox.send(session, channel="sms", recipient=notice.phone, text=text, now=now)
        queries.note_sent(session, [notice.id for notice in due], now)
    return len(due) == TEXTS_AT_ONCE


def send_messages(session: Session, *, now: datetime) -> bool:
    """Hand due messages for contacts of staff to their gateways; whether there are more. Each is handed over once."""
    due = queries.due_messages(session, now, TEXTS_AT_ONCE)
    if due:
        said = wording(session)
        for row in due:
            message = said.of(row.occasion, row.audience, row.language, number=row.number, facts=row.facts)
            _send(session, row, message, now)
        queries.note_messages_sent(session, [(row.notice_id, row.channel) for row in due], now)
    return len(due) == TEXTS_AT_ONCE


def _send(session: Session, row: Any, message: Message, now: datetime) -> None:
    """A text message begins with its sender, a mail has a subject, WeChat Work shows the title as the first line."""
    to = {"channel": row.channel, "recipient": row.address, "now": now}
    match Channel(row.channel):
        case Channel.SMS:
            outbox.send(session, text=SIGNATURES[row.language] + message.text, **to)
        case Channel.EMAIL:
            outbox.send(session, text=message.text, subject=message.title, **to)
        case Channel.WECHAT_WORK:
            outbox.send(session, text=f"{message.title}\n{message.text}", **to)
