"""Who rang, and ringing back."""

from __future__ import annotations

import structlog
from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.reports import service
from app.reports.rules import Wanted
from app.reports.schemas import (
    AttemptIn,
    CallBackOut,
    CallBackPath,
    CallBacksPage,
    CallBacksQuery,
    CallerOut,
    CallerQuery,
    DoneIn,
    ReportPath,
)
from app.reports.views.reports import ANSWERED, GONE, reports

log = structlog.get_logger()


@reports.get("/reports/<uuid:report_id>/caller", operation_id="show_caller", responses={200: CallerOut, **GONE})
@needs("caller.disclose")
def show_caller(path: ReportPath, query: CallerQuery) -> Response:
    """Who rang about a report in my areas, in plain, to ring back; that I read it is noted with the purpose."""
    principal, now = current_principal(), clock.now()
    with unit_of_work() as session:
        why = query.purpose.value
        shown = service.show_caller(session, path.report_id, why=why, principal=principal, now=now)
    log.info("caller.read", report_id=str(path.report_id), user_id=str(principal.id), purpose=why)
    return json_response(shown, headers={"Cache-Control": "no-store"})


@reports.get("/call-backs", operation_id="list_call_backs", responses={200: CallBacksPage, **problems(401, 403)})
@needs("call_back.list")
def list_call_backs(query: CallBacksQuery) -> Response:
    """Callers in my areas who are to be told how their case ended. Overdue ones first; done ones newest first."""
    principal, now = current_principal(), clock.now()
    wanted = Wanted(query.state, query.area, now)
    with read_unit() as session:
        items, cursor = service.call_backs_for(session, wanted, principal, limit=query.limit, cursor=query.cursor)
    return json_response({"items": items, "next_cursor": cursor})


@reports.post(
    "/call-backs/<uuid:call_back_id>/attempts", operation_id="note_attempt", responses={200: CallBackOut, **ANSWERED}
)
@needs("call_back.do")
def note_attempt(path: CallBackPath, body: AttemptIn) -> Response:
    """Somebody rang, and it is not done yet: nobody answered, or not now."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        shown = service.attempt(
            session, path.call_back_id, reached=body.reached, note=body.note, principal=principal, now=now
        )
        return answer(session, shown)


@reports.post(
    "/call-backs/<uuid:call_back_id>/done", operation_id="finish_call_back", responses={200: CallBackOut, **ANSWERED}
)
@needs("call_back.do")
def finish_call_back(path: CallBackPath, body: DoneIn) -> Response:
    """The caller was told; not satisfied, the case may be reopened with it. Or nobody answered several attempts."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        shown = service.finish(session, path.call_back_id, body.model_dump(), principal=principal, now=now)
        return answer(session, shown)
