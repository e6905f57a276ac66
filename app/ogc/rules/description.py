"""The description of the API that clients of OGC API - Features read: OpenAPI 3.0, made from the collections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.ogc.rules.collections import COLLECTIONS, Collection, Property
from app.ogc.rules.wanted import FORMATS, LIMIT, LIMIT_AT_MOST

Json = dict[str, Any]
_F: Json = {
    "name": "f",
    "in": "query",
    "required": False,
    "description": "As JSON or as a page; without it as the header Accept says",
    "schema": {"type": "string", "enum": list(FORMATS)},
}
_LIMIT: Json = {
    "name": "limit",
    "in": "query",
    "required": False,
    "description": "How many items a page has at most",
    "schema": {"type": "integer", "minimum": 1, "maximum": LIMIT_AT_MOST, "default": LIMIT},
    "style": "form",
    "explode": False,
}
_BBOX: Json = {
    "name": "bbox",
    "in": "query",
    "required": False,
    "description": "west,south,east,north in degrees (CRS84); items that meet the box",
    "schema": {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    },
    "style": "form",
    "explode": False,
}
_DATETIME: Json = {
    "name": "datetime",
    "in": "query",
    "required": False,
    "description": "An instant, or an interval such as 2026-01-01T00:00:00Z/.. that the time of an item meets",
    "schema": {"type": "string"},
    "style": "form",
    "explode": False,
}
_AFTER: Json = {
    "name": "after",
    "in": "query",
    "required": False,
    "description": "Where the page before ended; the link next has it",
    "schema": {"type": "string"},
}
_FID: Json = {
    "name": "featureId",
    "in": "path",
    "required": True,
    "description": "The id of an item",
    "schema": {"type": "string"},
}


def description(root: str, version: str) -> Json:
    """The whole API, as it lies at this address."""
    paths: Json = {
        "/": _operation("getLandingPage", "What is here", ["application/json"]),
        "/api": _operation("getApi", "This description", ["application/vnd.oai.openapi+json;version=3.0"]),
        "/conformance": _operation("getConformance", "What of the standard is kept", ["application/json"]),
        "/collections": _operation("getCollections", "The collections", ["application/json"]),
    }
    for one in COLLECTIONS.values():
        paths |= _of_collection(one)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "FieldGrid: OGC API - Features",
            "version": version,
            "description": "Public, anonymised data of the city",
            "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": root}],
        "tags": [{"name": one.id, "description": one.description} for one in COLLECTIONS.values()],
        "paths": paths,
        "components": {"schemas": {"problem": _PROBLEM}},
    }


_PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def _of_collection(one: Collection) -> Json:
    at, geojson, schema = f"/collections/{one.id}", ["application/geo+json"], ["application/schema+json"]
    asked = [_LIMIT, _BBOX, _DATETIME, _AFTER, *(_queryable(each) for each in one.queryables.values())]
    name = one.id.capitalize()
    return {
        at: _operation(f"describe{name}", one.title, ["application/json"], tag=one.id),
        f"{at}/queryables": _operation(f"get{name}Queryables", "What items can be asked for by", schema, tag=one.id),
        f"{at}/schema": _operation(f"get{name}Schema", "The properties of its items", schema, tag=one.id),
        f"{at}/items": _operation(f"get{name}", "Its items", geojson, asked, tag=one.id),
        f"{at}/items/{{featureId}}": _operation(f"getOneOf{name}", "One item", geojson, [_FID], tag=one.id),
    }


def _queryable(one: Property) -> Json:
    return {"name": one.name, "in": "query", "required": False, "description": one.title, "schema": one.schema}


def _operation(
    name: str, summary: str, media: Iterable[str], parameters: Iterable[Json] = (), *, tag: str | None = None
) -> Json:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    content = {kind: {"schema": {"type": "object"}} for kind in media}
    found: Json = {
        "operationId": name,
        "summary": summary,
        "parameters": [*parameters, _F],
        "responses": {
            "200": {"description": summary, "content": {**content, "text/html": {"schema": {"type": "string"}}}},
            "400": {"description": "A parameter is unknown or not valid", "content": problem},
            "404": {"description": "There is no such thing", "content": problem},
        },
    }
    return {"get": {**found, **({"tags": [tag]} if tag else {})}}
