"""Open work over HTTP: by group and age, what is late, what is late soon."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from flask import Response

from app.analysis import service
from app.analysis.schemas import OpenWorkOut, OpenWorkQuery, OverdueQuery, TurningRedQuery, UrgentPage
from app.analysis.service import Urgent
from app.analysis.views.blueprint import analysis
from app.analysis.views.ground import filter_for
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.clock import to_rfc3339
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems


@analysis.get("/sla/open", operation_id="analyze_open_cases", responses={200: OpenWorkOut, **problems(401, 403)})
@needs("figures.read")
def analyze_open_cases(query: OpenWorkQuery) -> Response:
    """Open cases by group as they stand now: lamps, how long they have been open, the oldest."""
    now = clock.now()
    with read_unit() as session:
        found = filter_for(session, query)
        items = service.open_work(session, query.dimensions, found, current_principal(), now=now)
    return json_response({"as_of": to_rfc3339(now), "items": items})


@analysis.get("/sla/overdue", operation_id="list_overdue_cases", responses={200: UrgentPage, **problems(401, 403)})
@needs("figures.read")
def list_overdue_cases(query: OverdueQuery) -> Response:
    """Cases under a red lamp, the longest overdue first."""
    now = clock.now()
    with read_unit() as session:
        found = filter_for(session, query)
        page = service.overdue(session, found, current_principal(), now=now, limit=query.limit, cursor=query.cursor)
    return _page(page, now)


@analysis.get(
    "/sla/turning-red", operation_id="list_cases_turning_red", responses={200: UrgentPage, **problems(401, 403)}
)
@needs("figures.read")
def list_cases_turning_red(query: TurningRedQuery) -> Response:
    """Cases that are not late yet and will be within some hours, the soonest first."""
    now = clock.now()
    with read_unit() as session:
        found = replace(filter_for(session, query), due_within=query.within)
        page = service.turning_red(session, found, current_principal(), now=now, limit=query.limit, cursor=query.cursor)
    return _page(page, now)


def _page(page: Urgent, now: datetime) -> Response:
    return json_response({"as_of": to_rfc3339(now), **asdict(page)})
