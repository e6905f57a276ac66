"""Sums of a time by group as an operation answers them, and the cases behind each number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.config import config
from app.evaluation.rules.indicators import DEFINITIONS
from app.evaluation.schemas import GroupsQuery, SummaryCasesQuery, SummaryQuery
from app.evaluation.service.asking import asked_between, head_of
from app.evaluation.service.behind import cases_of_group
from app.evaluation.service.figures import Asked
from app.evaluation.service.summing import Summary, summarize


def summary_answer(session: Session, query: SummaryQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """A summary on the ground of somebody: {from, to, as_of, definitions, items}.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    wanted = _wanted(session, query, principal, now, times=query.times)
    return _head(wanted.asked) | {"items": summarize(session, wanted, now=now)}


def summary_cases_answer(
    session: Session, query: SummaryCasesQuery, principal: Principal, *, now: datetime
) -> dict[str, Any]:
    """The cases behind one number of one group: {from, to, as_of, definitions, items}.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady, and what a group that is none raises.
    """
    wanted = _wanted(session, query, principal, now)
    return _head(wanted.asked) | {"items": cases_of_group(session, wanted, query.values, query.count, now=now)}


def _head(asked: Asked) -> dict[str, str]:
    return head_of(asked) | {"definitions": str(DEFINITIONS)}


def _wanted(
    session: Session, query: GroupsQuery, principal: Principal, now: datetime, *, times: bool = False
) -> Summary:
    """Raises: BadSpan, BadPeriod, BadFilter."""
    return Summary(asked_between(session, query, principal, now), query.dimensions, config().city_tz, times)
