"""All analyses of a time together, read once what is the same for several of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.analysis import queries
from app.analysis.rules import OpenDimension
from app.analysis.schemas import FlowSpanQuery, ReportQuery
from app.analysis.service.flows import Flow, flows_of
from app.analysis.service.ground import filter_for
from app.analysis.service.paper import page_of
from app.analysis.service.report import sheets_of
from app.analysis.service.standing import SOON, open_work, overdue, turning_red
from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal
from app.core.config import config
from app.core.errors import Fault
from app.core.languages import Language
from app.documents import service as documents
from app.evaluation import service as evaluation
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.summing import Dimension
from app.evaluation.rules.tables import Heading
from app.evaluation.service import Asked
from app.evaluation.service.asking import asked_between, head_of
from app.evaluation.service.headings import heading, wording
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import book_of
from app.exports.rules import Contents
from app.exports.service import Wanted

SUMMED = ("district", "unit", "class", "month", "weekday", "hour")
SUMMARIES: Mapping[tuple[Dimension, ...], bool] = MappingProxyType(
    {(): True, **{(Dimension(name),): name in {"district", "unit", "class"} for name in SUMMED}}
)
"""By what the report is summed, and whether times are measured as well."""
STANDING = ("", "district", "unit", "stage")
MOST_URGENT = 500
LONGEST = timedelta(days=366)
AT_ONCE = 100_000
"""A report of so many closed cases is made while one waits: in about five seconds. Of more it is a job."""
STEPS = 5
"""So many steps a report takes until all of it is read."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was read, with what its file says around it."""

    found: dict[str, Any]
    words: Wording
    above: Heading
    city: str


def told_report(
    session: Session,
    query: ReportQuery,
    principal: Principal,
    *,
    now: datetime,
    language: Language,
    step: Callable[[], None] = lambda: None,
) -> Report:
    """The report on the ground of somebody. Needs one state of the database for all its parts.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    found = report_answer(session, query, principal, now=now, step=step)
    words = wording(session, language)
    above = heading(session, "report", found, query.area, words, unit=query.unit)
    return Report(found, words, above, evaluation.city_name(session))


def report_file(report: Report, ending: str) -> bytes:
    """The report as a workbook or on paper. Nothing is read for it any more.

    Raises: PrintingBusy, NoPrinting.
    """
    if ending == "xlsx":
        return book_of(sheets_of(report.found, report.words), report.above, report.words)
    return documents.printers().pdf(page_of(report.found, report.above, report.words, report.city), {})


def asked_for(session: Session, query: ReportQuery, principal: Principal, now: datetime) -> Asked:
    """Of which time and ground a report is.

    Raises: BadSpan, BadPeriod, BadFilter.
    """
    span = asked_between(session, _span(query), principal, now)
    if span.end - span.start > LONGEST:
        fault = Fault("/to", f"at most {LONGEST.days} days after from")
        raise BadPeriod("A report is of a year at most.", faults=[fault])
    return span


def is_long(session: Session, query: ReportQuery, principal: Principal, now: datetime) -> bool:
    """Whether nobody should wait for a report: whatever its ground, what was closed in its time is read.

    Raises: BadSpan, BadPeriod, BadFilter.
    """
    asked = asked_for(session, query, principal, now)
    return queries.more_closed_than(session, AT_ONCE, asked.start, asked.end)


def wanted_report(query: ReportQuery, language: Language) -> Wanted:
    """A report as an export."""
    asked = query.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"format", "lang"})
    return Wanted(asked, query.format, language, Contents.SLA_REPORT)


def _span(query: ReportQuery) -> FlowSpanQuery:
    asked = {"from": query.since, "to": query.until, "area": query.area, "unit": query.unit}
    return FlowSpanQuery.model_validate({**asked, "group_by": "unit"})


def report_answer(
    session: Session,
    query: ReportQuery,
    principal: Principal,
    *,
    now: datetime,
    step: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """What the report says. Needs one state of the database for all its parts; calls `step` after each of them.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    asked, zone = asked_for(session, query, principal, now), config().city_tz
    span = _span(query)
    window = evaluation.window_of(session, asked, now=now)
    queries.sort_in_memory(session)
    sums = evaluation.summaries(session, asked, SUMMARIES, window, zone)
    whole, groups = sums[0], sums[1:]
    step()
    found = filter_for(session, span)
    flows = flows_of(session, Flow(asked, found, span.dimensions, zone), window, step)
    standing = _standing(session, found, principal, now)
    step()
    urgent = _urgent(session, found, principal, now)
    step()
    return {
        **head_of(asked),
        "area": None if query.area is None else _named(session, query.area),
        "unit": evaluation.unit_ref(session, query.unit),
        "whole": whole[0] if whole else {},
        "summary": dict(zip(SUMMED, groups, strict=True)),
        "open": standing,
        **urgent,
        "bottleneck": {"whole": flows.slow, "unit": flows.slow_groups},
        "detours": {"whole": flows.off, "unit": flows.off_groups},
    }


def _standing(
    session: Session, found: CaseFilter, principal: Principal, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Open work, as a whole and by what the report groups it."""
    return {
        name or "whole": open_work(session, by, found, principal, now=now)
        for name, by in ((name, (OpenDimension(name),) if name else ()) for name in STANDING)
    }


def _urgent(session: Session, found: CaseFilter, principal: Principal, now: datetime) -> dict[str, dict[str, Any]]:
    """The most urgent of the cases that are late, and of those that will be within a day."""
    soon = replace(found, due_within=SOON)
    lists = {
        "overdue": overdue(session, found, principal, now=now, limit=MOST_URGENT, cursor=None),
        "turning_red": turning_red(session, soon, principal, now=now, limit=MOST_URGENT, cursor=None),
    }
    return {name: {"total": one.total, "items": one.items} for name, one in lists.items()}


def _named(session: Session, area: str) -> dict[str, str]:
    return {"code": area, "name": evaluation.area_names(session, [area]).get(area, area)}
