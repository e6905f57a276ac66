"""Submitting and following reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.intake import takes
from app.core.schemas import problems
from app.media import service as media
from app.reports import queries, service
from app.reports.schemas import (
    JoinIn,
    RatingIn,
    ReopenIn,
    ReportIn,
    ReportOut,
    ReportPath,
    ReportsPage,
    ReportsQuery,
    SubmittedOut,
    TrackOut,
    TrackPath,
)
from app.reports.views.answers import reopening, sources_of
from app.reports.views.intake import command_of, read_report
from app.reports.views.reading import reads_itself

reports = APIBlueprint("reports", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Reports")])
FORM_BYTES = 420 * 1024 * 1024
COUNT_AT_MOST = 10_000
GONE = problems(401, 403, 404)
ANSWERED = problems(401, 403, 404, 409)


@reports.post(
    "/reports",
    operation_id="submit_report",
    responses={201: SubmittedOut, 200: SubmittedOut, **problems(401, 403, 409, 413, 415, 429, 503)},
)
@needs("report.create")
@takes("application/json", "multipart/form-data", max_bytes=FORM_BYTES)
@reads_itself
def submit_report(body: ReportIn) -> Response:
    """Submit a report; it opens a case at once. JSON, or one multipart form with the photos in it."""
    del body  # Named for the description; read_report takes both encodings.
    report, kept = read_report()
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        command = command_of(report)
        if kept:
            rows = [media.record(session, photo, principal=principal, now=now) for photo in kept]
            command = replace(command, photo_ids=tuple(dict.fromkeys([*command.photo_ids, *(row.id for row in rows)])))
        submitted, created = service.submit_report(session, command, principal=principal, now=now)
        return answer(session, submitted, 201 if created else 200)


@reports.get("/reports", operation_id="list_reports", responses={200: ReportsPage, **problems(401, 403)})
@needs("report.list")
def list_reports(query: ReportsQuery) -> Response:
    """My reports, wherever they lie; for the desk also those in its areas. Newest first."""
    principal, sources = current_principal(), sources_of(query)
    with read_unit() as session:
        items, cursor = service.reports_for(session, principal, limit=query.limit, cursor=query.cursor, sources=sources)
        body: dict[str, Any] = {"items": items, "next_cursor": cursor}
        if query.count:
            value, exact = queries.count_reports(session, principal, most=COUNT_AT_MOST, sources=sources)
            body["count"] = {"value": value, "exact": exact}
    return json_response(body)


@reports.get("/reports/<uuid:report_id>", operation_id="get_report", responses={200: ReportOut, **GONE})
@needs("report.read")
def get_report(path: ReportPath) -> Response:
    """One report with its photos."""
    return json_response(_shown(path.report_id))


def _shown(report_id: UUID) -> dict[str, Any]:
    principal = current_principal()
    with read_unit() as session:
        row = service.report_for(session, report_id, principal)
        return service.card(session, row, principal, now=clock.now())


@reports.post("/reports/<uuid:report_id>/join", operation_id="join_case", responses={200: ReportOut, **ANSWERED})
@needs("report.join")
def join_case(path: ReportPath, body: JoinIn) -> Response:
    """Me too: my report joins that case, and the one it opened is merged into it."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        row = service.own_report(session, path.report_id, principal)
        service.join(session, row, body.case_number, principal=principal, now=now)
        again = service.own_report(session, path.report_id, principal)
        return answer(session, service.card(session, again, principal, now=now))


@reports.post("/reports/<uuid:report_id>/rating", operation_id="rate_report", responses={200: ReportOut, **ANSWERED})
@needs("report.rate")
def rate_report(path: ReportPath, body: RatingIn) -> Response:
    """How was it handled? Once, after it was closed."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        row = service.own_report(session, path.report_id, principal)
        service.rate(session, row, body.model_dump(exclude_none=True), principal=principal, now=now)
        again = service.own_report(session, path.report_id, principal)
        return answer(session, service.card(session, again, principal, now=now))


@reports.post("/reports/<uuid:report_id>/reopen", operation_id="reopen_report", responses={200: ReportOut, **ANSWERED})
@needs("report.reopen")
def reopen_report(path: ReportPath, body: ReopenIn) -> Response:
    """Not solved: within seven days, with a photo, once."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        row = service.own_report(session, path.report_id, principal)
        service.reopen(session, row, reopening(body), principal=principal, now=now)
        again = service.own_report(session, path.report_id, principal)
        return answer(session, service.card(session, again, principal, now=now))


@reports.get("/track/<code>", operation_id="track_report", responses={200: TrackOut, **problems(404)})
@needs("report.track")
def track_report(path: TrackPath) -> Response:
    """A report as anybody sees it who holds its tracking code."""
    with read_unit() as session:
        found = service.track(session, path.code, now=clock.now())
    return json_response(found, headers={"Cache-Control": "no-store"})


@reports.post("/track/<code>/rating", operation_id="rate_by_code", responses={200: TrackOut, **problems(404, 409)})
@needs("report.answer")
def rate_by_code(path: TrackPath, body: RatingIn) -> Response:
    """Rate by tracking code."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        row = service.report_by_code(session, path.code)
        service.rate(session, row, body.model_dump(exclude_none=True), principal=principal, now=now)
        return answer(session, service.track(session, path.code, now=now))


@reports.post("/track/<code>/reopen", operation_id="reopen_by_code", responses={200: TrackOut, **problems(404, 409)})
@needs("report.answer")
def reopen_by_code(path: TrackPath, body: ReopenIn) -> Response:
    """Say by tracking code that it is not solved."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        row = service.report_by_code(session, path.code)
        service.reopen(session, row, reopening(body), principal=principal, now=now)
        return answer(session, service.track(session, path.code, now=now))


@reports.post("/track/<code>/erase", operation_id="erase_by_code", responses={200: TrackOut, **problems(404)})
@needs("report.answer")
def erase_by_code(path: TrackPath) -> Response:
    """Erase what is personal in the report; the case and its times stay."""
    now = clock.now()
    with write_unit() as session:
        row = service.report_by_code(session, path.code)
        service.erase(session, row, now=now)
        return answer(session, service.track(session, path.code, now=now))
