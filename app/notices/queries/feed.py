"""The change feed as somebody may see it, and as readers inside the house go through it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, false, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import visible
from app.core import feed
from app.core.auth import Principal
from app.core.feed import Cursor, Kind
from app.core.models import table
from app.notices.models import FeedReader

ChangeRow = Row[*tuple[Any, ...]]


def changes_after(session: Session, cursor: Cursor, principal: Principal, *, limit: int) -> list[ChangeRow]:
    """The next rows of the feed, oldest first: (xid, seq, kind, data, shown).

    All that were looked at are given, so that the cursor moves on; `shown` says which of them the principal may see:
    what happens to a case by the same clause that shows cases, a task to whom it was given.
    """
    page = feed.after(cursor, limit).cte("page")
    asked = and_(page.c.kind == Kind.TASK_ASSIGNED, page.c.assignee_id == principal.id)
    seen = and_(page.c.kind != Kind.TASK_ASSIGNED, Case.id.is_not(None), visible(principal))
    shown = or_(false() if principal.id is None else asked, seen).label("shown")
    query = select(page.c.xid, page.c.seq, page.c.kind, page.c.data, shown)
    return list(
        session.execute(
            query.select_from(page.outerjoin(Case, Case.id == page.c.entity_id)).order_by(page.c.xid, page.c.seq)
        )
    )


def unread(session: Session, cursor: Cursor, *, limit: int) -> list[ChangeRow]:
    """The next rows of the feed for a reader inside the house, whoever may see them."""
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
