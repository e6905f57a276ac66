"""The change feed as somebody may see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, false, or_, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import visible
from app.core import feed
from app.core.auth import Principal
from app.core.feed import Cursor, Kind

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
