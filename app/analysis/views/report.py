"""The report of a time over HTTP: all analyses together, as JSON, as a workbook, on paper; a long one as a job."""

from __future__ import annotations

from flask import Response

from app.analysis.schemas import ReportQuery, SlaReportOut
from app.analysis.service.gathering import is_long, report_file, told_report, wanted_report
from app.analysis.views.blueprint import analysis
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import snapshot_unit
from app.core.http import accepted_language, json_response
from app.core.languages import language_of
from app.core.schemas import problems
from app.evaluation.views.files import also_files, dated, file_answer
from app.exports.schemas import ExportOut
from app.exports.views.jobs import as_job

ANSWER = also_files(SlaReportOut, "The report", "xlsx", "pdf")


@analysis.get(
    "/sla/report",
    operation_id="report_on_sla",
    responses={200: ANSWER, 202: ExportOut, **problems(401, 403, 429, 503)},
)
@needs("figures.read")
def report_on_sla(query: ReportQuery) -> Response:
    """All analyses of a time on one's ground: summaries, open work, what is late, where time went, detours.

    Where more than 100 000 cases were closed in the time it is made as a job.
    """
    now, principal, language = clock.now(), current_principal(), language_of(query.lang, accepted_language())
    with snapshot_unit() as session:
        long = is_long(session, query, principal, now)
        report = None if long else told_report(session, query, principal, now=now, language=language)
    if report is None:
        return as_job(wanted_report(query, language))
    if query.format == "json":
        return json_response(report.found)
    name = dated("sla-report", now, report.words)
    return file_answer(report_file(report, query.format), query.format, name, report.words)
