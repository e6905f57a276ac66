"""The catalogue over HTTP."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.catalog import queries
from app.catalog.schemas import TypesPage, TypesQuery
from app.core.auth import public
from app.core.db import read_unit
from app.core.http import json_response
from app.core.paging import decode_cursor, page
from app.core.schemas import problems

catalog = APIBlueprint("catalog", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Catalogue")])


@catalog.get("/types", operation_id="list_types", responses={"200": TypesPage, **problems()})
@public
def list_types(query: TypesQuery) -> Response:
    """List types of parts and matters with their filing conditions."""
    after = [str(value) for value in decode_cursor(query.cursor, 3)] if query.cursor else None
    filters = {"scheme": query.scheme, "kind": query.kind, "class_code": query.class_code, "q": query.q}
    with read_unit() as session:
        rows = queries.list_types(session, filters, after, query.limit + 1)
    shown, next_cursor = page(rows, query.limit, lambda row: (row.scheme, row.kind, row.code))
    return json_response({"items": [row._asdict() for row in shown], "next_cursor": next_cursor})
