"""How long each stage of a case may take."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Row

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems
from app.sla import service
from app.sla.rules import Stage
from app.sla.schemas import StageLimitIn, StageLimitOut, StageLimitsOut, StagePath
from app.sla.service import changing
from app.sla.views.blueprint import sla


@sla.get("/stage-limits", operation_id="list_stage_limits", responses={200: StageLimitsOut, **problems()})
@needs("calendar.read")
def list_stage_limits() -> Response:
    """The limits of the stages, in the order in which a case passes them; handling has that of its condition"""
    with read_unit() as session:
        found = service.stage_limits(session)
    items = [
        {"stage": stage, "limit": float(found[stage].amount), "unit": found[stage].unit}
        for stage in Stage
        if stage in found
    ]
    return json_response({"items": items})


@sla.get("/stage-limits/<stage>", operation_id="get_stage_limit", responses={200: StageLimitOut, **problems()})
@needs("calendar.read")
def get_stage_limit(path: StagePath) -> Response:
    """The limit of one stage"""
    with read_unit() as session:
        found = changing.one_stage_limit(session, path.stage)
    return json_response(_shown(found), version=found.version)


@sla.put(
    "/stage-limits/<stage>",
    operation_id="put_stage_limit",
    responses={200: StageLimitOut, **problems(401, 403, 412, 428)},
)
@needs("calendar.admin")
def put_stage_limit(path: StagePath, body: StageLimitIn) -> Response:
    """Change the limit of a stage, for the clocks that start from now on"""
    expected, now, actor_id = if_match(), clock.now(), current_principal().id
    limit = changing.limit_of(body.limit, body.unit)
    with write_unit() as session:
        changing.change_stage_limit(session, path.stage, limit, expected=expected, now=now, actor_id=actor_id)
        found = changing.one_stage_limit(session, path.stage)
        return answer(session, _shown(found), version=found.version)


def _shown(row: Row[*tuple[Any, ...]]) -> StageLimitOut:
    return StageLimitOut(stage=row.stage, limit=float(row.amount), unit=row.unit)
