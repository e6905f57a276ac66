"""Closed cases of a time over HTTP: where their time went, and what took them off the straight way."""

from __future__ import annotations

from flask import Response

from app.analysis import service
from app.analysis.schemas import BehindOut, BottleneckCasesQuery, DetourCasesQuery, FlowQuery, FlowsOut
from app.analysis.service import Behind, Detour
from app.analysis.service.answers import bottleneck_answer, detours_answer, flow_of
from app.analysis.views.blueprint import analysis
from app.analysis.views.files import analysis_answer, told
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.clock import to_rfc3339
from app.core.db import snapshot_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation.views.files import also_files

ANSWER = also_files(FlowsOut, "Closed cases by group", "csv", "xlsx")
BEHIND = {200: BehindOut, **problems(401, 403, 404, 422, 503)}
ANALYSED = {200: ANSWER, **problems(401, 403, 503)}


@analysis.get("/sla/bottleneck", operation_id="analyze_bottleneck", responses=ANALYSED)
@needs("figures.read")
def analyze_bottleneck(query: FlowQuery) -> Response:
    """Where the time of the cases closed in a time went, stage by stage."""
    now = clock.now()
    with snapshot_unit() as session:
        found = told(session, "bottleneck", query, bottleneck_answer(session, query, current_principal(), now=now))
    return analysis_answer(found, now)


@analysis.get("/sla/detours", operation_id="analyze_detours", responses=ANALYSED)
@needs("figures.read")
def analyze_detours(query: FlowQuery) -> Response:
    """Holds, extensions, returns, reworks and reopenings of the cases closed in a time, and why."""
    now = clock.now()
    with snapshot_unit() as session:
        found = told(session, "detours", query, detours_answer(session, query, current_principal(), now=now))
    return analysis_answer(found, now)


@analysis.get("/sla/bottleneck/cases", operation_id="list_bottleneck_cases", responses=BEHIND)
@needs("figures.read")
def list_bottleneck_cases(query: BottleneckCasesQuery) -> Response:
    """The cases behind one number of one group of the bottleneck: as many as it says, at most 10 000."""
    now, behind = clock.now(), Behind(query.stage, query.late)
    with snapshot_unit() as session:
        flow = flow_of(session, query, current_principal(), now)
        items = service.cases_in_stage(session, flow, query.values, behind, now=now)
    return json_response({"as_of": to_rfc3339(flow.asked.at), "items": items})


@analysis.get("/sla/detours/cases", operation_id="list_detour_cases", responses=BEHIND)
@needs("figures.read")
def list_detour_cases(query: DetourCasesQuery) -> Response:
    """The cases behind one number of one group of the detours: as many as it says, at most 10 000."""
    now, behind = clock.now(), Detour(query.kind, query.count, query.reason)
    with snapshot_unit() as session:
        flow = flow_of(session, query, current_principal(), now)
        items = service.cases_on_detour(session, flow, query.values, behind, now=now)
    return json_response({"as_of": to_rfc3339(flow.asked.at), "items": items})
