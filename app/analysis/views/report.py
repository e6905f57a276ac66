"""The report of a time over HTTP: all analyses together, as JSON, as a workbook, on paper."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.analysis.schemas import FlowQuery, OpenWorkQuery, OverdueQuery, ReportQuery, SlaReportOut, TurningRedQuery
from app.analysis.service.paper import page_of
from app.analysis.service.report import sheets_of
from app.analysis.views.blueprint import analysis
from app.analysis.views.flows import bottleneck_answer, detours_answer
from app.analysis.views.standing import open_answer, overdue_answer, turning_red_answer
from app.core import clock
from app.core.auth import Principal, current_principal, needs
from app.core.db import snapshot_unit
from app.core.errors import Fault
from app.core.http import json_response
from app.core.schemas import problems
from app.documents import service as documents
from app.evaluation import service as evaluation
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.tables import Heading
from app.evaluation.schemas import SpanQuery, SummaryQuery
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import book_of
from app.evaluation.views.files import also_files, dated, file_answer, heading, wording
from app.evaluation.views.spans import asked_between
from app.evaluation.views.summary import summary_answer

SUMMARIES = ("district", "unit", "class", "month", "weekday", "hour")
TIMED = frozenset({"district", "unit", "class"})
MOST_URGENT = 500
LONGEST = timedelta(days=366)
"""Of a large city a month takes seconds; nobody waits for ten years."""
ANSWER = also_files(SlaReportOut, "The report", "xlsx", "pdf")


@analysis.get("/sla/report", operation_id="report_on_sla", responses={200: ANSWER, **problems(401, 403, 503)})
@needs("figures.read")
def report_on_sla(query: ReportQuery) -> Response:
    """All analyses of a time on one's ground: summaries, open work, what is late, where time went, detours."""
    now = clock.now()
    with snapshot_unit() as session:
        found = report_answer(session, query, current_principal(), now=now)
        words = wording(session, query.lang)
        above = heading(session, "report", found, query.area, words)
        city = evaluation.city_name(session)
    return json_response(found) if query.format == "json" else _as_file(found, above, words, (city, query.format), now)


def report_answer(session: Session, query: ReportQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The report on the ground of somebody. Needs one state of the database for all its parts.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    of_time = {"from": query.since, "to": query.until, "area": query.area}
    span = asked_between(SpanQuery.model_validate(of_time), principal, now)
    if span.end - span.start > LONGEST:
        fault = Fault("/to", f"at most {LONGEST.days} days after from")
        raise BadPeriod("A report is of a year at most.", faults=[fault])

    def summary(group_by: str, *, times: bool) -> dict[str, Any]:
        asked = SummaryQuery.model_validate({**of_time, "group_by": group_by, "times": times})
        return summary_answer(session, asked, principal, now=now)

    def standing(group_by: str) -> list[dict[str, Any]]:
        asked = OpenWorkQuery.model_validate({"area": query.area, "group_by": group_by})
        return open_answer(session, asked, principal, now=now)["items"]  # type: ignore[no-any-return]

    def flows(group_by: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        asked = FlowQuery.model_validate({**of_time, "group_by": group_by})
        slow, off = (answer(session, asked, principal, now=now) for answer in (bottleneck_answer, detours_answer))
        return slow["items"], off["items"]

    whole = summary("", times=True)
    few = {"area": query.area, "limit": MOST_URGENT}
    late = overdue_answer(session, OverdueQuery.model_validate(few), principal, now=now)
    soon = turning_red_answer(session, TurningRedQuery.model_validate(few), principal, now=now)
    (slow, off), (slow_units, off_units) = flows(""), flows("unit")
    return {
        **{name: whole[name] for name in ("from", "to", "as_of")},
        "area": None if query.area is None else _named(session, query.area),
        "whole": whole["items"][0] if whole["items"] else {},
        "summary": {name: summary(name, times=name in TIMED)["items"] for name in SUMMARIES},
        "open": {name or "whole": standing(name) for name in ("", "district", "unit", "stage")},
        "overdue": {name: late[name] for name in ("total", "items")},
        "turning_red": {name: soon[name] for name in ("total", "items")},
        "bottleneck": {"whole": slow, "unit": slow_units},
        "detours": {"whole": off, "unit": off_units},
    }


def _named(session: Session, area: str) -> dict[str, str]:
    return {"code": area, "name": evaluation.area_names(session, [area]).get(area, area)}


def _as_file(found: dict[str, Any], above: Heading, words: Wording, form: tuple[str, str], now: datetime) -> Response:
    """The report for keeping. Nothing is set while a transaction is open.

    Raises: PrintingBusy, NoPrinting.
    """
    city, ending = form
    name = dated("sla-report", now, words)
    if ending == "xlsx":
        return file_answer(book_of(sheets_of(found, words), above, words), ending, name, words)
    return file_answer(documents.printers().pdf(page_of(found, above, words, city), {}), ending, name, words)
