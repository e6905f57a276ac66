"""Who rang: written with the report, shown on record, forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, text
from sqlalchemy.orm import Session

from app.accounts.queries.visibility import covered
from app.accounts.rules import Role
from app.core.auth import Principal
from app.core.models import table
from app.reports.models import Report, ReportCaller

_CALLER = insert(table(ReportCaller))

# Those who ring back. Whoever else sees the report has no need of the number.
RINGING = (Role.OPERATOR, Role.SHIFT_LEADER)


def add_caller(session: Session, values: Mapping[str, Any]) -> None:
    session.connection().execute(_CALLER, dict(values))


def caller_of(session: Session, report_id: UUID, principal: Principal) -> Row[*tuple[Any, ...]] | None:
    """Who rang about a report in the principal's areas, unmasked: whoever reads it is noted by the caller of this."""
    query = select(table(ReportCaller), Report.number).join(Report, Report.id == ReportCaller.report_id)
    mine = covered(Report.area_code, principal.areas(*RINGING))
    return session.execute(query.where(Report.id == report_id, mine)).one_or_none()


def calls_since(session: Session, phone_hash: str, since: datetime, *, without: UUID) -> int:
    """How many other reports came by a phone with this hash since an instant."""
    caller = ReportCaller
    query = select(func.count()).where(caller.phone_hash == phone_hash, caller.created_at >= since)
    return session.execute(query.where(caller.report_id != without)).scalar_one()


def erase_caller(session: Session, report_id: UUID) -> None:
    """Delete who rang, the hash included."""
    session.execute(delete(ReportCaller).where(ReportCaller.report_id == report_id))


# Nobody will ring them again: their cases ended long ago and no call-back is open. The hash stays: it tells a repeated
# call from a first one and nothing else.
_FORGET = text("""
    UPDATE report_callers SET name = NULL, phone = NULL, language = NULL, forgotten_at = :now
     WHERE report_id IN (
        SELECT r.report_id FROM report_callers r
         WHERE r.forgotten_at IS NULL AND r.created_at < :before
           AND NOT EXISTS (SELECT FROM call_backs b WHERE b.report_id = r.report_id
                              AND b.done_at IS NULL AND b.withdrawn_at IS NULL)
           AND NOT EXISTS (SELECT FROM case_reports t JOIN cases c ON c.id = t.case_id
                            WHERE t.report_id = r.report_id AND (c.state <> ALL (:ends) OR c.updated_at >= :before))
         ORDER BY r.created_at LIMIT :most FOR UPDATE SKIP LOCKED)""")


def forget_callers(session: Session, *, before: datetime, ends: Sequence[str], most: int, now: datetime) -> int:
    """Forget names and numbers of callers whose cases all ended before an instant; how many."""
    values = {"before": before, "ends": list(ends), "most": most, "now": now}
    return session.execute(_FORGET, values).rowcount  # type: ignore[attr-defined,no-any-return]
