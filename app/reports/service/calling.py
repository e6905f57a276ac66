"""Who rang: masked for the desk, plain on record for whoever rings back, forgotten afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.accounts.rules import mask_name, mask_phone
from app.cases.rules import END_STATES
from app.core.auth import Principal
from app.core.disclosure import note_read
from app.reports import queries
from app.reports.errors import CallerNotFound
from app.reports.rules import KEPT_AFTER_END, REPEAT_WITHIN

AT_ONCE = 500


def masked(row: Row[*tuple[Any, ...]]) -> dict[str, Any] | None:
    """Who rang, as the desk sees it; None where nobody did, or it was forgotten."""
    if row.caller_phone is None:
        return None
    return {
        "name": None if row.caller_name is None else mask_name(row.caller_name),
        "phone": mask_phone(row.caller_phone),
        "call_back": row.caller_call_back,
        "language": row.caller_language,
    }


def show_caller(session: Session, report_id: UUID, *, why: str, principal: Principal, now: datetime) -> dict[str, Any]:
    """Who rang about a report in the principal's areas, in plain; that it was read is noted, with the purpose.

    Raises: CallerNotFound.
    """
    row = queries.caller_of(session, report_id, principal)
    if row is None or row.phone is None or principal.id is None:
        raise CallerNotFound("No caller of this report is known who you may ring.")
    note_read(session, what="report_caller", subject_id=report_id, why=why, user_id=principal.id, now=now)
    calls = queries.calls_since(session, row.phone_hash, now - REPEAT_WITHIN, without=report_id)
    return {
        "report": {"id": str(report_id), "number": row.number},
        "name": row.name,
        "phone": row.phone,
        "call_back": row.call_back,
        "language": row.language,
        "other_calls": calls,
    }


def forget_callers(session: Session, *, now: datetime) -> int:
    """Forget callers whom nobody will ring again; how many, at most `AT_ONCE`."""
    ends = sorted(state.value for state in END_STATES)
    return queries.forget_callers(session, before=now - KEPT_AFTER_END, ends=ends, most=AT_ONCE, now=now)
