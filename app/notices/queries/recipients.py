"""Whom something about a case is for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, literal, or_, select, text, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import GrantRow, User
from app.accounts.queries.visibility import live_grants
from app.accounts.rules import Role
from app.cases.models import Case, CaseEvent, CaseReport, EventDetails
from app.notices.models import Contact
from app.sla.models import SourceRow
from app.sla.rules import Reply

AnyRow = Row[*tuple[Any, ...]]
_INTO = aliased(Case, name="into_case")


def events_of(session: Session, wanted: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], AnyRow]:
    """Events of cases by case and version: with who acted (None once erased), with where the case lies and who handles
    it now, and with the case that it was merged into.
    """
    if not wanted:
        return {}
    event, details = CaseEvent, EventDetails
    query = select(event.case_id, event.case_month, event.seq, event.action, event.at, event.before, event.after)
    query = query.add_columns(
        event.inputs,
        Case.current_cell,
        Case.handler_id,
        _INTO.id.label("into_id"),
        _INTO.number.label("into_number"),
        details.details["actor"]["id"].astext.label("actor_id"),
    )
    query = query.join(Case, (Case.id == event.case_id) & (Case.case_month == event.case_month))
    query = query.outerjoin(_INTO, _INTO.id == Case.merged_into)
    same = (details.case_month == event.case_month, details.case_id == event.case_id, details.seq == event.seq)
    query = query.outerjoin(details, and_(*same))
    rows = session.execute(query.where(tuple_(event.case_id, event.seq).in_(list(wanted))))
    return {(row.case_id, row.seq): row for row in rows}


def unit_managers(session: Session, organization_id: UUID, now: datetime) -> set[UUID]:
    """Who manages this organisation and was not shut out."""
    query = select(GrantRow.user_id).join(User, User.id == GrantRow.user_id)
    query = query.where(GrantRow.organization_id == organization_id, live_grants(now), User.disabled_at.is_(None))
    return set(session.scalars(query.where(GrantRow.role == Role.UNIT_MANAGER)))


def dispatchers(session: Session, cell: str, now: datetime) -> set[UUID]:
    """Who dispatches on this ground."""
    query = select(GrantRow.user_id).where(GrantRow.role == Role.DISPATCHER, live_grants(now))
    return set(session.scalars(query.where(literal(cell).startswith(GrantRow.area_code))))


def reporters(session: Session, case_id: UUID) -> set[UUID]:
    """Whose reports belong to the case, as far as they are known; citizens where the source's reply is a message."""
    query = select(CaseReport.reporter_id).join(User, User.id == CaseReport.reporter_id)
    query = query.join(SourceRow, SourceRow.source == CaseReport.source)
    query = query.where(CaseReport.case_id == case_id, or_(User.kind == "staff", SourceRow.reply == Reply.MESSAGE))
    return {found for found in session.scalars(query) if found is not None}


# A merged case has no reports of its own any more; who reported it, and what had been merged into it before.
_JOINED = """
    WITH RECURSIVE up AS (
        SELECT id, merged_into FROM cases WHERE id = :case
        UNION
        SELECT c.id, c.merged_into FROM up JOIN cases c ON c.id = up.merged_into),
    joined AS (
        SELECT id, case_month, number, reporter_id FROM cases WHERE id = {start}
        UNION
        SELECT c.id, c.case_month, c.number, c.reporter_id
          FROM joined j
          JOIN case_events e ON e.case_month = j.case_month AND e.case_id = j.id AND e.action = 'merge'
          JOIN cases c ON c.number = e.inputs ->> 'absorbed')"""
_MOVED = text(_JOINED.format(start=":case") + " SELECT reporter_id FROM joined WHERE reporter_id IS NOT NULL")  # noqa: S608 -- constants


def moved_reporters(session: Session, case_id: UUID, into_id: UUID) -> set[UUID]:
    """Whose reports came from one case into another when the first one was merged."""
    return set(session.scalars(_MOVED, {"case": case_id})) & reporters(session, into_id)


_CONTACTS = (
    select(
        func.json_agg(
            func.json_build_object("channel", Contact.channel, "wanted", Contact.wanted, "quiet", Contact.quiet_hours)
        )
    )
    .where(Contact.user_id == User.id, Contact.verified_at.is_not(None))
    .correlate(User)
    .scalar_subquery()
)


def people(session: Session, wanted: Iterable[UUID]) -> list[AnyRow]:
    """(id, kind, phone, contacts) of those who can still sign in.

    Shape: contacts are those that were confirmed, [{channel, wanted, quiet}] or None.
    """
    query = select(User.id, User.kind, User.phone, _CONTACTS.label("contacts"))
    query = query.where(User.id.in_(list(wanted)), User.disabled_at.is_(None))
    return list(session.execute(query.order_by(User.id)))


# A message in the outbox is known by phone and number.
_FORGET_TOLD = text(
    _JOINED.format(start="(SELECT id FROM up WHERE merged_into IS NULL)")  # noqa: S608 -- constants
    + """, gone AS (
        DELETE FROM notices n
         WHERE n.number IN (SELECT number FROM joined) AND n.audience = 'citizen'
           AND NOT EXISTS (SELECT FROM case_reports r
                            WHERE r.case_id IN (SELECT id FROM joined) AND r.reporter_id = n.user_id)
        RETURNING n.user_id, n.number)
    DELETE FROM outbox USING gone JOIN users u ON u.id = gone.user_id
     WHERE outbox.recipient = u.phone AND position(gone.number IN outbox.text) > 0"""
)


def forget_told(session: Session, case_id: UUID) -> None:
    """Delete what tied citizens to a case whose reporters they no longer are, and to all that it was merged with;
    messages to their phones included.
    """
    session.execute(_FORGET_TOLD, {"case": case_id})
