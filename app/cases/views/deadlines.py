"""Deadlines after a correction of the calendar: which would move, moving them, how far that is."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.cases.queries.reckoning import count_by_older_versions
from app.cases.service import rescheduling
from app.cases.service.recalculating import moving_deadlines
from app.cases.views.cases import cases
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.paging import decode_cursor, encode_cursor
from app.core.schemas import problems
from app.sla import service as sla
from app.sla.schemas import DryRunOut, RecalculateIn, RecalculationOut, RecalculationQuery
from app.sla.service import changing


@cases.post(
    "/deadlines/recalculate",
    operation_id="recalculate_deadlines",
    responses={200: DryRunOut, 202: RecalculationOut, **problems(401, 403, 404, 409)},
)
@needs("calendar.admin")
def recalculate_deadlines(body: RecalculateIn) -> Response:
    """Show which running deadlines the corrected calendar moves; without dry_run let a job move them"""
    with write_unit() as session:
        changing.find_calendar(session, body.calendar)
        if body.dry_run:
            return answer(session, _dry_run(session, body))
        rescheduling.start(session, body.calendar, now=clock.now(), actor_id=current_principal().id)
        shown = RecalculationOut.model_validate(rescheduling.progress(session, body.calendar))
        return answer(session, shown, 202)


@cases.get(
    "/deadlines/recalculation",
    operation_id="get_recalculation",
    responses={200: RecalculationOut, **problems(401, 403, 404)},
)
@needs("audit.read")
def get_recalculation(query: RecalculationQuery) -> Response:
    """How far the recalculation is that runs, or what came of the last one"""
    with read_unit() as session:
        changing.find_calendar(session, query.calendar)
        found = rescheduling.progress(session, query.calendar)
    return json_response(RecalculationOut.model_validate(found))


def _dry_run(session: Session, body: RecalculateIn) -> DryRunOut:
    after = str(decode_cursor(body.cursor, 1)[0]) if body.cursor else ""
    calendar = sla.calendar(session, body.calendar)
    page = moving_deadlines(session, after=after, most=body.limit, code=body.calendar)
    items: list[dict[str, Any]] = [
        {"case_number": one.number, "stage": one.stage, "due_at": one.old_due_at, "new_due_at": one.new_due_at}
        for one in page.moved
    ]
    more = encode_cursor(page.last) if page.looked_at == body.limit else None
    return DryRunOut.model_validate(
        {
            "calendar": calendar.code,
            "version": calendar.version,
            "clocks": count_by_older_versions(session, calendar),
            "items": items,
            "next_cursor": more,
        }
    )
