"""Reading the change feed for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.core import feed
from app.core.auth import Principal
from app.core.feed import Cursor
from app.notices import queries

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody may hear of, and the cursor after it."""

    kind: str
    data: Mapping[str, Any]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Heard:
    """What was new; `cursor` is the place to go on from, `more` whether that would find something at once."""

    events: tuple[Event, ...]
    cursor: Cursor
    more: bool


def begin(session: Session, last: str | None) -> Cursor:
    """Where a stream begins: after the last event that its client had, or now.

    Raises: BadCursor, CursorExpired.
    """
    return feed.newest(session) if last is None else feed.resumed(session, last)


def hear(session: Session, cursor: Cursor, principal: Principal) -> Heard:
    """What the principal may hear of after this place; one statement."""
    rows = queries.changes_after(session, cursor, principal, limit=ROWS_AT_ONCE)
    events = tuple(Event(row.kind, row.data, cursor.at(row.xid, row.seq)) for row in rows if row.shown)
    place = cursor.at(rows[-1].xid, rows[-1].seq) if rows else cursor
    return Heard(events, place, len(rows) == ROWS_AT_ONCE)
