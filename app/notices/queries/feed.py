"""The change feed as somebody may see it, and as readers inside the house go through it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseReport
from app.core import feed
from app.core.feed import Cursor
from app.core.models import table
from app.notices.models import FeedReader

ChangeRow = Row[*tuple[Any, ...]]


def seen_among(session: Session, ids: Collection[UUID], reasons: Sequence[ColumnElement[bool]]) -> frozenset[UUID]:
    """Those of some cases for which one of the reasons holds."""
    if not ids or not reasons:
        return frozenset()
    return frozenset(session.execute(select(Case.id).where(Case.id.in_(ids), or_(*reasons))).scalars())


def reporters_among(session: Session, ids: Collection[UUID]) -> frozenset[UUID | None]:
    """Everybody who reported one of these cases."""
    query = select(CaseReport.reporter_id).where(CaseReport.case_id.in_(ids))
    return frozenset(session.execute(query).scalars())


def unread(session: Session, cursor: Cursor, *, limit: int) -> list[ChangeRow]:
    """The next rows of the feed, oldest first, whoever may see them."""
    return list(session.execute(feed.after(cursor, limit)))


def reader_place(session: Session, name: str, *, from_the_start: bool = False) -> Cursor | None:
    """How far this reader has read, locked; None where another process reads for it at this moment.

    A reader that begins, or whose feed was restored from a backup since, has read everything there is; one
    `from_the_start` has read nothing.
    """
    fresh = feed.newest(session)
    if from_the_start:
        fresh = Cursor(fresh.epoch, -1, 0)
    values = {"name": name, "epoch": fresh.epoch, "xid": fresh.xid, "seq": fresh.seq}
    session.execute(insert(table(FeedReader)).values(values).on_conflict_do_nothing())
    query = select(FeedReader.epoch, FeedReader.xid, FeedReader.seq).where(FeedReader.name == name)
    row = session.execute(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    return Cursor(row.epoch, row.xid, row.seq) if row.epoch == fresh.epoch else fresh


def move_reader(session: Session, name: str, cursor: Cursor) -> None:
    """Keep how far a reader has read."""
    values = {"epoch": cursor.epoch, "xid": cursor.xid, "seq": cursor.seq}
    session.execute(update(table(FeedReader)).where(FeedReader.name == name).values(values))
