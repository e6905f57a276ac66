"""Telling people: notices are written from the change feed and read by whom they are for."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.core.feed import Kind
from app.core.paging import edge_of, page
from app.notices import queries
from app.notices.errors import NoticeNotFound
from app.notices.rules import RECIPIENTS, WORK, Happening, Occasion, Recipients, occasion_of
from app.notices.service.reminding import reminders_in
from app.notices.service.telling import tell
from app.notices.service.wording import Wording, wording

log = structlog.get_logger()
READER = "inbox"
ROWS_AT_ONCE = 200
ERASING = "redact"
CASES = frozenset({Kind.CASE_CREATED, Kind.CASE_CHANGED})
ACTING = "case"
"""The collection of rows that an event stands behind; where only the ground moved, nobody did anything."""


def fill_inbox(session: Session, *, now: datetime) -> bool:
    """Write a notice for everybody who has to know of what changed; whether there is more to do at once.

    Reading goes on where it ended, in the transaction in which notices are written: each is written once. Where a
    reporter was erased from a case, what told them of it goes. A change that cannot be told is logged and left out, so
    that it does not keep everybody else from hearing.
    """
    place = queries.reader_place(session, READER)
    if place is None:
        return False
    rows = queries.unread(session, place, limit=ROWS_AT_ONCE)
    happened = queries.events_of(session, [(row.entity_id, row.version) for row in rows if _acted(row)])
    for row in rows:
        event = happened.get((row.entity_id, row.version)) if _acted(row) else None
        if event is None and row.kind != Kind.TASK_ASSIGNED:
            continue
        try:
            with session.begin_nested():
                _tell_of(session, row, event, now)
        except OperationalError:
            raise  # the database itself is in trouble: the whole batch is tried again later
        except Exception:
            log.exception("change.not_told", kind=row.kind, number=row.number, version=row.version)
    queries.move_reader(session, READER, place.at(rows[-1].xid, rows[-1].seq) if rows else place)
    return len(rows) == ROWS_AT_ONCE


def _tell_of(session: Session, row: Any, event: Any, now: datetime) -> None:
    if event is None:
        tell(session, Occasion.TASK_ASSIGNED, {row.assignee_id}, row.number, now=now)
    else:
        _tell(session, row, event, now)


def _acted(row: Any) -> bool:
    return row.kind in CASES and row.collection == ACTING


def _tell(session: Session, row: Any, event: Any, now: datetime) -> None:
    if event.action == ERASING:
        queries.forget_told(session, row.entity_id)
    occasion = occasion_of(Happening(event.action, event.before or {}, event.after, event.inputs))
    if occasion is None:
        return
    people = _people(session, occasion, event, now)
    if not people and occasion in WORK:
        occasion = Occasion.CASE_UNMANAGED
        people = _people(session, occasion, event, now)
    # Who was told of a merged case follows the other one; an erasure finds the notice by that number.
    number = event.into_number if occasion is Occasion.CASE_MERGED else row.number
    tell(session, occasion, people, number, now=now, facts=_facts(occasion, row, event))


def _people(session: Session, occasion: Occasion, event: Any, now: datetime) -> set[UUID]:
    found = (_recipients(session, recipients, event, now) for recipients in RECIPIENTS[occasion])
    return set[UUID]().union(*found)


def _recipients(session: Session, recipients: Recipients, event: Any, now: datetime) -> set[UUID]:
    match recipients:
        case Recipients.UNIT_MANAGERS:
            return _managers(session, event, now)
        case Recipients.OWNER_OR_DESK:
            return _managers(session, event, now) or queries.dispatchers(session, event.current_cell, now)
        case Recipients.HANDLER:
            return set() if event.handler_id is None else {event.handler_id}
        case Recipients.DISPATCHERS:
            return queries.dispatchers(session, event.current_cell, now)
        case Recipients.WHO_HELD_IT:
            return _who_held_it(session, event, now)
        case _:
            return _reporters(session, event) - _actor(event)


def _managers(session: Session, event: Any, now: datetime) -> set[UUID]:
    lead = event.after.get("lead_id")
    return set() if lead is None else queries.unit_managers(session, UUID(lead), now)


def _who_held_it(session: Session, event: Any, now: datetime) -> set[UUID]:
    """Whom the event names; where nobody had it in person, whoever answers for its owner."""
    held = {UUID(person) for person in event.inputs.get("from_ids", ())}
    return (held or _managers(session, event, now)) - _actor(event)


def _reporters(session: Session, event: Any) -> set[UUID]:
    if event.into_id is not None and event.after["state"] == "merged":
        return queries.moved_reporters(session, event.case_id, event.into_id)
    return queries.reporters(session, event.case_id)


def _actor(event: Any) -> set[UUID]:
    return set() if event.actor_id is None else {UUID(event.actor_id)}


def _facts(occasion: Occasion, row: Any, event: Any) -> dict[str, Any] | None:
    match occasion:
        case Occasion.CASE_MERGED:
            return {"other": row.number}
        case Occasion.CASE_SPLIT:
            return {"other": event.inputs["split_into"]}
        case Occasion.EXTENSION_DECIDED | Occasion.HOLD_DECIDED | Occasion.APPEAL_DECIDED:
            return {"granted": event.inputs["granted"]}
        case _:
            return None


def notices_of(
    session: Session, user_id: UUID, *, unread: bool, language: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    """A page of somebody's notices, newest first, with the cursor of the next and how many are unread.

    Raises: BadCursor.
    """
    after = edge_of(cursor)
    found = queries.notices_page(session, user_id, unread=unread, limit=limit, after=after)
    rows, following = page(found, limit, lambda row: (to_rfc3339(row.created_at), str(row.id)))
    said = wording(session)
    items = [_shown(row, said, language) for row in rows]
    return {"items": items, "next_cursor": following, "unread": queries.unread_count(session, user_id)}


def notice_of(
    session: Session, user_id: UUID, notice_id: UUID, *, language: str, limit: int, cursor: str | None
) -> dict[str, Any]:
    """A notice of somebody's with a page of the reminders that it tells of, the most urgent first.

    Raises: NoticeNotFound, BadCursor.
    """
    row = queries.notice(session, user_id, notice_id)
    if row is None:
        raise NoticeNotFound("You have no notice with this id.")
    listed = reminders_in(session, notice_id, limit=limit, cursor=cursor)
    return _shown(row, wording(session), language) | {"reminders": listed}


def mark_read(session: Session, user_id: UUID, notice_id: UUID, *, language: str, now: datetime) -> dict[str, Any]:
    """Somebody has read a notice of theirs; the first time counts.

    Raises: NoticeNotFound.
    """
    row = queries.note_read(session, user_id, notice_id, now)
    if row is None:
        raise NoticeNotFound("You have no notice with this id.")
    return _shown(row, wording(session), language)


def _shown(row: Any, said: Wording, language: str) -> dict[str, Any]:
    message = said.of(row.occasion, row.audience, language, number=row.number, facts=row.facts)
    return {
        "id": str(row.id),
        "event": row.occasion,
        "title": message.title,
        "text": message.text,
        "number": row.number,
        "created_at": to_rfc3339(row.created_at),
        "read_at": None if row.read_at is None else to_rfc3339(row.read_at),
    }
