"""Areas of all levels."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from sqlalchemy import Row

from app.core.auth import needs
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import Fault
from app.core.http import json_response
from app.core.paging import decode_cursor, page
from app.core.schemas import problems
from app.core.spans import end_of
from app.grid import service
from app.grid.errors import BadBox, UnknownArea
from app.grid.queries import areas as queries
from app.grid.queries import live
from app.grid.rules.codes import Level
from app.grid.schemas import AreaDetailOut, AreaPath, AreaQuery, AreasPage, AreasQuery
from app.grid.views.blueprint import grid, unchanged, versioned

NOT_MODIFIED: dict[str | int, Any] = {"304": {"description": "The caller has this version"}}


@grid.get("/areas", operation_id="list_areas", responses={"200": AreasPage, **NOT_MODIFIED, **problems()})
@needs("grid.read")
def list_areas(query: AreasQuery) -> Response:
    """List areas in the order of their codes."""
    wanted = _filter(query)
    after = str(decode_cursor(query.cursor, 1)[0]) if query.cursor else None
    with read_unit() as session:
        version = live.state(session).version
        if unchanged(version):
            return versioned(None, version)
        rows = queries.list_areas(session, wanted, after, query.limit + 1, geometry=query.geometry)
    shown, next_cursor = page(rows, query.limit, lambda row: (row.code,))
    return versioned({"items": [_as_json(row) for row in shown], "next_cursor": next_cursor}, version)


@grid.get("/areas/<code>", operation_id="get_area", responses={"200": AreaDetailOut, **problems(404)})
@needs("grid.read")
def get_area(path: AreaPath, query: AreaQuery) -> Response:
    """One area, live or retired."""
    with read_unit() as session:
        version = live.state(session).version
        row = queries.find_area(session, path.code, geometry=query.geometry)
        if row is None:
            raise UnknownArea(f"There never was an area with the code {path.code}.")
        successors = [one._asdict() for one in service.successors(session, path.code)] if row.valid_to else []
    return json_response({**_as_json(row), "successors": successors}, version=version)


def _filter(query: AreasQuery) -> queries.AreaFilter:
    return queries.AreaFilter(
        level=Level.of(query.level) if query.level else None,
        parent=query.parent,
        bbox=_box(query.bbox) if query.bbox else None,
        at=end_of(query.at.isoformat(), config().city_tz, name="at") if query.at else None,
    )


def _box(text: str) -> tuple[float, float, float, float]:
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        fault = Fault("/bbox", "write west,south,east,north in degrees, west ≤ east, south ≤ north")
        raise BadBox("The box is not west,south,east,north in degrees.", faults=[fault])
    return west, south, east, north


def _as_json(row: Row[Any]) -> dict[str, Any]:
    """A row as it is sent; the outline goes through as the text that the database made of it."""
    found = row._asdict()
    found["level"] = Level(row.level).word
    if "geometry" in found:
        found["geometry"] = orjson.Fragment(row.geometry)
    return found
