"""Call-backs: whom an ended case owes one, the list of the desk, and what was tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, User
from app.accounts.queries.visibility import covered, live_grants
from app.accounts.rules import Role
from app.cases.models import Case, CaseEvent, CaseReport
from app.core.auth import Principal
from app.core.models import table
from app.grid.models import Area
from app.reports.models import CallBack, Report, ReportCaller
from app.reports.queries.callers import RINGING
from app.reports.rules import CallBackState, Wanted

AnyRow = Row[*tuple[Any, ...]]
_ADD = insert(table(CallBack)).on_conflict_do_nothing()
_OPEN = and_(CallBack.done_at.is_(None), CallBack.withdrawn_at.is_(None))


def happened(session: Session, wanted: Sequence[tuple[UUID, int]]) -> Sequence[AnyRow]:
    """(case_id, seq, at, before, after) of these events, given by case and number, in their order."""
    event = CaseEvent
    query = select(event.case_id, event.seq, event.at, event.before, event.after)
    query = query.join(Case, and_(Case.id == event.case_id, Case.case_month == event.case_month))
    query = query.where(tuple_(event.case_id, event.seq).in_(list(wanted)))
    return session.execute(query.order_by(event.case_id, event.seq)).all()


def owed(session: Session, case_ids: Iterable[UUID]) -> Sequence[Row[UUID, UUID, str]]:
    """(case_id, report_id, source) of the reports on these cases whose caller wishes to be rung back.

    Callers are held until the unit of work ends: an erasure comes before, and nothing is owed, or after, and finds what
    was written.
    """
    query = (
        select(CaseReport.case_id, CaseReport.report_id, CaseReport.source)
        .join(ReportCaller, ReportCaller.report_id == CaseReport.report_id)
        .where(CaseReport.case_id.in_(list(case_ids)), ReportCaller.call_back, ReportCaller.forgotten_at.is_(None))
    )
    held = query.order_by(CaseReport.report_id).with_for_update(read=True, of=table(ReportCaller))
    return session.execute(held).all()


def add_call_backs(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add call-backs; one that is there for the same report and end already is left as it is."""
    if rows:
        session.execute(_ADD, [dict(row) for row in rows])


def withdraw(session: Session, case_id: UUID, before_seq: int, now: datetime) -> None:
    """What is open for earlier ends of a case is no longer due."""
    earlier = (CallBack.case_id == case_id, CallBack.seq < before_seq, _OPEN)
    session.execute(update(CallBack).where(*earlier).values(withdrawn_at=now))


def erase_call_backs(session: Session, report_id: UUID, now: datetime) -> None:
    """Withdraw what is open for a report, and delete what its caller said."""
    of_report = CallBack.report_id == report_id
    session.execute(update(CallBack).where(of_report, _OPEN).values(withdrawn_at=now))
    session.execute(_FORGET_WORDS, {"report_id": report_id})


_FORGET_WORDS = text("""
    UPDATE call_backs SET note = NULL, attempts = (
        SELECT coalesce(jsonb_agg(attempt || '{"note": null}'), '[]') FROM jsonb_array_elements(attempts) AS attempt)
     WHERE report_id = :report_id""")


def _shown() -> Select[*tuple[Any, ...]]:
    """Call-backs with report, case, caller and who did it."""
    return (
        select(
            table(CallBack),
            Report.number.label("report_number"),
            Report.source,
            Case.number.label("case_number"),
            Case.state.label("case_state"),
            Case.closed_at.label("case_closed_at"),
            CaseReport.reopened_at.label("reopened_at"),
            ReportCaller.name.label("caller_name"),
            ReportCaller.phone.label("caller_phone"),
            ReportCaller.call_back.label("caller_call_back"),
            ReportCaller.language.label("caller_language"),
            User.name.label("done_by_name"),
        )
        .select_from(CallBack)
        .join(Report, Report.id == CallBack.report_id)
        .join(Case, Case.id == CallBack.case_id)
        .outerjoin(CaseReport, and_(CaseReport.case_id == Case.id, CaseReport.report_id == Report.id))
        .outerjoin(ReportCaller, ReportCaller.report_id == Report.id)
        .outerjoin(User, User.id == CallBack.done_by)
    )


_ONE = _shown()


def seen_by(principal: Principal) -> ColumnElement[bool]:
    """The call-backs a principal sees: about reports in the areas where they ring back, or which they administer."""
    return covered(Report.area_code, principal.areas(*RINGING, Role.ADMIN))


def call_back(session: Session, call_back_id: UUID, principal: Principal) -> AnyRow | None:
    """A call-back that the principal may make: where they only administer, they see it in the list."""
    mine = covered(Report.area_code, principal.areas(*RINGING))
    return session.execute(_ONE.where(CallBack.id == call_back_id, mine)).one_or_none()


def lock_call_back(session: Session, call_back_id: UUID) -> None:
    """Let only one transaction at a time change a call-back."""
    session.execute(select(CallBack.id).where(CallBack.id == call_back_id).with_for_update())


def call_backs_page(
    session: Session,
    principal: Principal,
    wanted: Wanted,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[AnyRow]:
    """``limit + 1`` call-backs after the cursor: open ones by when they are due, so that overdue ones come first; done
    ones newest first.
    """
    done = wanted.state is CallBackState.DONE
    at = CallBack.done_at if done else CallBack.due_at
    query = _ONE.where(seen_by(principal), CallBack.done_at.is_not(None) if done else _OPEN)
    if wanted.state is CallBackState.OVERDUE:
        query = query.where(CallBack.due_at < wanted.now)
    if wanted.area is not None:
        query = query.where(Report.area_code.startswith(wanted.area, autoescape=True))
    if after is not None:
        place, last = tuple_(at, CallBack.id), tuple_(*after)
        query = query.where(place < last if done else place > last)
    order = (at.desc(), CallBack.id.desc()) if done else (at, CallBack.id)
    return session.execute(query.order_by(*order).limit(limit + 1)).all()


def area_known(session: Session, code: str) -> bool:
    """Whether there is, or was, an area with this code."""
    return session.execute(select(Area.code).where(Area.code == code).limit(1)).first() is not None


def change_call_back(session: Session, call_back_id: UUID, values: Mapping[str, Any]) -> None:
    session.execute(update(CallBack).where(CallBack.id == call_back_id).values(dict(values)))


def untold(session: Session, now: datetime, most: int) -> Sequence[Row[UUID, str, str, UUID | None]]:
    """(id, case number, area, who took the call) of overdue call-backs that nobody was reminded of, locked."""
    query = (
        select(CallBack.id, Case.number, Report.area_code, Report.reporter_id)
        .join(Report, Report.id == CallBack.report_id)
        .join(Case, Case.id == CallBack.case_id)
        .where(_OPEN, CallBack.told_at.is_(None), CallBack.due_at < now)
        .order_by(CallBack.due_at, CallBack.id)
        .limit(most)
    )
    return session.execute(query.with_for_update(of=table(CallBack), skip_locked=True)).all()


def note_told(session: Session, call_back_ids: Sequence[UUID], now: datetime) -> None:
    session.execute(update(CallBack).where(CallBack.id.in_(list(call_back_ids))).values(told_at=now))


def ringing_people(session: Session, area_code: str, now: datetime) -> set[UUID]:
    """Who may ring back about reports of this area."""
    query = select(GrantRow.user_id).where(GrantRow.role.in_(RINGING), live_grants(now))
    return set(session.scalars(query.where(literal(area_code).startswith(GrantRow.area_code))))
