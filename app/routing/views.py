"""Routing over HTTP."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.catalog import service as catalog
from app.core import clock
from app.core.auth import needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.grid import service as grid
from app.routing import service
from app.routing.schemas import ExplainIn, RoutingOut

routing = APIBlueprint("routing", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Routing")])


@routing.post(
    "/routing/explain", operation_id="explain_routing", responses={"200": RoutingOut, **problems(401, 403, 404)}
)
@needs("routing.explain")
def explain_routing(body: ExplainIn) -> Response:
    """Say whose a case of this type at this place would be, and why."""
    lon, lat = body.position.wgs84()
    on = body.on or clock.now().astimezone(ZoneInfo(config().city_tz)).date()
    with read_unit() as session:
        type_row = catalog.find_type(session, body.type)
        place = grid.locate(session, lon, lat)
        found = service.route(session, type_row=type_row, place=place, on=on)
    return json_response(found.as_json())
