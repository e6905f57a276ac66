"""The documents of OGC API - Features: landing page, description, conformance, collections, items.

The standard wants 400 where our own API answers 422, other media types and links with whole addresses: these views are
plain ones, described by /ogc/api alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, request

from app.core import problems
from app.core.auth import public
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import Invalid, NotFound
from app.core.version import VERSION
from app.ogc import service
from app.ogc.errors import BadParameter
from app.ogc.rules.collections import COLLECTIONS, Collection
from app.ogc.rules.description import description
from app.ogc.rules.wanted import Format, check_names, format_of, wanted_of
from app.ogc.service import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Place
from app.ogc.views.pages import cell, page

ogc = Blueprint("ogc", __name__, url_prefix="/ogc")
# Documents change with the city's boundaries; items change while one looks.
RARELY, OFTEN = "public, max-age=300", "public, max-age=30"


@ogc.after_request
def for_everybody(response: Response) -> Response:
    """Pages of others may read all of it: there is nothing here that belongs to somebody."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Content-Length"
    response.headers["Vary"] = "Accept"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
    return response


@ogc.errorhandler(Invalid)
def not_valid(error: Invalid) -> Response:
    """400 for whatever the whole product finds not valid, such as a parameter that is there twice."""
    return problems.handle(BadParameter(error.detail, faults=error.faults))


@ogc.get("/", strict_slashes=False)
@public
def landing() -> Response:
    """What is here."""
    form, place = _asked()
    document = service.landing(place)
    if form == "json":
        return _json(document)
    return _page(document["title"], document["links"], text=document["description"])


@ogc.get("/conformance")
@public
def conformance() -> Response:
    """What of the standard is kept."""
    form, place = _asked("/conformance")
    document = service.conformance(place)
    if form == "json":
        return _json(document)
    rows = [[cell(one)] for one in document["conformsTo"]]
    return _page("Conformance", document["links"], columns=["Conformance class"], rows=rows)


@ogc.get("/api")
@public
def api() -> Response:
    """The description of this API; as a page, its paths."""
    form, place = _asked("/api")
    document = description(place.root, VERSION)
    if form == "json":
        return _json(document, OPENAPI)
    rows = [[cell(path), cell(found["get"]["summary"])] for path, found in document["paths"].items()]
    links = [place.link("/api?f=json", "alternate", OPENAPI, "This document as JSON"), _home(place)]
    return _page(document["info"]["title"], links, columns=["Path", "What"], rows=rows)


@ogc.get("/collections")
@public
def collections() -> Response:
    """The collections."""
    form, place = _asked("/collections")
    with read_unit() as session:
        document = service.collections(session, place)
    if form == "json":
        return _json(document)
    rows = [
        [cell(one["title"], f"{place.root}/collections/{one['id']}?f=html"), cell(one["description"])]
        for one in document["collections"]
    ]
    return _page("Collections", [*document["links"], _home(place)], columns=["Collection", "What"], rows=rows)


@ogc.get("/collections/<name>")
@public
def collection(name: str) -> Response:
    """One collection."""
    found = service.collection_named(name)
    form, place = _asked(f"/collections/{found.id}")
    with read_unit() as session:
        document = service.described(session, found, place)
    if form == "json":
        return _json(document)
    rows = [[cell(one.name), cell(one.title), cell(one.kind)] for one in found.properties]
    names = ["Property", "What", "Kind"]
    return _page(found.title, document["links"], text=found.description, columns=names, rows=rows)


@ogc.get("/collections/<name>/queryables")
@public
def queryables(name: str) -> Response:
    """What the items of a collection can be asked for by."""
    return _schema(service.collection_named(name), "queryables")


@ogc.get("/collections/<name>/schema")
@public
def schema(name: str) -> Response:
    """The properties of the items of a collection."""
    return _schema(service.collection_named(name), "schema")


def _schema(found: Collection, what: str) -> Response:
    form, place = _asked(f"/collections/{found.id}/{what}")
    document = service.schema(found, place, queryable=what == "queryables")
    if form == "json":
        return _json(document, SCHEMA)
    rows = [[cell(name), cell(one.get("title"))] for name, one in document["properties"].items()]
    links = [place.link(f"/collections/{found.id}", "collection", JSON, "The collection")]
    return _page(f"{found.title}: {what}", links, columns=["Property", "What"], rows=rows)


@ogc.get("/collections/<name>/items")
@public
def features(name: str) -> Response:
    """Items of a collection, by pages."""
    found = service.collection_named(name)
    given = _given()
    wanted = wanted_of(found, given)
    form = _form(given)
    place = Place(_root(), f"/collections/{found.id}/items")
    with read_unit() as session:
        shown = service.page_of(session, found, wanted)
    if form == "json":
        links = service.page_links(found, place, shown, given, GEOJSON)
        return _whole(service.written(shown, links), GEOJSON, OFTEN)
    rows = [
        [cell(row.id, f"{place.root}{service.path_of(found, row.id)}?f=html")]
        + [cell(value) for value in service.feature(row)["properties"].values()]
        for row in shown.rows
    ]
    columns = ["id", *(one.title for one in found.properties)]
    return _page(found.title, service.page_links(found, place, shown, given, HTML), columns=columns, rows=rows)


@ogc.get("/collections/<name>/items/<fid>")
@public
def feature(name: str, fid: str) -> Response:
    """One item."""
    found = service.collection_named(name)
    form, place = _asked(service.path_of(found, fid))
    with read_unit() as session:
        document = service.item_of(session, found, fid, place, GEOJSON if form == "json" else HTML)
    if form == "json":
        return _json(document, GEOJSON, OFTEN)
    titles = {one.name: one.title for one in found.properties}
    rows = [[cell(titles[each]), cell(value)] for each, value in document["properties"].items()]
    return _page(f"{found.title} {fid}", document["links"], columns=["Property", "Value"], rows=rows)


@ogc.get("/<path:rest>")
@public
def nothing(rest: str) -> Response:
    """Whatever else is asked for: not found, and pages of others may read that too."""
    raise NotFound(f"There is no /ogc/{rest}; {', '.join(COLLECTIONS)} are at /ogc/collections.")


def _asked(path: str = "") -> tuple[Format, Place]:
    """In which form a document without parameters is asked for, and where it lies.

    Raises: BadParameter.
    """
    given = _given()
    check_names(given, {"f"})
    return _form(given), Place(_root(), path)


def _given() -> Mapping[str, str]:
    """The parameters; of one that is there twice, both, which no parameter means."""
    return {name: ",".join(values) for name, values in request.args.lists()}


def _form(given: Mapping[str, str]) -> Format:
    return format_of(given.get("f"), request.headers.get("Accept", ""))


def _root() -> str:
    """Where this API lies as the caller knows it, without a slash.

    Who came by the public address is sent there again, whatever scheme a proxy before us speaks to us.
    """
    public_url = config().public_url
    known = urlsplit(public_url).netloc == request.host
    return f"{public_url if known else request.host_url.rstrip('/')}/ogc"


def _home(place: Place) -> dict[str, Any]:
    return place.link("/?f=html", "start", HTML, "What is here")


def _json(document: Any, media: str = JSON, cache: str = RARELY) -> Response:
    return _whole([orjson.dumps(document)], media, cache)


def _page(
    title: str,
    links: Sequence[Mapping[str, Any]],
    *,
    text: str = "",
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[Mapping[str, Any]]] = (),
) -> Response:
    shown = page(title, links, text=text, columns=columns, rows=rows)
    return _whole([shown.encode()], f"{HTML}; charset=utf-8", OFTEN)


def _whole(pieces: Iterable[bytes], media: str, cache: str) -> Response:
    """An answer in pieces, with a tag by which the caller finds out that nothing changed; 304 where nothing did."""
    kept = list(pieces)
    digest = hashlib.blake2b(digest_size=16)
    for piece in kept:
        digest.update(piece)
    response = Response(kept, content_type=media, headers={"Cache-Control": cache})
    response.headers["Content-Length"] = str(sum(map(len, kept)))
    response.set_etag(digest.hexdigest())
    response.make_conditional(request)
    return response
