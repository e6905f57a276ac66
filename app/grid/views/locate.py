"""Point → place."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.core.auth import current_principal, public
from app.core.db import read_unit
from app.core.http import json_response
from app.core.intake import takes
from app.core.schemas import problems
from app.grid import service
from app.grid.rules.coordinates import to_wgs84
from app.grid.rules.points import points_to_wgs84
from app.grid.schemas import LocatedManyOut, LocateManyIn, LocateQuery, PlaceOut
from app.grid.views.blueprint import grid

MANY_BYTES = 4 * 1_048_576


@grid.get("/locate", operation_id="locate", responses={"200": PlaceOut, **problems(404)})
@public
def locate(query: LocateQuery) -> Response:
    """Find the areas, the cell and the duty zone of a point."""
    lon, lat = to_wgs84(query.lon, query.lat, query.crs)
    with read_unit() as session:
        place = service.locate(session, lon, lat)
        answer = place_as_json(place)
        if place.duty_zone is not None and current_principal().may("grid.people"):
            people = service.people_of_zone(session, place.duty_zone.code)
            answer["people"] = [person._asdict() for person in people]
    return json_response(answer)


def place_as_json(place: service.Place) -> dict[str, Any]:
    """A place as `locate` answers it, without people."""
    zone = place.duty_zone
    return {
        "areas": [area._asdict() for area in place.areas],
        "cell": {"code": place.cell.code, "name": place.cell.name},
        "duty_zone": zone._asdict() if zone is not None else None,
    }


@grid.post("/locate", operation_id="locate_many", responses={"200": LocatedManyOut, **problems(413)})
@public
@takes("application/json", max_bytes=MANY_BYTES)
def locate_many(body: LocateManyIn) -> Response:
    """Find the cells of up to 10 000 points."""
    lons, lats = points_to_wgs84(body.points)
    with read_unit() as session:
        found = service.locate_many(session, lons, lats)
    items = [{"cell": cell, "problem": problem} for cell, problem in zip(found.cells, found.problems, strict=True)]
    return json_response({"items": items})
