"""SLA summaries as JSON, CSV and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import xlsxwriter
from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import Fault
from app.core.http import json_response
from app.core.schemas import problems
from app.core.spans import begin_of, end_of
from app.evaluation import service
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.indicators import DEFINITIONS, Subject
from app.evaluation.rules.summing import Dimension
from app.evaluation.schemas import GroupsQuery, SummaryCasesOut, SummaryCasesQuery, SummaryOut, SummaryQuery
from app.evaluation.service import Asked, Summary
from app.evaluation.views.indicators import evaluation, ground_of
from app.parts.rules.guarding import guarded

MOST_DAYS = 3700
RATE_DIGITS = 6
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FILE = {"schema": {"type": "string", "format": "binary"}}
ANSWER: dict[str, Any] = {
    "description": "The groups",
    "content": {
        "application/json": {"schema": SummaryOut.model_json_schema(ref_template="#/components/schemas/{model}")},
        CSV: _FILE,
        XLSX: _FILE,
    },
}


@evaluation.get(
    "/sla/summary",
    operation_id="summarize_sla",
    responses={200: ANSWER, **problems(401, 403, 503)},
)
@needs("figures.read")
def summarize_sla(query: SummaryQuery) -> Response:
    """Counts and rates of a time by group: what came in, what was due, done in time, late, done again."""
    now = clock.now()
    wanted = _wanted(query, now, times=query.times)
    with read_unit() as session:
        items = service.summarize(session, wanted, now=now)
    if query.format == "json":
        return json_response(_head(wanted.asked) | {"items": items})
    table = list(_table(wanted.group_by, items))
    return _csv(table) if query.format == "csv" else _workbook(table)


@evaluation.get(
    "/sla/summary/cases",
    operation_id="list_sla_summary_cases",
    responses={200: SummaryCasesOut, **problems(401, 403, 404, 422, 503)},
)
@needs("figures.read")
def list_sla_summary_cases(query: SummaryCasesQuery) -> Response:
    """The cases behind one number of one group of a summary: as many as the number says, at most 10 000."""
    now = clock.now()
    wanted = _wanted(query, now)
    with read_unit() as session:
        items = service.cases_of_group(session, wanted, query.values, query.count, now=now)
    return json_response(_head(wanted.asked) | {"items": items})


def _head(asked: Asked) -> dict[str, str]:
    return {
        "from": to_rfc3339(asked.start),
        "to": to_rfc3339(asked.end),
        "as_of": to_rfc3339(asked.at),
        "definitions": str(DEFINITIONS),
    }


def _wanted(query: GroupsQuery, now: datetime, *, times: bool = False) -> Summary:
    """Raises: BadSpan, BadPeriod."""
    zone = config().city_tz
    start = begin_of(query.since, zone)
    end = end_of(query.until, zone)
    at = query.at or now
    if not timedelta(0) < end - start <= timedelta(days=MOST_DAYS):
        raise BadPeriod("This is no time.", faults=[Fault("/to", f"after from, at most {MOST_DAYS} days later")])
    if at > now:
        raise BadPeriod("This instant lies ahead.", faults=[Fault("/at", "ask for an instant that is past")])
    prefixes, units = ground_of(current_principal(), Subject.DISTRICT)
    if query.area is not None:
        prefixes = _narrowed(prefixes, query.area)
    asked = Asked(Subject.CITY, start, end, at, prefixes, units)
    return Summary(asked, query.dimensions, zone, times)


def _narrowed(prefixes: Iterable[str], area: str) -> tuple[str, ...]:
    """The part of an area that lies on one's ground; nothing where none does."""
    inside = {area for prefix in prefixes if area.startswith(prefix)}
    return tuple(inside or {prefix for prefix in prefixes if prefix.startswith(area)} or {"-"})


def _table(group_by: Sequence[Dimension], items: Sequence[dict[str, Any]]) -> Iterable[list[Any]]:
    """The head, and a line for each group: code and name apart, numbers as they are."""
    refs = [dimension.value for dimension in group_by if dimension not in _PLAIN]
    if not items:
        yield [name for dimension in group_by for name in _heads(dimension.value, refs)]
        return
    yield [head for name in items[0] for head in _heads(name, refs)]
    for item in items:
        yield [cell for name, value in item.items() for cell in _cells(name, value, refs)]


_PLAIN = frozenset(
    {Dimension.SOURCE, Dimension.STAGE, Dimension.MONTH, Dimension.DAY, Dimension.WEEKDAY, Dimension.HOUR}
)


def _heads(name: str, refs: Sequence[str]) -> list[str]:
    return [f"{name}_code", f"{name}_name"] if name in refs else [name]


def _cells(name: str, value: Any, refs: Sequence[str]) -> list[Any]:
    if name in refs:
        return [None, None] if value is None else [value["code"], value["name"]]
    return [round(value, RATE_DIGITS) if isinstance(value, float) else value]


def _csv(table: Sequence[Sequence[Any]]) -> Response:
    body = io.StringIO()
    writer = csv.writer(body)
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in table)
    # Spreadsheets take a file for UTF-8 only by its first bytes.
    answer = Response(body.getvalue().encode("utf-8-sig"), mimetype=CSV)
    answer.headers["Content-Disposition"] = 'attachment; filename="sla-summary.csv"'
    return answer


def _workbook(table: Sequence[Sequence[Any]]) -> Response:
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("summary")
        bold, share = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "0.00%"})
        for column, head in enumerate(table[0]):
            sheet.write_string(0, column, head, bold)
            sheet.set_column(column, column, max(10, len(head) + 2), share if head.endswith("_rate") else None)
        for line, row in enumerate(table[1:], 1):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(table) - 1, 1), max(len(table[0]) - 1, 0))
    answer = Response(body.getvalue(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="sla-summary.xlsx"'
    return answer
