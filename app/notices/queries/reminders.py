"""Reminders on their way into inboxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseClock, CaseReminder
from app.core.feed import HORIZON, Cursor
from app.core.models import table
from app.notices.models import Notice, NoticeMessage, NoticeReminder
from app.notices.rules import Occasion

AnyRow = Row[*tuple[Any, ...]]
_TOLD = table(NoticeReminder)
_NOTICES = table(Notice)
_ROWS = (
    select(
        CaseReminder.id,
        CaseReminder.xid,
        CaseReminder.audience,
        CaseReminder.whom,
        CaseReminder.since,
        CaseReminder.at,
        CaseReminder.base,
        Case.number,
        CaseClock.stage,
        CaseClock.due_at,
    )
    .select_from(CaseReminder)
    .join(Case, Case.id == CaseReminder.case_id)
    .join(CaseClock, (CaseClock.case_id == CaseReminder.case_id) & (CaseClock.ordinal == CaseReminder.ordinal))
)


def reminders_after(session: Session, cursor: Cursor, limit: int) -> list[AnyRow]:
    """The next reminders that nobody was told of, in the order in which they were committed for good.

    Numbers are given before their transaction commits, so the place is one of the change feed's kind.
    """
    place = tuple_(CaseReminder.xid, CaseReminder.id)
    query = _ROWS.where(
        CaseReminder.xid.is_not(None), place > tuple_(cursor.xid, cursor.seq), CaseReminder.xid < HORIZON
    )
    return list(session.execute(query.order_by(CaseReminder.xid, CaseReminder.id).limit(limit)))


def told_of(session: Session, reminder_ids: Collection[int]) -> frozenset[tuple[int, UUID]]:
    """Which of these reminders were told to whom already."""
    query = select(_TOLD.c.reminder_id, _TOLD.c.user_id).where(_TOLD.c.reminder_id.in_(list(reminder_ids)))
    return frozenset((row.reminder_id, row.user_id) for row in session.execute(query))


def note_told(session: Session, told: Sequence[Mapping[str, Any]]) -> None:
    """Keep which notice told whom of which reminder; the key refuses a second time."""
    if told:
        session.execute(insert(_TOLD), list(told))


def open_digests(session: Session, user_ids: Iterable[UUID], since: datetime) -> dict[UUID, AnyRow]:
    """By person, what was told them together since then that may still take in more: unread, and sent nowhere."""
    message = NoticeMessage
    sent = exists().where(message.notice_id == _NOTICES.c.id, message.sent_at.is_not(None))
    query = select(_NOTICES.c.id, _NOTICES.c.user_id, _NOTICES.c.facts).where(
        _NOTICES.c.user_id.in_(list(user_ids)),
        _NOTICES.c.created_at > since,
        _NOTICES.c.occasion == Occasion.REMINDER_DIGEST.value,
        _NOTICES.c.read_at.is_(None),
        ~sent,
    )
    rows = session.execute(query.order_by(_NOTICES.c.created_at, _NOTICES.c.id).with_for_update())
    return {row.user_id: row for row in rows}


def change_facts(session: Session, notice_id: UUID, facts: Mapping[str, Any]) -> None:
    """A notice says more than it did."""
    session.execute(update(_NOTICES).where(_NOTICES.c.id == notice_id).values(facts=dict(facts)))


def reminders_of(session: Session, notice_id: UUID, *, limit: int, after: int) -> list[AnyRow]:
    """What a notice tells of, the most urgent first; one row more than the page."""
    query = _ROWS.join(NoticeReminder, NoticeReminder.reminder_id == CaseReminder.id)
    query = query.where(NoticeReminder.notice_id == notice_id, NoticeReminder.reminder_id > after)
    return list(session.execute(query.order_by(NoticeReminder.reminder_id).limit(limit + 1)))
