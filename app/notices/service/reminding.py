"""Reminders reach people: each once, and many at a time as one notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.paging import BadCursor, decode_cursor, page
from app.notices import queries
from app.notices.rules import (
    ONE_BY_ONE,
    OPEN_FOR,
    Occasion,
    Reminder,
    by_person,
    facts_of,
    is_late,
    occasion_for,
    together,
)
from app.notices.service.telling import Post

READER = "reminders"
ROWS_AT_ONCE = 2_000


def fill_reminders(session: Session, *, now: datetime) -> bool:
    """Tell people of the reminders that were recorded; whether there is more to do at once.

    Reading goes on where it ended, in the transaction in which notices are written, and a key keeps each reminder from
    being told to anybody twice. Whoever has more than a few gets one notice that lists them.
    """
    place = queries.reader_place(session, READER, from_the_start=True)
    if place is None:
        return False
    rows = queries.reminders_after(session, place, ROWS_AT_ONCE)
    if rows:
        _tell(session, [reminder_of(row) for row in rows], now)
        place = place.at(rows[-1].xid, rows[-1].id)
    queries.move_reader(session, READER, place)
    return len(rows) == ROWS_AT_ONCE


def reminder_of(row: Any) -> Reminder:
    """A row of a reminder with its clock."""
    return Reminder(
        row.id, row.number, row.stage, row.base, row.audience, row.since, row.due_at, row.at, tuple(row.whom)
    )


def _tell(session: Session, reminders: Sequence[Reminder], now: datetime) -> None:
    mine = by_person(reminders, queries.told_of(session, [one.id for one in reminders]))
    opened = queries.open_digests(session, mine, now - OPEN_FOR)
    post, told = Post(now), list[dict[str, Any]]()
    for person in queries.people(session, mine):
        found = mine[person.id]
        if person.id in opened:
            ids = [_add_to(session, opened[person.id], found)] * len(found)
        elif len(found) > ONE_BY_ONE:
            ids = [_all_together(post, person, found)] * len(found)
        else:
            ids = _one_by_one(post, person, found)
        told += [
            {"reminder_id": one.id, "user_id": person.id, "notice_id": notice_id}
            for one, notice_id in zip(found, ids, strict=True)
        ]
    post.write(session)
    queries.note_told(session, told)


def _add_to(session: Session, notice: Any, found: Sequence[Reminder]) -> UUID:
    queries.change_facts(session, notice.id, together(found, notice.facts))
    notice_id: UUID = notice.id
    return notice_id


def _all_together(post: Post, person: Any, found: Sequence[Reminder]) -> UUID:
    urgent = any(is_late(one) for one in found)
    return post.add(person, Occasion.REMINDER_DIGEST, found[0].number, together(found), urgent=urgent)


def _one_by_one(post: Post, person: Any, found: Sequence[Reminder]) -> list[UUID]:
    """The most urgent is written last: it stands above the others in the inbox."""
    ids = [post.add(person, occasion_for(one), one.number, facts_of(one)) for one in reversed(found)]
    return ids[::-1]


def reminders_in(session: Session, notice_id: UUID, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """A page of the reminders that a notice tells of, the most urgent first, and the cursor of the next.

    Raises: BadCursor.
    """
    after = 0 if cursor is None else _place(cursor)
    found = queries.reminders_of(session, notice_id, limit=limit, after=after)
    rows, following = page(found, limit, lambda row: (row.id,))
    return {"items": [_listed(reminder_of(row)) for row in rows], "next_cursor": following}


def _listed(reminder: Reminder) -> dict[str, Any]:
    return {
        "number": reminder.number,
        "event": str(occasion_for(reminder)),
        "stage": reminder.stage,
        "since": to_rfc3339(reminder.since),
        "due_at": to_rfc3339(reminder.due_at),
        "at": to_rfc3339(reminder.at),
    }


def _place(cursor: str) -> int:
    value = decode_cursor(cursor, 1)[0]
    if not isinstance(value, int) or not 0 <= value < 2**63:
        fault = Fault("/cursor", "use next_cursor of an earlier answer, or leave it out")
        raise BadCursor("This cursor was not made here: start again without one.", faults=[fault])
    return value
