"""The blueprint that the grid's views hang on, and the condition of cached reads."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from app.core.http import json_response

grid = APIBlueprint("grid", __name__, url_prefix="/api/v1/grid", abp_tags=[Tag(name="Grid")])


def unchanged(version: int) -> bool:
    """Whether the caller has this version of the grid already."""
    return request.headers.get("If-None-Match", "").removeprefix("W/") == f'"{version}"'


def versioned(payload: Any, version: int) -> Response:
    """An answer read from the grid, with its version; 304 without a body when the caller has it."""
    if unchanged(version):
        return Response(status=304, headers={"ETag": f'"{version}"'})
    return json_response(payload, version=version, headers={"Cache-Control": "no-cache"})
