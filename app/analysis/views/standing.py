"""Open work over HTTP: by group and age, what is late, what is late soon."""

from __future__ import annotations

from typing import TypeVar

from flask import Response

from app.analysis import service
from app.analysis.schemas import (
    BehindOut,
    OpenCasesQuery,
    OpenWorkOut,
    OpenWorkQuery,
    OverdueQuery,
    TurningRedQuery,
    UrgentPage,
)
from app.analysis.service import OpenBehind
from app.analysis.service.answers import open_answer, overdue_answer, turning_red_answer
from app.analysis.service.ground import filter_for
from app.analysis.views.blueprint import analysis
from app.analysis.views.files import LINES, analysis_answer, told
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.clock import to_rfc3339
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation.views.files import also_files

AnyList = TypeVar("AnyList", bound=OverdueQuery)


LISTED = also_files(UrgentPage, "Cases, the most urgent first", "csv", "xlsx")
GROUPED = also_files(OpenWorkOut, "Open cases by group", "csv", "xlsx")


@analysis.get("/sla/open", operation_id="analyze_open_cases", responses={200: GROUPED, **problems(401, 403)})
@needs("figures.read")
def analyze_open_cases(query: OpenWorkQuery) -> Response:
    """Open cases by group as they stand now: lamps, how long they have been open, the oldest."""
    now = clock.now()
    with read_unit() as session:
        found = told(session, "open", query, open_answer(session, query, current_principal(), now=now))
    return analysis_answer(found, now)


@analysis.get(
    "/sla/open/cases",
    operation_id="list_open_cases_behind",
    responses={200: BehindOut, **problems(401, 403, 404, 422)},
)
@needs("figures.read")
def list_open_cases_behind(query: OpenCasesQuery) -> Response:
    """The cases behind one number of one group of open work, the oldest first: as many as it says, at most 10 000."""
    now, behind = clock.now(), OpenBehind(query.dimensions, query.values, query.count)
    with read_unit() as session:
        items = service.open_cases(session, filter_for(session, query), behind, current_principal(), now=now)
    return json_response({"as_of": to_rfc3339(now), "items": items})


@analysis.get("/sla/overdue", operation_id="list_overdue_cases", responses={200: LISTED, **problems(401, 403)})
@needs("figures.read")
def list_overdue_cases(query: OverdueQuery) -> Response:
    """Cases under a red lamp, the longest overdue first."""
    now = clock.now()
    with read_unit() as session:
        found = overdue_answer(session, _whole(query), current_principal(), now=now)
        said = told(session, "overdue", query, found)
    return analysis_answer(said, now)


@analysis.get("/sla/turning-red", operation_id="list_cases_turning_red", responses={200: LISTED, **problems(401, 403)})
@needs("figures.read")
def list_cases_turning_red(query: TurningRedQuery) -> Response:
    """Cases that are not late yet and will be within some hours, the soonest first."""
    now = clock.now()
    with read_unit() as session:
        found = turning_red_answer(session, _whole(query), current_principal(), now=now)
        said = told(session, "turning_red", query, found)
    return analysis_answer(said, now)


def _whole(query: AnyList) -> AnyList:
    """Files have the list from its beginning, not by pages."""
    return query if query.format == "json" else query.model_copy(update={"limit": LINES, "cursor": None})
