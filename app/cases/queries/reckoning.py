"""Running clocks whose deadline an older version of their calendar says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseClock
from app.core.models import AdminChange
from app.sla.rules import Calendar

# Units that run day and night do not ask the calendar.
ASKING = ("working_hour", "working_day")


def clocks_by_older_versions(
    session: Session,
    calendar: Calendar,
    *,
    after: str = "",
    most: int | None = None,
    cases: Sequence[UUID] = (),
    provisional: bool = False,
) -> Sequence[Row[Any]]:
    """Clocks that run by versions of a calendar before this one, in the order of the cases' numbers.

    cases: only theirs. provisional: only deadlines beyond the days that were published.

    Shape:  (case_id, number, stage, amount, unit, segment_at, spent_us, yellow_at, due_at, calendar_version).
    """
    clock = CaseClock
    shown: list[Any] = [clock.case_id, Case.number, clock.stage, clock.amount, clock.unit, clock.segment_at]
    shown += [clock.spent_us, clock.yellow_at, clock.due_at, clock.calendar_version]
    query = (
        select(*shown)
        .join(Case, Case.id == clock.case_id)
        .where(
            clock.ended_at.is_(None),
            clock.paused_at.is_(None),
            clock.unit.in_(ASKING),
            clock.calendar_code == calendar.code,
            clock.calendar_version < calendar.version,
            Case.number > after,
        )
        .order_by(Case.number)
        .limit(most)
    )
    if provisional:
        query = query.where(clock.provisional)
    if cases:
        query = query.where(clock.case_id.in_(cases))
    return session.execute(query).all()


def count_by_older_versions(session: Session, calendar: Calendar) -> int:
    """How many clocks run by versions of a calendar before this one; all of them are looked at, some of them move."""
    clock = CaseClock
    query = select(func.count()).where(
        clock.ended_at.is_(None),
        clock.paused_at.is_(None),
        clock.unit.in_(ASKING),
        clock.calendar_code == calendar.code,
        clock.calendar_version < calendar.version,
    )
    return session.execute(query).scalar_one()


def last_change(session: Session, action: str, subject: str) -> Row[Any] | None:
    """(at, detail) of the newest line of the record of administrative changes with this action and subject."""
    query = select(AdminChange.at, AdminChange.detail).where(
        AdminChange.action == action, AdminChange.subject == subject
    )
    return session.execute(query.order_by(AdminChange.at.desc(), AdminChange.id.desc()).limit(1)).one_or_none()
