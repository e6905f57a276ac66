"""What the views of the register hang on."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from app.parts.schemas import PartFilterQuery, PlaceIn
from app.parts.service.filtering import Asked
from app.parts.service.placing import shape_of

parts = APIBlueprint("parts", __name__, url_prefix="/api/v1/parts", abp_tags=[Tag(name="Parts")])


def asked_of(query: PartFilterQuery) -> Asked:
    """The filter in a query string."""
    return Asked(query.type, query.owner, query.state, query.area, query.bbox, query.q)


def geometry_of(position: PlaceIn | None) -> object | None:
    """A stated place as a geometry in EPSG:4326."""
    return None if position is None else shape_of(position.wgs84())


def not_modified(version: int) -> Response | None:
    """The empty answer to somebody who has this version already."""
    if request.headers.get("If-None-Match", "").removeprefix("W/") != f'"{version}"':
        return None
    return Response(status=304, headers={"ETag": f'"{version}"'})
