"""What the analyses answer, whoever asks: HTTP, a schedule, a job."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.analysis.schemas import FlowQuery, FlowSpanQuery, OpenWorkQuery, OverdueQuery, TurningRedQuery
from app.analysis.service.flows import Flow, bottleneck, detours
from app.analysis.service.ground import filter_for
from app.analysis.service.standing import open_work, overdue, turning_red
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.config import config
from app.evaluation.service.asking import asked_between, head_of


def open_answer(session: Session, query: OpenWorkQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """What somebody sees of open work: {as_of, items}.

    Raises: BadFilter.
    """
    found = filter_for(session, query)
    return {"as_of": to_rfc3339(now), "items": open_work(session, query.dimensions, found, principal, now=now)}


def overdue_answer(session: Session, query: OverdueQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """What somebody sees of overdue cases: {as_of, total, items, next_cursor}.

    Raises: BadFilter, BadCursor.
    """
    found = filter_for(session, query)
    page = overdue(session, found, principal, now=now, limit=query.limit, cursor=query.cursor)
    return {"as_of": to_rfc3339(now), **asdict(page)}


def turning_red_answer(
    session: Session, query: TurningRedQuery, principal: Principal, *, now: datetime
) -> dict[str, Any]:
    """What somebody sees of cases that are late soon: {as_of, total, items, next_cursor}.

    Raises: BadFilter, BadCursor.
    """
    found = replace(filter_for(session, query), due_within=query.within)
    page = turning_red(session, found, principal, now=now, limit=query.limit, cursor=query.cursor)
    return {"as_of": to_rfc3339(now), **asdict(page)}


def bottleneck_answer(session: Session, query: FlowQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """Where time went on the ground of somebody: {from, to, as_of, items}. Needs one state of the database.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    flow = flow_of(session, query, principal, now)
    return head_of(flow.asked) | {"items": bottleneck(session, flow, now=now)}


def detours_answer(session: Session, query: FlowQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """Detours on the ground of somebody: {from, to, as_of, items}. Needs one state of the database.

    Raises: BadSpan, BadPeriod, BadFilter, FiguresNotReady.
    """
    flow = flow_of(session, query, principal, now)
    return head_of(flow.asked) | {"items": detours(session, flow, now=now)}


def flow_of(session: Session, query: FlowSpanQuery, principal: Principal, now: datetime) -> Flow:
    """Closed cases of which time and ground are asked for.

    Raises: BadSpan, BadPeriod, BadFilter.
    """
    asked = asked_between(session, query, principal, now)
    return Flow(asked, filter_for(session, query), query.dimensions, config().city_tz)
