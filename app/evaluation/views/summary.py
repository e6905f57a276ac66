"""SLA summaries as JSON, CSV and a workbook."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import accepted_language, json_response
from app.core.languages import language_of
from app.core.schemas import problems
from app.evaluation.schemas import SummaryCasesOut, SummaryCasesQuery, SummaryOut, SummaryQuery
from app.evaluation.service.answers import summary_answer, summary_cases_answer
from app.evaluation.service.headings import heading, wording
from app.evaluation.service.tables import charts_of, csv_of, summary_table, workbook_of
from app.evaluation.views.files import also_files, dated, file_answer
from app.evaluation.views.indicators import evaluation

ANSWER = also_files(SummaryOut, "The groups", "csv", "xlsx")


@evaluation.get(
    "/sla/summary",
    operation_id="summarize_sla",
    responses={200: ANSWER, **problems(401, 403, 503)},
)
@needs("figures.read")
def summarize_sla(query: SummaryQuery) -> Response:
    """Counts and rates of a time by group: what came in, what was due, done in time, late, done again."""
    now = clock.now()
    with read_unit() as session:
        found = summary_answer(session, query, current_principal(), now=now)
        if query.format == "json":
            return json_response(found)
        words = wording(session, language_of(query.lang, accepted_language()))
        above = heading(session, "summary", found, query.area, words, unit=query.unit)
    table = summary_table(query.dimensions, found["items"])
    if query.format == "csv":
        return file_answer(csv_of(table, words), "csv", dated("sla-summary", now, words), words)
    book = workbook_of(table, "summary", words, above, charts_of(query.dimensions))
    return file_answer(book, "xlsx", dated("sla-summary", now, words), words)


@evaluation.get(
    "/sla/summary/cases",
    operation_id="list_sla_summary_cases",
    responses={200: SummaryCasesOut, **problems(401, 403, 404, 422, 503)},
)
@needs("figures.read")
def list_sla_summary_cases(query: SummaryCasesQuery) -> Response:
    """The cases behind one number of one group of a summary: as many as the number says, at most 10 000."""
    with read_unit() as session:
        found = summary_cases_answer(session, query, current_principal(), now=clock.now())
    return json_response(found)
