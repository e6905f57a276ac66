"""The change feed: what changed, in an order that loses nothing.

A reader who asks for "numbers above the last one I saw" loses rows in PostgreSQL, because a lower number may commit
later. So a cursor is (epoch, transaction, number), and rows are given only once every older transaction has ended.
Source: docs/adr/0012-change-feed.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, func, insert, literal_column, select, text, tuple_
from sqlalchemy.orm import Session

from app.core.errors import Gone
from app.core.models import Change, FeedEpoch, table
from app.core.paging import BadCursor, decode_cursor, encode_cursor

CHANNEL = "fieldgrid_changes"
KEPT_DAYS = 180
RUNNING = """(
    SELECT least(
        coalesce(min(running::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint),
        pg_current_xact_id_if_assigned()::text::bigint)
      FROM pg_snapshot_xip(pg_current_snapshot()) AS running
     WHERE running::xid NOT IN (
        WITH held AS MATERIALIZED (SELECT * FROM pg_locks WHERE granted AND locktype IN ('transactionid', 'relation'))
        SELECT transactionid FROM held
         WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND virtualtransaction IN (
            SELECT virtualtransaction FROM held
             WHERE database NOT IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))))"""
HORIZON = literal_column(RUNNING, BigInteger)
"""The oldest transaction that still runs and may write here: what is older has ended for good.

One that holds a table of another database cannot write here, and keeps nobody waiting. Whatever is not known to be
elsewhere counts as here.
"""


class Kind(StrEnum):
    """What happened; the names of the stream's events."""

    CASE_CREATED = "case.created"
    CASE_CHANGED = "case.changed"
    CASE_LAMP = "case.lamp"
    TASK_ASSIGNED = "task.assigned"
    POSITION = "position"


class CursorExpired(Gone):
    slug = "cursor-expired"
    title = "The feed no longer goes back so far"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, with what its readers need to know whether it is theirs.

    Shape: `area_code` is the cell where the thing lies now, `unit_ids` the organisations that have or had it,
           `assignee_id` who was asked (of a task) or who handles it (of a case).
    """

    kind: Kind
    collection: str
    entity_id: UUID
    number: str
    version: int
    state: str
    area_code: str | None = None
    zone_code: str | None = None
    unit_ids: Sequence[UUID] = ()
    assignee_id: UUID | None = None

    @property
    def values(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "collection": self.collection,
            "entity_id": self.entity_id,
            "number": self.number,
            "version": self.version,
            "data": {"number": self.number, "state": self.state, "version": self.version},
            "area_code": self.area_code,
            "zone_code": self.zone_code,
            "unit_ids": list(self.unit_ids),
            "assignee_id": self.assignee_id,
        }


_APPEND = insert(table(Change)).returning(func.pg_notify(CHANNEL, ""))


def append(session: Session, *entries: Entry) -> None:
    """Add to the feed what this unit of work changes; it is there, and wakes readers, if the unit commits."""
    if entries:
        rows = [entry.values for entry in entries]
        # A single row, as nearly always, costs half of what a list of one costs.
        session.connection().execute(_APPEND, rows if len(rows) > 1 else rows[0])


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the feed. Every row up to it was given, every row after it was not."""

    epoch: UUID
    xid: int
    seq: int

    @property
    def text(self) -> str:
        """As clients keep it, without knowing what it means."""
        return encode_cursor(str(self.epoch), self.xid, self.seq)

    def at(self, xid: int, seq: int) -> Cursor:
        """A later place of the same epoch."""
        return Cursor(self.epoch, xid, seq)


_NOW = select(FeedEpoch.epoch, HORIZON)


def newest(session: Session) -> Cursor:
    """The cursor of somebody who has read everything that can be read now."""
    epoch, horizon = session.execute(_NOW).one()
    return Cursor(epoch, horizon, 0)


def resumed(session: Session, given: str) -> Cursor:
    """The cursor that a client kept.

    Raises: BadCursor when it was not made here; CursorExpired when the feed was restored from a backup since, or rows
            after it were purged: the client has to read everything afresh.
    """
    epoch, xid, seq = _parts(given)
    known, purged = session.execute(select(FeedEpoch.epoch, FeedEpoch.purged_xid)).one()
    if epoch != known or xid < purged:
        raise CursorExpired("What changed since this cursor is no longer known: read everything afresh.")
    return Cursor(epoch, xid, seq)


def _parts(given: str) -> tuple[UUID, int, int]:
    epoch, xid, seq = decode_cursor(given, 3)
    numbers = isinstance(xid, int) and isinstance(seq, int) and 0 <= xid < 2**63 and 0 <= seq < 2**63
    try:
        found = UUID(epoch)
    except (TypeError, ValueError, AttributeError):
        found = None
    if found is None or not numbers:
        raise BadCursor("This cursor was not made here: start again without one.")
    return found, xid, seq


def after(cursor: Cursor, limit: int) -> Select[*tuple[Any, ...]]:
    """The statement that gives the next rows of the feed, oldest first, whoever may see them."""
    place = tuple_(Change.xid, Change.seq)
    query = select(table(Change)).where(place > tuple_(cursor.xid, cursor.seq), Change.xid < HORIZON)
    return query.order_by(Change.xid, Change.seq).limit(limit)


def purge(session: Session) -> int:
    """Forget what is older than the promised time; returns how many rows."""
    return int(session.execute(text("SELECT purge_changes(:days)"), {"days": KEPT_DAYS}).scalar_one())
