"""Sources of reports and their rules."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3 import Tag

from app.cases.rules import Source, Stage
from app.core import clock
from app.core.auth import Principal, current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.reports.errors import SourceNotKnown
from app.reports.schemas import LimitIO, SourceIn, SourceOut, SourcePath, SourcesOut
from app.reports.views.reports import reports
from app.sla import service as sla
from app.sla.rules import Limit, SourceRule

TAGS = [Tag(name="Sources")]


@reports.get("/sources", operation_id="list_sources", tags=TAGS, responses={200: SourcesOut, **problems(401, 403)})
@needs("source.list")
def list_sources() -> Response:
    """Every source with who enters it, what is verified first, its own limits, and what reply is given."""
    principal = current_principal()
    with read_unit() as session:
        rules = sla.timing(session).sources
    return json_response({"items": [_shown(rules[source], principal) for source in Source]})


@reports.put(
    "/sources/<source>",
    operation_id="change_source",
    tags=TAGS,
    responses={200: SourceOut, **problems(401, 403, 404, 503)},
)
@needs("source.admin")
def change_source(path: SourcePath, body: SourceIn) -> Response:
    """Change the rule of a source as a whole, for what happens from now on; the change is recorded."""
    if path.source not in set(Source):
        raise SourceNotKnown(f"Sources are {', '.join(Source)}.")
    principal, now = current_principal(), clock.now()
    rule = _rule_of(Source(path.source), body)
    with write_unit() as session:
        sla.set_source(session, rule, actor_id=principal.id, now=now)
        return answer(session, _shown(sla.timing(session).sources[rule.source], principal))


def _rule_of(source: Source, body: SourceIn) -> SourceRule:
    return SourceRule(
        source=source,
        name_zh=body.name_zh.strip(),
        name_en=body.name_en.strip(),
        entered_by=frozenset(body.entered_by),
        needs_verification=body.needs_verification,
        reply=body.reply,
        reply_limit=None if body.reply_limit is None else _limit(body.reply_limit),
        active=body.active,
        limits={stage: _limit(given) for stage, given in body.limits.items()},
    )


def _limit(given: LimitIO) -> Limit:
    return Limit(given.amount, given.unit)


def _shown(rule: SourceRule, principal: Principal) -> dict[str, Any]:
    return {
        "source": rule.source,
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "entered_by": sorted(rule.entered_by),
        "needs_verification": rule.needs_verification,
        "reply": rule.reply,
        "reply_limit": None if rule.reply_limit is None else _written(rule.reply_limit),
        "active": rule.active,
        "limits": {stage: _written(rule.limits[stage]) for stage in Stage if stage in rule.limits},
        "mine": principal.kind == "staff" and rule.may_be_entered_by(principal.roles),
    }


def _written(limit: Limit) -> dict[str, Any]:
    return {"amount": float(limit.amount), "unit": limit.unit}
