"""SLA summaries as JSON, CSV and a workbook."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.core import clock
from app.core.auth import Principal, current_principal, needs
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation import service
from app.evaluation.rules.indicators import DEFINITIONS
from app.evaluation.schemas import GroupsQuery, SummaryCasesOut, SummaryCasesQuery, SummaryOut, SummaryQuery
from app.evaluation.service import Asked, Summary
from app.evaluation.service.tables import charts_of, csv_of, summary_table, workbook_of
from app.evaluation.views.files import also_files, dated, file_answer, heading, wording
from app.evaluation.views.indicators import evaluation
from app.evaluation.views.spans import asked_between

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
        words = wording(session, query.lang)
        above = heading(session, "summary", found, query.area, words, unit=query.unit)
    table = summary_table(query.dimensions, found["items"])
    if query.format == "csv":
        return file_answer(csv_of(table, words), "csv", dated("sla-summary", now, words), words)
    book = workbook_of(table, "summary", words, above, charts_of(query.dimensions))
    return file_answer(book, "xlsx", dated("sla-summary", now, words), words)


def summary_answer(session: Session, query: SummaryQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """A summary on the ground of somebody: {from, to, as_of, definitions, items}.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    wanted = _wanted(session, query, principal, now, times=query.times)
    return _head(wanted.asked) | {"items": service.summarize(session, wanted, now=now)}


@evaluation.get(
    "/sla/summary/cases",
    operation_id="list_sla_summary_cases",
    responses={200: SummaryCasesOut, **problems(401, 403, 404, 422, 503)},
)
@needs("figures.read")
def list_sla_summary_cases(query: SummaryCasesQuery) -> Response:
    """The cases behind one number of one group of a summary: as many as the number says, at most 10 000."""
    now = clock.now()
    with read_unit() as session:
        wanted = _wanted(session, query, current_principal(), now)
        items = service.cases_of_group(session, wanted, query.values, query.count, now=now)
    return json_response(_head(wanted.asked) | {"items": items})


def _head(asked: Asked) -> dict[str, str]:
    return {
        "from": to_rfc3339(asked.start),
        "to": to_rfc3339(asked.end),
        "as_of": to_rfc3339(asked.at),
        "definitions": str(DEFINITIONS),
    }


def _wanted(
    session: Session, query: GroupsQuery, principal: Principal, now: datetime, *, times: bool = False
) -> Summary:
    """Raises: BadSpan, BadPeriod, BadFilter."""
    return Summary(asked_between(session, query, principal, now), query.dimensions, config().city_tz, times)
