"""Notices, and whom they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, literal, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, User
from app.accounts.queries.visibility import live_grants
from app.accounts.rules import Role
from app.cases.models import Case, CaseEvent, CaseReport
from app.core.models import table
from app.notices.models import Notice

AnyRow = Row[*tuple[Any, ...]]
_NOTICES = table(Notice)


def events_of(session: Session, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], AnyRow]:
    """Events of cases by case and version, with where the case lies now."""
    if not wanted:
        return {}
    event = CaseEvent
    query = select(event.case_id, event.case_month, event.seq, event.action, event.at, event.before, event.after)
    query = query.add_columns(event.inputs, Case.current_cell)
    query = query.join(Case, (Case.id == event.case_id) & (Case.case_month == event.case_month))
    rows = session.execute(query.where(tuple_(event.case_id, event.seq).in_(list(wanted))))
    return {(row.case_id, row.seq): row for row in rows}


def unit_managers(session: Session, organization_id: UUID, now: datetime) -> set[UUID]:
    """Who manages this organisation."""
    query = select(GrantRow.user_id).where(GrantRow.organization_id == organization_id, live_grants(now))
    return set(session.scalars(query.where(GrantRow.role == Role.UNIT_MANAGER)))


def dispatchers(session: Session, cell: str, now: datetime) -> set[UUID]:
    """Who dispatches on this ground."""
    query = select(GrantRow.user_id).where(GrantRow.role == Role.DISPATCHER, live_grants(now))
    return set(session.scalars(query.where(literal(cell).startswith(GrantRow.area_code))))


# Tasks that the taking over ended, and whoever had taken the case over before; never the one who takes it now.
_FORMER = text("""
    WITH actors AS (
        SELECT e.seq, (d.details -> 'actor' ->> 'id')::uuid AS id
          FROM case_events e JOIN event_details d USING (case_month, case_id, seq)
         WHERE e.case_month = :month AND e.case_id = :case AND e.action = 'take_over' AND e.seq <= :seq)
    SELECT assignee_id FROM case_tasks
     WHERE case_id = :case AND closed_at = :at
       AND assignee_id IS DISTINCT FROM (SELECT id FROM actors WHERE seq = :seq)
    UNION
    SELECT id FROM (SELECT id FROM actors WHERE seq < :seq ORDER BY seq DESC LIMIT 1) earlier
     WHERE id IS NOT NULL AND id IS DISTINCT FROM (SELECT id FROM actors WHERE seq = :seq)""")


def former_holders(session: Session, event: Any) -> set[UUID]:
    """From whom a case was taken over by this event."""
    values = {"month": event.case_month, "case": event.case_id, "seq": event.seq, "at": event.at}
    return set(session.scalars(_FORMER, values))


def reporters(session: Session, case_id: UUID) -> set[UUID]:
    """Whose reports belong to the case, as far as they are known."""
    query = select(CaseReport.reporter_id).where(CaseReport.case_id == case_id, CaseReport.reporter_id.is_not(None))
    return {found for found in session.scalars(query) if found is not None}


def people(session: Session, wanted: Iterable[UUID]) -> list[AnyRow]:
    """(id, kind, phone) of those who can still sign in."""
    query = select(User.id, User.kind, User.phone).where(User.id.in_(list(wanted)), User.disabled_at.is_(None))
    return list(session.execute(query.order_by(User.id)))


def add_notice(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(insert(_NOTICES).values(dict(values)))


def notices_page(
    session: Session, user_id: UUID, *, unread: bool, limit: int, after: tuple[datetime, UUID] | None
) -> list[AnyRow]:
    """One row more than the page, newest first."""
    query = select(_NOTICES).where(_NOTICES.c.user_id == user_id)
    if unread:
        query = query.where(_NOTICES.c.read_at.is_(None))
    if after is not None:
        query = query.where(tuple_(_NOTICES.c.created_at, _NOTICES.c.id) < tuple_(*after))
    return list(session.execute(query.order_by(_NOTICES.c.created_at.desc(), _NOTICES.c.id.desc()).limit(limit + 1)))


def unread_count(session: Session, user_id: UUID) -> int:
    """How many of their notices somebody has not read."""
    query = select(func.count()).where(_NOTICES.c.user_id == user_id, _NOTICES.c.read_at.is_(None))
    return int(session.execute(query).scalar_one())


def note_read(session: Session, user_id: UUID, notice_id: UUID, now: datetime) -> AnyRow | None:
    """Mark a notice as read, once; None where this user has no such notice."""
    statement = update(_NOTICES).where(_NOTICES.c.id == notice_id, _NOTICES.c.user_id == user_id)
    values = {"read_at": func.coalesce(_NOTICES.c.read_at, now)}
    return session.execute(statement.values(values).returning(*_NOTICES.c)).one_or_none()


def due_texts(session: Session, now: datetime, most: int) -> list[AnyRow]:
    """(id, occasion, audience, number, phone) of messages that phones may get now, locked."""
    query = select(_NOTICES.c.id, _NOTICES.c.occasion, _NOTICES.c.audience, _NOTICES.c.number, User.phone)
    query = query.join(User, User.id == _NOTICES.c.user_id)
    query = query.where(_NOTICES.c.text_due_at <= now, _NOTICES.c.text_sent_at.is_(None), User.phone.is_not(None))
    query = query.order_by(_NOTICES.c.text_due_at).limit(most)
    return list(session.execute(query.with_for_update(of=_NOTICES, skip_locked=True)))


def note_sent(session: Session, notice_ids: Collection[UUID], now: datetime) -> None:
    """Keep that these messages were handed to the gateway."""
    session.execute(update(_NOTICES).where(_NOTICES.c.id.in_(list(notice_ids))).values(text_sent_at=now))


# A message in the outbox is known by phone and number.
_FORGET_TOLD = text("""
    WITH gone AS (
        DELETE FROM notices n
         WHERE n.number = :number AND n.audience = 'citizen'
           AND NOT EXISTS (SELECT FROM case_reports r WHERE r.case_id = :case AND r.reporter_id = n.user_id)
        RETURNING n.user_id)
    DELETE FROM outbox USING gone JOIN users u ON u.id = gone.user_id
     WHERE outbox.recipient = u.phone AND position(:number IN outbox.text) > 0""")


def forget_told(session: Session, case_id: UUID, number: str) -> None:
    """Delete what tied citizens to a case whose reporters they no longer are, messages to their phones included."""
    session.execute(_FORGET_TOLD, {"case": case_id, "number": number})
