"""Reading the change feed for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.queries.visibility import rare_reasons, reasons, sees_only_reported, shared_reasons, sight
from app.core import feed
from app.core.auth import Principal
from app.core.bell import Bell
from app.core.feed import Cursor, Kind
from app.core.once import Once
from app.notices import queries

ROWS_AT_ONCE = 500
MOMENT_S = 1.0
"""So old may be what was read for another stream at the same ring; after a ring all is read anew."""


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


class Listeners:
    """Those who follow the feed in one process: what one of them has read at a ring is not read again for the others.

    Whether a case is shown is asked of the database all the same, by the clauses that show cases: once for all who see
    the same by their ground, and once for each of those who see more for reasons of their own.
    """

    def __init__(self, moment_s: float = MOMENT_S) -> None:
        self._once = Once(moment_s)

    def hear(self, session: Session, cursor: Cursor, principal: Principal, rings: int = 0) -> Heard:
        """What the principal may hear of after this place; `rings` was counted before."""
        rows = self._once.ask((rings, cursor), lambda: queries.unread(session, cursor, limit=ROWS_AT_ONCE))
        seen = self._seen(session, frozenset(row.entity_id for row in rows if not _is_task(row)), principal, rings)
        mine = (row for row in rows if (row.assignee_id == principal.id if _is_task(row) else row.entity_id in seen))
        events = tuple(Event(row.kind, row.data, cursor.at(row.xid, row.seq)) for row in mine)
        place = cursor.at(rows[-1].xid, rows[-1].seq) if rows else cursor
        return Heard(events, place, len(rows) == ROWS_AT_ONCE)

    def _seen(self, session: Session, ids: frozenset[UUID], principal: Principal, rings: int) -> frozenset[UUID]:
        """Those of some cases that the principal sees."""
        if principal.kind != "staff":
            return queries.seen_among(session, ids, reasons(principal))
        ask = self._once.ask
        seen = ask((rings, ids, sight(principal)), lambda: queries.seen_among(session, ids, shared_reasons(principal)))
        left = ids - seen
        if not left:
            return seen
        if sees_only_reported(principal):
            reporters = ask((rings, left, "reporters"), lambda: queries.reporters_among(session, left))
            if principal.id not in reporters:
                return seen
        # Of one person with several streams.
        own = ask((rings, left, principal), lambda: queries.seen_among(session, left, rare_reasons(principal)))
        return seen | own


def _is_task(row: queries.ChangeRow) -> bool:
    return bool(row.kind == Kind.TASK_ASSIGNED)


@cache
def listeners(bell: Bell) -> Listeners:
    """Those whom this bell wakes: all of this process."""
    del bell
    return Listeners()
