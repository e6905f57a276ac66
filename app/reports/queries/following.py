"""Reports as their senders, the desk and the tracking page see them, and what an erasure takes away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, or_, select, text, tuple_, update
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.accounts.rules import Role
from app.cases.models import Case, CaseClock, CaseEvent, CasePhoto, CaseReport, EventDetails
from app.cases.rules import State
from app.catalog.models import Type
from app.core.auth import Principal
from app.core.models import table
from app.grid.models import Area
from app.reports.models import Report, ReportCaller

_REPORT = insert(table(Report))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7216004))")

# Staff that see the reports of their areas; everybody else only their own. Source: domain.md §4.
DESK = (Role.OPERATOR, Role.SHIFT_LEADER, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)


def hold_id(session: Session, report_id: UUID) -> None:
    """Let only one transaction at a time submit a report with this id; the others wait for its outcome."""
    session.execute(_LOCK, {"name": str(report_id)})


def add_report(session: Session, values: Mapping[str, Any]) -> None:
    session.connection().execute(_REPORT, dict(values))


def change_report(session: Session, report_id: UUID, values: Mapping[str, Any]) -> None:
    session.execute(update(table(Report)).where(Report.id == report_id).values(dict(values)))


def sent_since(session: Session, sender: str, since: datetime) -> int:
    """How many reports this sender has sent since an instant."""
    query = select(func.count()).select_from(Report).where(Report.sender == sender, Report.received_at >= since)
    return session.execute(query).scalar_one()


_CELL = aliased(Area, name="cell")


def _with_cases() -> Select[*tuple[Any, ...]]:
    """A report with its cases as JSON, the name of its cell, its type and who rang."""
    on_cases = (
        select(
            func.json_agg(
                func.json_build_object(
                    "id", Case.id, "number", Case.number, "state", Case.state, "rating", CaseReport.rating
                )
            )
        )
        .select_from(CaseReport)
        .join(Case, Case.id == CaseReport.case_id)
        .where(CaseReport.report_id == Report.id)
        .correlate(Report)
        .scalar_subquery()
    )
    return (
        select(
            table(Report),
            _CELL.name.label("cell_name"),
            Type.scheme.label("type_scheme"),
            Type.kind.label("type_kind"),
            Type.code.label("type_code"),
            Type.name.label("type_name"),
            on_cases.label("cases"),
            ReportCaller.name.label("caller_name"),
            ReportCaller.phone.label("caller_phone"),
            ReportCaller.call_back.label("caller_call_back"),
            ReportCaller.language.label("caller_language"),
        )
        .select_from(Report)
        .outerjoin(_CELL, _CELL.code == Report.area_code)
        .outerjoin(Type, Type.id == Report.type_id)
        .outerjoin(ReportCaller, ReportCaller.report_id == Report.id)
    )


_ONE = _with_cases()


def report(session: Session, report_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """A report whoever asks; the caller decides whether to show it."""
    return session.execute(_ONE.where(Report.id == report_id)).one_or_none()


def report_by_code(session: Session, tracking_hash: str) -> Row[*tuple[Any, ...]] | None:
    return session.execute(_ONE.where(Report.tracking_hash == tracking_hash)).one_or_none()


def visible(principal: Principal) -> ColumnElement[bool]:
    """The reports a principal sees: their own wherever they lie, and for the desk those in its areas."""
    return _of(principal, DESK)


def _of(principal: Principal, desk: Sequence[Role]) -> ColumnElement[bool]:
    own = Report.reporter_id == principal.id if principal.id else Report.id.is_(None)
    prefixes = principal.areas(*desk) if principal.kind == "staff" else ()
    return or_(own, *(Report.area_code.startswith(prefix, autoescape=True) for prefix in prefixes))


def _seen_by(principal: Principal) -> Select[*tuple[Any, ...]]:
    """The reports a principal sees; `plain` says whether their words are among that: auditors read without them."""
    plain = _of(principal, [role for role in DESK if role is not Role.AUDITOR])
    return _ONE.add_columns(plain.label("plain")).where(visible(principal))


def visible_report(session: Session, report_id: UUID, principal: Principal) -> Row[*tuple[Any, ...]] | None:
    return session.execute(_seen_by(principal).where(Report.id == report_id)).one_or_none()


def reports_page(
    session: Session,
    principal: Principal,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
    sources: Sequence[str] = (),
) -> Sequence[Row[*tuple[Any, ...]]]:
    """``limit + 1`` reports that the principal sees, of these sources or all, newest first, after the cursor."""
    query = _seen_by(principal)
    if sources:
        query = query.where(Report.source.in_(sources))
    if after is not None:
        query = query.where(tuple_(Report.received_at, Report.id) < tuple_(*after))
    return session.execute(query.order_by(Report.received_at.desc(), Report.id.desc()).limit(limit + 1)).all()


def count_reports(
    session: Session, principal: Principal, *, most: int, sources: Sequence[str] = ()
) -> tuple[int, bool]:
    """How many reports the principal sees, counted up to ``most``; (count, whether it is exact)."""
    seen = select(Report.id).where(visible(principal)).limit(most + 1)
    if sources:
        seen = seen.where(Report.source.in_(sources))
    counted = session.execute(select(func.count()).select_from(seen.subquery())).scalar_one()
    return min(counted, most), counted <= most


def steps_of(session: Session, case_id: UUID) -> Sequence[Row[str, datetime]]:
    """(state, since when) for every state the case went through, in order."""
    event = CaseEvent
    to_state, from_state = event.after["state"].astext, event.before["state"].astext
    query = (
        select(to_state, event.at)
        .join(Case, and_(Case.id == event.case_id, Case.case_month == event.case_month))
        .where(event.case_id == case_id, or_(event.before.is_(None), to_state != from_state))
        .order_by(event.seq)
    )
    return session.execute(query).all()


def tracked(session: Session, case_id: UUID, report_id: UUID) -> Row[*tuple[Any, ...]]:
    """What the tracking page says of the case: instants, the handling deadline, what the reporter said already."""
    handling = (
        select(CaseClock.due_at)
        .where(CaseClock.case_id == Case.id, CaseClock.stage == "handling")
        .order_by(CaseClock.ordinal.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(Case.closed_at, handling.label("expected_at"), CaseReport.rating, CaseReport.reopened_at)
        .select_from(Case)
        .outerjoin(CaseReport, and_(CaseReport.case_id == Case.id, CaseReport.report_id == report_id))
        .where(Case.id == case_id)
    )
    return session.execute(query).one()


def photos_of_case(session: Session, case_id: UUID) -> Sequence[Row[UUID, str, datetime]]:
    """(photo_id, role, added_at) of the case's photos."""
    photo = CasePhoto
    query = select(photo.photo_id, photo.role, photo.added_at).where(photo.case_id == case_id)
    return session.execute(query.order_by(photo.seq, photo.photo_id)).all()


def phone_of(session: Session, user_id: UUID) -> str | None:
    """Where to write to a citizen."""
    return session.execute(select(User.phone).where(User.id == user_id)).scalar()


def rejection_of(session: Session, case_id: UUID) -> str | None:
    """The reason that the case's last rejection gave; None where none was given, or it was erased."""
    event, detail = CaseEvent, EventDetails
    same = and_(detail.case_month == event.case_month, detail.case_id == event.case_id, detail.seq == event.seq)
    query = (
        select(detail.details["reason"].astext)
        .select_from(event)
        .join(Case, and_(Case.id == event.case_id, Case.case_month == event.case_month))
        .outerjoin(detail, same)
        .where(event.case_id == case_id, event.after["state"].astext == State.REJECTED.value)
        .where(event.before["state"].astext != State.REJECTED.value)
    )
    return session.execute(query.order_by(event.seq.desc()).limit(1)).scalar()


# From the case that the report opened, to those split off it (which show its words as well), and to those they were
# merged into, wherever the report belongs today.
_TOLD = text("""
    WITH RECURSIVE told (id, case_month, merged_into, words) AS (
        SELECT id, case_month, merged_into, true FROM cases WHERE number = :number
        UNION
        SELECT next.id, next.case_month, next.merged_into, next.words
          FROM told, LATERAL (
            SELECT c.id, c.case_month, c.merged_into, false AS words FROM cases c WHERE c.id = told.merged_into
            UNION ALL
            SELECT c.id, c.case_month, c.merged_into, true
              FROM case_events e JOIN cases c ON c.number = e.inputs ->> 'split_into'
             WHERE told.words AND e.case_month = told.case_month AND e.case_id = told.id AND e.action = 'split'
          ) next
    )
    SELECT c.id, bool_or(coalesce(t.words, false)) AS words
      FROM cases c
      LEFT JOIN told t ON t.id = c.id
     WHERE c.id IN (SELECT id FROM told UNION SELECT case_id FROM case_reports WHERE report_id = :report_id)
     GROUP BY c.id, c.number ORDER BY c.number""")


def cases_told(session: Session, number: str, report_id: UUID) -> Sequence[Row[UUID, bool]]:
    """(case_id, whether it shows the report's words) of every case that ever knew of the report, by number."""
    return session.execute(_TOLD, {"number": number, "report_id": report_id}).all()


_FORGET_ANSWERS = text("""
    UPDATE idempotency_keys SET status = 204, headers = '{}', body = NULL
     WHERE position(convert_to(:report_id, 'UTF8') IN body) > 0""")
_FORGET_MESSAGES = text("DELETE FROM outbox WHERE position(:code IN text) > 0")


def forget_copies(session: Session, report_id: UUID, code: str) -> None:
    """Delete what else holds a report's words or its sender's number: answers kept for repeated requests, messages."""
    session.execute(_FORGET_ANSWERS, {"report_id": str(report_id)})
    session.execute(_FORGET_MESSAGES, {"code": code})


def own_events(session: Session, case_id: UUID, report_id: UUID) -> Sequence[int]:
    """The numbers of the events that this report's sender made: they name the report."""
    event = CaseEvent
    query = (
        select(event.seq)
        .join(Case, and_(Case.id == event.case_id, Case.case_month == event.case_month))
        .where(event.case_id == case_id, event.inputs["report_id"].astext == str(report_id))
    )
    return session.execute(query).scalars().all()


# What an event brought stands in its details until it is erased; other cases that show it (after a
# split or merge) have it in no event.
_PHOTOS_OF_NOBODY_ELSE = text("""
    WITH mine AS (
        SELECT e.case_month, e.case_id, e.seq
          FROM cases c JOIN case_events e ON e.case_month = c.case_month AND e.case_id = c.id
         WHERE c.id = ANY(:case_ids) AND e.inputs ->> 'report_id' = :report_id),
    sent AS (
        SELECT DISTINCT CAST(photo.id AS uuid) AS id
          FROM mine JOIN event_details d USING (case_month, case_id, seq),
               jsonb_array_elements_text(d.details -> 'photo_ids') AS photo (id))
    SELECT s.id FROM sent s
     WHERE NOT EXISTS (
        SELECT FROM case_photos p
          JOIN cases c ON c.id = p.case_id
          JOIN event_details d ON d.case_month = c.case_month AND d.case_id = c.id
         WHERE p.photo_id = s.id AND d.details -> 'photo_ids' @> to_jsonb(CAST(s.id AS text))
           AND NOT EXISTS (SELECT FROM mine WHERE mine.case_id = d.case_id AND mine.seq = d.seq))""")


def photos_of_nobody_else(session: Session, report_id: UUID, case_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The photos that the report's sender brought to these cases and that no other report or action has used."""
    wanted = {"report_id": str(report_id), "case_ids": list(case_ids)}
    return session.execute(_PHOTOS_OF_NOBODY_ELSE, wanted).scalars().all()
