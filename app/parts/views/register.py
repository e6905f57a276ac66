"""Parts over HTTP: lists, one part, the nearest ones, how many; making, changing and retiring them."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems
from app.grid.rules.coordinates import to_wgs84
from app.parts.queries import register as queries
from app.parts.schemas import (
    NearestQuery,
    NearPartsOut,
    NewPartIn,
    PartCountsOut,
    PartCountsQuery,
    PartOut,
    PartPatch,
    PartPath,
    PartsPage,
    PartsQuery,
)
from app.parts.service import filtering
from app.parts.service import register as service
from app.parts.service.register import Near, NewPart
from app.parts.views.blueprint import asked_of, geometry_of, not_modified, parts

NOT_MODIFIED: dict[str | int, Any] = {304: {"description": "The caller has this version"}}
CHANGED = {200: PartOut, **problems(401, 403, 404, 409, 412, 428)}


@parts.get("", operation_id="list_parts", responses={200: PartsPage, **problems(401, 403)})
@needs("part.read")
def list_parts(query: PartsQuery) -> Response:
    """Parts in the order of their codes; within a street or less by cell, then code."""
    with read_unit() as session:
        wanted = filtering.filter_of(session, asked_of(query))
        rows, cursor = service.page(session, wanted, limit=query.limit, cursor=query.cursor)
    return json_response({"items": [service.item(row) for row in rows], "next_cursor": cursor})


@parts.get("/nearest", operation_id="nearest_parts", responses={200: NearPartsOut, **problems()})
@needs("part.find")
def nearest_parts(query: NearestQuery) -> Response:
    """The parts nearest to a point, to name the one that a report is about."""
    lon, lat = to_wgs84(query.lon, query.lat, query.crs)
    with read_unit() as session:
        types = None if query.type is None else filtering.types_of(session, query.type)
        near = Near(lon, lat, query.within_m, query.limit)
        items = service.nearest(session, near, types, principal=current_principal())
    return json_response({"items": items})


@parts.get("/counts", operation_id="count_parts", responses={200: PartCountsOut, **NOT_MODIFIED, **problems(401, 403)})
@needs("part.read")
def count_parts(query: PartCountsQuery) -> Response:
    """How many parts there are of each type and in which state, in the city or an area of it."""
    with read_unit() as session:
        version = queries.state(session).version
        if (same := not_modified(version)) is not None:
            return same
        area = None if query.area is None else filtering.area_of(session, query.area)
        found = service.counts(session, area)
    return json_response(found, version=version, headers={"Cache-Control": "private, no-cache"})


@parts.get("/<code>", operation_id="get_part", responses={200: PartOut, **problems(401, 403, 404)})
@needs("part.read")
def get_part(path: PartPath) -> Response:
    """One part, retired or not"""
    with read_unit() as session:
        row = service.find(session, path.code)
        shown = service.card(session, row)
    return json_response(shown, version=row.version)


@parts.post("", operation_id="create_part", responses={201: PartOut, **problems(401, 403, 404, 409)})
@needs("part.admin")
def create_part(body: NewPartIn) -> Response:
    """Put a part into the register; without a code it gets the next one of its district and type"""
    values = body.model_dump(include={"owner_id", "state", "name", "surveyed_on"})
    with write_unit() as session:
        new = NewPart(service.find_part_type(session, body.type), geometry_of(body.position), body.code, values)
        made = service.create(session, new, now=clock.now(), actor_id=current_principal().id)
        location = {"Location": f"/api/v1/parts/{made.code}"}
        return answer(session, service.card(session, made), 201, version=made.version, headers=location)


@parts.patch("/<code>", operation_id="change_part", responses=CHANGED)
@needs("part.admin")
def change_part(path: PartPath, body: PartPatch) -> Response:
    """Change whose a part is, its state, its name, its day of survey or its place"""
    expected, changes = if_match(), body.changes()
    if "position" in changes:
        changes["geometry"] = geometry_of(changes.pop("position"))
    with write_unit() as session:
        after = service.change(
            session, path.code, changes, expected=expected, now=clock.now(), actor_id=current_principal().id
        )
        return answer(session, service.card(session, after), version=after.version)


@parts.post("/<code>/retire", operation_id="retire_part", responses=CHANGED)
@needs("part.admin")
def retire_part(path: PartPath) -> Response:
    """Take a part out of use; its row and its history stay"""
    expected = if_match()
    with write_unit() as session:
        after = service.retire(session, path.code, expected=expected, now=clock.now(), actor_id=current_principal().id)
        return answer(session, service.card(session, after), version=after.version)
