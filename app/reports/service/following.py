"""Following a report: for its sender, for the desk, and for whoever holds its tracking code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.rules import REOPEN_WITHIN, STATE_NAMES, State
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.paging import edge_of, page
from app.media import service as media
from app.reports import queries
from app.reports.errors import ReportNotFound, UnknownTrackingCode
from app.reports.rules import tracking_code, tracking_hash
from app.reports.service.calling import masked
from app.reports.service.status import leading_case

ReportRow = Row[*tuple[Any, ...]]


def report_for(session: Session, report_id: UUID, principal: Principal) -> ReportRow:
    """A report that the principal sees.

    Raises: ReportNotFound.
    """
    row = queries.visible_report(session, report_id, principal)
    if row is None:
        raise ReportNotFound("There is no report with this id that you may see.")
    return row


def own_report(session: Session, report_id: UUID, principal: Principal) -> ReportRow:
    """A report of the principal's own.

    Raises: ReportNotFound, also for one that they see but did not send.
    """
    row = report_for(session, report_id, principal)
    if principal.id is None or row.reporter_id != principal.id:
        raise ReportNotFound("There is no report of yours with this id.")
    return row


def report_by_code(session: Session, code: str) -> ReportRow:
    """The report that a tracking code stands for.

    Raises: UnknownTrackingCode.
    """
    row = queries.report_by_code(session, tracking_hash(code))
    if row is None:
        raise UnknownTrackingCode("No report has this tracking code: check it against the receipt.")
    return row


def reports_for(
    session: Session, principal: Principal, *, limit: int, cursor: str | None, sources: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the reports that the principal sees, of these sources or all, newest first; the cursor of the next.

    Raises: BadCursor.
    """
    after = edge_of(cursor)
    rows = queries.reports_page(session, principal, limit=limit, after=after, sources=sources)
    shown, following = page(rows, limit, lambda row: (to_rfc3339(row.received_at), str(row.id)))
    return [item(row) for row in shown], following


def item(row: ReportRow) -> dict[str, Any]:
    """A report in a list."""
    status, case = leading_case(row.cases)
    return {
        "id": str(row.id),
        "number": row.number,
        "status": status,
        "source": row.source,
        "type": _type(row),
        "description": row.description if row.plain else None,
        "address": row.address if row.plain else None,
        "position": {"lon": row.lon, "lat": row.lat, "crs": "wgs84"},
        "cell": {"code": row.area_code, "name": row.cell_name},
        "case": {"number": case["number"], "state": case["state"]},
        "captured_at": to_rfc3339(row.captured_at),
        "received_at": to_rfc3339(row.received_at),
    }


def card(session: Session, row: ReportRow, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """One report with its photos; the tracking code only for who sent it."""
    _, case = leading_case(row.cases)
    mine = principal.id is not None and row.reporter_id == principal.id
    photos = media.photos_by_id(session, row.photo_ids)
    shown = [photos[photo] for photo in row.photo_ids if photo in photos]
    views = media.views_of(shown, now) if row.plain else media.public_views_of(shown, now)
    return {
        **item(row),
        "stated_position": row.stated if row.plain else None,
        "photos": [view.model_dump(mode="json") for view in views],
        "flags": row.flags,
        "possible_duplicates": row.duplicates,
        "part_code": row.part_code,
        "rating": case["rating"],
        "reason": _reason(session, case),
        "tracking_code": tracking_code(config().data_key, row.id) if mine else None,
        "caller": masked(row) if row.plain else None,
    }


def _reason(session: Session, case: Mapping[str, Any]) -> str | None:
    """Why it was rejected, as the reporter is told."""
    return queries.rejection_of(session, UUID(case["id"])) if case["state"] == State.REJECTED else None


def _type(row: ReportRow) -> dict[str, Any] | None:
    if row.type_code is None:
        return None
    return {"scheme": row.type_scheme, "kind": row.type_kind, "code": row.type_code, "name": row.type_name}


def track(session: Session, code: str, *, now: datetime) -> dict[str, Any]:
    """A report as anybody sees it who holds its tracking code: no words, no place finer than the cell, no person.

    Raises: UnknownTrackingCode.
    """
    row = report_by_code(session, code)
    status, case = leading_case(row.cases)
    case_id = UUID(case["id"])
    found = queries.tracked(session, case_id, row.id)
    on_case = queries.photos_of_case(session, case_id)
    photos = media.photos_by_id(session, [photo.photo_id for photo in on_case])
    closed = status == State.CLOSED
    lately = found.closed_at is not None and now - found.closed_at <= REOPEN_WITHIN
    return {
        "number": row.number,
        "status": status,
        "status_name": STATE_NAMES[State(status)],
        "case_number": case["number"],
        "type": _type(row),
        "cell": {"code": row.area_code, "name": row.cell_name},
        "received_at": to_rfc3339(row.received_at),
        "expected_at": None if found.expected_at is None else to_rfc3339(found.expected_at),
        "reason": _reason(session, case),
        "closed_at": None if found.closed_at is None else to_rfc3339(found.closed_at),
        "steps": [
            {"state": state, "name": STATE_NAMES[State(state)], "at": to_rfc3339(at)}
            for state, at in queries.steps_of(session, case_id)
        ],
        "photos": [
            {**view.model_dump(mode="json"), "role": photo.role}
            for photo in on_case
            if photo.photo_id in photos
            for view in media.public_views_of([photos[photo.photo_id]], now)
        ],
        "rating": found.rating,
        "can_rate": closed and found.rating is None,
        "can_reopen": closed and lately and found.reopened_at is None,
    }
