"""Running a statement: the same code that answers the operation, on the ground of whoever it is run for.

What can be run is registered here: how the operation is asked, what answers, how its file is set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.analysis.schemas import FlowQuery, OpenWorkQuery, OverdueQuery, ReportQuery, TurningRedQuery
from app.analysis.service.answers import (
    bottleneck_answer,
    detours_answer,
    open_answer,
    overdue_answer,
    turning_red_answer,
)
from app.analysis.service.gathering import is_long, report_answer, wanted_report
from app.analysis.service.paper import page_of
from app.analysis.service.report import sheets_of
from app.analysis.service.tables import Part, parts_of
from app.core.auth import Principal
from app.core.errors import Fault
from app.core.languages import Language
from app.core.paging import MOST
from app.core.schemas import Query
from app.documents import service as documents
from app.evaluation.rules.tables import Heading, Sheet
from app.evaluation.schemas import IndicatorsQuery, SummaryQuery
from app.evaluation.schemas.scores import RankingQuery
from app.evaluation.service import city_name
from app.evaluation.service.answers import indicators_answer, ranking_answer, summary_answer
from app.evaluation.service.headings import heading, wording
from app.evaluation.service.tables import charts_of, csv_of, indicators_table, ranking_table, summary_table
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import book_of
from app.exports.service import Wanted
from app.statements.errors import BadStatement
from app.statements.rules import (
    FORMATS,
    MEDIA_TYPES,
    TAKES,
    Form,
    Span,
    Takes,
    Time,
    What,
    file_name,
    of_days,
    period_name,
    span_of,
)

OURS = frozenset({"from", "to", "since", "until", "period", "at", "revision", "format", "limit", "cursor"})
"""Parameters that the statement itself decides."""
SOME_DAY = date(2026, 3, 10)
MOST_DAYS = 3700
MOST_LINES = 10_000
LANGUAGE: Language = "zh-CN"
"""Of files, where a statement names none."""
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a statement asks for; `params` as they are kept."""

    what: What
    params: Mapping[str, Any]
    format: Form


@dataclass(frozen=True, slots=True)
class File:
    """A statement as a file."""

    name: str
    media_type: str
    data: bytes
    period: str


@dataclass(frozen=True, slots=True)
class Told:
    """What an operation answered, of which time, and what its file says around it."""

    answer: Answer
    period: str
    words: Wording
    above: Heading
    city: str


@dataclass(frozen=True, slots=True)
class Runnable:
    """How an operation is asked, and what answers it."""

    query: type[Query]
    answer: Callable[..., Answer]


def _whole(answer: Callable[..., Answer]) -> Callable[..., Answer]:
    """The pages of a list as one answer, up to `MOST_LINES`; `total` says how many there are."""

    def every_page(session: Session, query: Any, principal: Principal, *, now: datetime) -> Answer:
        found = answer(session, query.model_copy(update={"limit": MOST}), principal, now=now)
        items, cursor = list(found["items"]), found["next_cursor"]
        while cursor is not None and len(items) < MOST_LINES:
            page = answer(session, query.model_copy(update={"limit": MOST, "cursor": cursor}), principal, now=now)
            items, cursor = [*items, *page["items"]], page["next_cursor"]
        return {name: value for name, value in found.items() if name != "next_cursor"} | {"items": items}

    return every_page


RUNNABLE: Mapping[What, Runnable] = MappingProxyType(
    {
        What.SUMMARY: Runnable(SummaryQuery, summary_answer),
        What.INDICATORS: Runnable(IndicatorsQuery, indicators_answer),
        What.RANKING: Runnable(RankingQuery, ranking_answer),
        What.OPEN: Runnable(OpenWorkQuery, open_answer),
        What.OVERDUE: Runnable(OverdueQuery, _whole(overdue_answer)),
        What.TURNING_RED: Runnable(TurningRedQuery, _whole(turning_red_answer)),
        What.BOTTLENECK: Runnable(FlowQuery, bottleneck_answer),
        What.DETOURS: Runnable(FlowQuery, detours_answer),
        What.REPORT: Runnable(ReportQuery, report_answer),
    }
)


def checked(asked: Asked) -> None:
    """Look whether a statement can be run at all.

    Raises: BadStatement, with what to change.
    """
    if asked.format not in FORMATS[asked.what]:
        forms = ", ".join(sorted(FORMATS[asked.what]))
        raise _bad("/format", f"of {asked.what} there are {forms}")
    for name in asked.params:
        if name in OURS:
            raise _bad(f"/params/{name}", "leave it out: the statement's `time` and `format` say it")
    _query(asked, *_when(asked, SOME_DAY))


def answer_of(session: Session, asked: Asked, principal: Principal, *, today: date, now: datetime) -> Told:
    """What the operation answers this principal as of now, of a time seen from `today`.

    Raises: BadStatement where the parameters name something that is no longer there; what the operation raises.
    """
    given, period = _when(asked, today)
    found = RUNNABLE[asked.what].answer(session, _query(asked, given, period), principal, now=now)
    words = wording(session, asked.params.get("lang") or LANGUAGE)
    above = heading(session, asked.what, found, asked.params.get("area"), words, unit=asked.params.get("unit"))
    return Told(found, period, words, above, city_name(session))


def as_job(session: Session, asked: Asked, principal: Principal, *, today: date, now: datetime) -> Wanted | None:
    """What is asked of the job that makes this statement, where nobody should wait for it: a report of a long time.

    Raises: BadStatement; what the operation raises.
    """
    if asked.what is not What.REPORT:
        return None
    query = _query(asked, *_when(asked, today)).model_copy(update={"format": asked.format.value})
    long = is_long(session, query, principal, now)
    return wanted_report(query, asked.params.get("lang") or LANGUAGE) if long else None


def file_of(asked: Asked, told: Told) -> File:
    """An answer as the file that was asked for; nothing is read for it any more."""
    data = orjson.dumps(told.answer) if asked.format is Form.JSON else _set(asked, told)
    return File(file_name(asked.what, told.period, asked.format), MEDIA_TYPES[asked.format], data, told.period)


def _set(asked: Asked, told: Told) -> bytes:
    """CSV, paper, or a workbook with the sheets and charts of the operation's own file.

    Raises: PrintingBusy, NoPrinting.
    """
    words = told.words
    if asked.format is Form.PDF:
        return documents.printers().pdf(page_of(told.answer, told.above, words, told.city), {})
    if asked.what is What.REPORT:
        return book_of(sheets_of(told.answer, words), told.above, words)
    parts = _parts(asked, told.answer)
    if asked.format is Form.CSV:
        return csv_of(parts[0][1], words)
    sheets = [Sheet(words.say("sheets", part), table, charts) for part, table, charts in parts]
    return book_of(sheets, told.above, words)


def _parts(asked: Asked, answer: Answer) -> list[Part]:
    items = answer["items"]
    match asked.what:
        case What.SUMMARY:
            group_by = _query(asked, *_when(asked, SOME_DAY)).dimensions
            return [(asked.what, summary_table(group_by, items), charts_of(group_by))]
        case What.INDICATORS:
            return [(asked.what, indicators_table(items), ())]
        case What.RANKING:
            return [(asked.what, ranking_table(items), ())]
        case _:
            return parts_of(asked.what, items)


def _query(asked: Asked, when: Mapping[str, str], _period: str) -> Any:
    given = {name: value for name, value in asked.params.items() if name != "time"}
    try:
        return RUNNABLE[asked.what].query.model_validate({**given, **when})
    except ValidationError as error:
        faults = [Fault("/params/" + "/".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise BadStatement(f"These parameters cannot be: {faults[0].detail}.", faults=faults) from error


def _when(asked: Asked, today: date) -> tuple[dict[str, str], str]:
    """(the operation's own parameters of its time, what the time is called)."""
    takes, time = TAKES[asked.what], asked.params.get("time")
    if takes is Takes.NOW:
        if time is not None:
            raise _bad("/params/time", f"leave it out: {asked.what} is as of now")
        return {}, today.isoformat()
    if takes is Takes.SPAN:
        span = _own_days(time) if isinstance(time, Mapping) else span_of(_named(time), today)
        return {"from": span.first.isoformat(), "to": span.last.isoformat()}, span.name
    period = None if isinstance(time, Mapping) else period_name(_named(time), today)
    if period is None:
        raise _bad("/params/time", f"{asked.what} is of a period: {', '.join(one for one in Time if _is_period(one))}")
    return {"period": period}, period


def _is_period(time: Time) -> bool:
    return period_name(time, SOME_DAY) is not None


def _named(time: Any) -> Time:
    if not isinstance(time, str) or time not in set(Time):
        raise _bad("/params/time", f"say of which time: {', '.join(Time)}, or from and to with two days")
    return Time(time)


def _own_days(time: Mapping[str, Any]) -> Span:
    try:
        first, last = (date.fromisoformat(time[name]) for name in ("from", "to"))
    except (KeyError, TypeError, ValueError):
        raise _bad("/params/time", "from and to are two days such as 2026-10-01") from None
    if len(time) > 2 or not 0 <= (last - first).days < MOST_DAYS:
        raise _bad("/params/time", f"nothing but from and to, at most {MOST_DAYS} days later")
    return of_days(first, last)


def _bad(pointer: str, detail: str) -> BadStatement:
    return BadStatement(f"This statement cannot be: {detail}.", faults=[Fault(pointer, detail)])
