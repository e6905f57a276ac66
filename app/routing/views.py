"""Routing over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.catalog import service as catalog
from app.core import clock
from app.core.auth import needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.paging import PageQuery
from app.core.schemas import problems
from app.grid import service as grid
from app.grid.rules.codes import Level
from app.routing import service
from app.routing.queries import RuleFilter
from app.routing.rules import Coverage, Gap
from app.routing.schemas import CoverageOut, CoverageQuery, ExplainIn, RoutingOut, RulesPage, RulesQuery, VersionsPage

routing = APIBlueprint("routing", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Routing")])


@routing.post(
    "/routing/explain", operation_id="explain_routing", responses={"200": RoutingOut, **problems(401, 403, 404)}
)
@needs("routing.explain")
def explain_routing(body: ExplainIn) -> Response:
    """Say whose a case of this type at this place would be, and why."""
    lon, lat = body.position.wgs84()
    on = body.on or _today()
    with read_unit() as session:
        type_row = catalog.find_type(session, body.type)
        place = grid.locate(session, lon, lat)
        bound = service.bound(session, type_row=type_row, part_code=body.part_code, lon=lon, lat=lat, on=on)
        found = service.route(session, type_row=type_row, place=place, on=on, bound=bound)
    return json_response(found.as_json())


@routing.get("/routing/rules", operation_id="list_routing_rules", responses={"200": RulesPage, **problems(401, 403)})
@needs("routing.read")
def list_routing_rules(query: RulesQuery) -> Response:
    """The responsibility rules in force, or those of an older version."""
    wanted = RuleFilter(query.version, query.on, query.type, query.area, query.organization)
    with read_unit() as session:
        version, items, cursor = service.rules_for(session, wanted, limit=query.limit, cursor=query.cursor)
    return json_response({"version": version, "items": items, "next_cursor": cursor})


@routing.get(
    "/routing/versions", operation_id="list_routing_versions", responses={"200": VersionsPage, **problems(401, 403)}
)
@needs("routing.read")
def list_routing_versions(query: PageQuery) -> Response:
    """The sets of rules there were: when each came, how many rules came and went with it, and by whom."""
    with read_unit() as session:
        items, cursor = service.versions_for(session, limit=query.limit, cursor=query.cursor)
    return json_response({"items": items, "next_cursor": cursor})


@routing.get("/routing/coverage", operation_id="routing_coverage", responses={"200": CoverageOut, **problems(401, 403)})
@needs("routing.read")
def routing_coverage(query: CoverageQuery) -> Response:
    """Say which types have no rule on which ground, so that only the street answers there, or nobody."""
    with read_unit() as session:
        found = service.coverage_on(session, query.on or _today())
    return json_response(_coverage_json(found))


def _coverage_json(found: Coverage) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in ("version", "types", "cells", "pairs", "without", "nobody")}
    return {"on": found.on.isoformat(), **counts, "items": [_gap_json(gap) for gap in found.gaps]}


def _gap_json(gap: Gap) -> dict[str, Any]:
    return {
        "types": [
            {"scheme": row.scheme, "kind": str(row.kind), "code": row.code, "name": row.name} for row in gap.types
        ],
        "cells": gap.cells,
        "nobody": gap.nobody,
        "area_count": gap.area_count,
        "areas": [
            {"code": one.area.code, "name": one.area.name, "level": Level(one.area.level).word, "cells": one.cells}
            for one in gap.areas
        ],
    }


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(config().city_tz)).date()
