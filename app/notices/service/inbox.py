"""Telling people: notices are written from the change feed, read by whom they are for, and sent to citizens' phones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core import outbox
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.feed import Kind
from app.core.ids import new_id
from app.core.paging import cursor_id, cursor_instant, decode_cursor, page
from app.notices import queries
from app.notices.errors import NoticeNotFound
from app.notices.rules import RECIPIENTS, Happening, Occasion, Recipients, may_ring_at, occasion_of
from app.notices.service.wording import worded

READER = "inbox"
ROWS_AT_ONCE = 200
TEXTS_AT_ONCE = 200
SIGNATURE = "【网格化城市管理】"


def fill_inbox(session: Session, *, now: datetime) -> bool:
    """Write a notice for everybody who has to know of what changed; whether there is more to do at once.

    Reading goes on where it ended, in the transaction in which notices are written: each is written once. Where a
    reporter was erased from a case, what told them of it goes.
    """
    place = queries.reader_place(session, READER)
    if place is None:
        return False
    rows = queries.unread(session, place, limit=ROWS_AT_ONCE)
    happened = queries.events_of(session, [(row.entity_id, row.version) for row in rows if row.kind in CASES])
    for row in rows:
        event = happened.get((row.entity_id, row.version))
        if event is not None and event.action == ERASING:
            queries.forget_told(session, row.entity_id, row.number)
        if row.kind == Kind.TASK_ASSIGNED:
            _write(session, row, Occasion.TASK_ASSIGNED, {row.assignee_id}, now)
        elif row.kind in CASES and event is not None and (occasion := occasion_of(_happening(event))) is not None:
            _write(session, row, occasion, _recipients(session, occasion, event, now), now)
    queries.move_reader(session, READER, place.at(rows[-1].xid, rows[-1].seq) if rows else place)
    return len(rows) == ROWS_AT_ONCE


ERASING = "redact"
CASES = frozenset({Kind.CASE_CREATED, Kind.CASE_CHANGED})


def _happening(event: Any) -> Happening:
    return Happening(event.action, event.before or {}, event.after, event.inputs)


def _recipients(session: Session, occasion: Occasion, event: Any, now: datetime) -> set[UUID]:
    match RECIPIENTS[occasion]:
        case Recipients.UNIT_MANAGERS:
            return queries.unit_managers(session, UUID(event.after["lead_id"]), now)
        case Recipients.DISPATCHERS:
            return queries.dispatchers(session, event.current_cell, now)
        case Recipients.WHO_HELD_IT:
            return queries.former_holders(session, event)
        case _:
            return queries.reporters(session, event.case_id)


def _write(session: Session, row: Any, occasion: Occasion, people: set[UUID], now: datetime) -> None:
    for person in queries.people(session, people):
        rings = person.kind == "citizen" and person.phone is not None
        due = may_ring_at(now, ZoneInfo(config().city_tz)) if rings else None
        values = {"occasion": str(occasion), "audience": person.kind, "number": row.number, "created_at": now}
        queries.add_notice(session, values | {"id": new_id(), "user_id": person.id, "text_due_at": due})


def send_texts(session: Session, *, now: datetime) -> bool:
    """Hand due messages to the gateway; whether there are more. Each is handed over once."""
    due = queries.due_texts(session, now, TEXTS_AT_ONCE)
    for notice in due:
        message = worded(notice.occasion, notice.audience, "zh-CN", number=notice.number)
        outbox.send(session, channel="sms", recipient=notice.phone, text=SIGNATURE + message.text, now=now)
    queries.note_sent(session, [notice.id for notice in due], now)
    return len(due) == TEXTS_AT_ONCE


def notices_of(
    session: Session, user_id: UUID, *, unread: bool, language: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    """A page of somebody's notices, newest first, with the cursor of the next and how many are unread.

    Raises: BadCursor.
    """
    after = None
    if cursor is not None:
        at, row_id = decode_cursor(cursor, 2)
        after = cursor_instant(at), cursor_id(row_id)
    found = queries.notices_page(session, user_id, unread=unread, limit=limit, after=after)
    rows, following = page(found, limit, lambda row: (to_rfc3339(row.created_at), str(row.id)))
    items = [_shown(row._mapping, language) for row in rows]  # noqa: SLF001 -- the documented way to a row's mapping
    return {"items": items, "next_cursor": following, "unread": queries.unread_count(session, user_id)}


def mark_read(session: Session, user_id: UUID, notice_id: UUID, *, language: str, now: datetime) -> dict[str, Any]:
    """Somebody has read a notice of theirs; the first time counts.

    Raises: NoticeNotFound.
    """
    row = queries.note_read(session, user_id, notice_id, now)
    if row is None:
        raise NoticeNotFound("You have no notice with this id.")
    return _shown(dict(row._mapping), language)  # noqa: SLF001 -- the documented way to a row's mapping


def _shown(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    message = worded(row["occasion"], row["audience"], language, number=row["number"])
    return {
        "id": str(row["id"]),
        "event": row["occasion"],
        "title": message.title,
        "text": message.text,
        "number": row["number"],
        "created_at": to_rfc3339(row["created_at"]),
        "read_at": None if row["read_at"] is None else to_rfc3339(row["read_at"]),
    }
