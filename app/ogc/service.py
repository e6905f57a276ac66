"""The documents of OGC API - Features: landing page, conformance, collections, items.

Source: OGC API - Features - Part 1: Core (OGC 17-069r4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core.paging import cursor_id, cursor_instant, decode_cursor, encode_cursor
from app.ogc.errors import CollectionNotFound, FeatureNotFound
from app.ogc.queries import items
from app.ogc.rules.collections import COLLECTIONS, Collection
from app.ogc.rules.wanted import Wanted

AnyRow = Row[*tuple[Any, ...]]
Json = dict[str, Any]
JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA = "application/schema+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SCHEMA_OF = "http://www.opengis.net/def/rel/ogc/1.0/schema"
CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
)
# So many features are written at a time: whole pages of ten thousand would be put together twice.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where the API lies as the caller knows it, and which page of it was asked for; without a slash at the end."""

    root: str
    path: str = ""

    def link(self, path: str, rel: str, media: str, title: str = "") -> Json:
        named = {"title": title} if title else {}
        return {"href": f"{self.root}{path}", "rel": rel, "type": media, **named}

    def itself(self, media: str, others: Sequence[tuple[str, str]], *, query: str = "") -> list[Json]:
        """Links to this page as it is, and in its other forms: (value of `f`, media type)."""
        joined = f"{query}&" if query else ""
        form = next(name for name, kind in FORMS if kind == media)
        links = [self.link(f"{self.path}?{joined}f={form}", "self", media, "This document")]
        return links + [
            self.link(f"{self.path}?{joined}f={name}", "alternate", kind, f"This document as {name.upper()}")
            for name, kind in others
            if kind != media
        ]


FORMS = (("json", JSON), ("json", GEOJSON), ("json", SCHEMA), ("json", OPENAPI), ("html", HTML))


def _forms(place: Place, media: str, *, query: str = "") -> list[Json]:
    return place.itself(media, (("json", media if media != HTML else JSON), ("html", HTML)), query=query)


def landing(place: Place) -> Json:
    """What is here."""
    return {
        "title": "FieldGrid",
        "description": "网格化城市管理的公开数据 · Public data of the city's grid: areas, cells, cases and parts",
        "links": [
            *_forms(place, JSON),
            place.link("/api", "service-desc", OPENAPI, "What can be asked, for programs"),
            place.link("/api?f=html", "service-doc", HTML, "What can be asked, for people"),
            place.link("/conformance", "conformance", JSON, "What of the standard is kept"),
            place.link("/collections", "data", JSON, "The collections"),
        ],
    }


def conformance(place: Place) -> Json:
    """What of the standard is kept."""
    return {"links": _forms(place, JSON), "conformsTo": list(CONFORMS_TO)}


def collection_named(name: str) -> Collection:
    """A collection by its id.

    Raises: CollectionNotFound.
    """
    found = COLLECTIONS.get(name)
    if found is None:
        raise CollectionNotFound(f"There is no collection with this id; there are {', '.join(COLLECTIONS)}.")
    return found


def collections(session: Session, place: Place) -> Json:
    """All collections."""
    extent = items.extent(session)
    shown = [_described(one, extent, Place(place.root, f"/collections/{one.id}")) for one in COLLECTIONS.values()]
    return {"links": _forms(place, JSON), "collections": shown}


def described(session: Session, collection: Collection, place: Place) -> Json:
    """One collection."""
    return _described(collection, items.extent(session), place)


def _described(collection: Collection, extent: items.Extent | None, place: Place) -> Json:
    at = f"/collections/{collection.id}"
    spatial = {"spatial": {"bbox": [list(extent)], "crs": CRS84}} if extent else {}
    temporal = {"temporal": {"interval": [[None, None]], "trs": GREGORIAN}} if collection.time else {}
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "crs": [CRS84],
        "extent": {**spatial, **temporal},
        "links": [
            *_forms(place, JSON),
            place.link(f"{at}/items", "items", GEOJSON, collection.title),
            place.link(f"{at}/items?f=html", "items", HTML, collection.title),
            place.link(f"{at}/queryables", QUERYABLES, SCHEMA, "What items can be asked for by"),
            place.link(f"{at}/schema", SCHEMA_OF, SCHEMA, "The properties of its items"),
        ],
    }


def schema(collection: Collection, place: Place, *, queryable: bool) -> Json:
    """The properties of a collection's items, or those that they can be asked for by, as JSON Schema."""
    properties = [one for one in collection.properties if one.queryable or not queryable]
    geometry = {
        "title": "Geometry",
        "format": f"geometry-{'any' if collection.geometry == 'Geometry' else collection.geometry.lower()}",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{place.root}{place.path}",
        "type": "object",
        "title": collection.title,
        "properties": {"geometry": {"x-ogc-role": "primary-geometry", **geometry}}
        | {one.name: one.schema for one in properties},
        "additionalProperties": False,
    }


@dataclass(frozen=True, slots=True)
class Page:
    """A page of items: its rows, whether there are more, and how many there are on all pages (None: not counted)."""

    rows: Sequence[AnyRow]
    more: bool
    matched: int | None


def page_of(session: Session, collection: Collection, wanted: Wanted) -> Page:
    """A page of items; two statements at most, whatever the number of rows; three for cases in a box.

    Raises: BadCursor.
    """
    rows = items.page(session, collection, wanted, _after(collection, wanted.after))
    more = len(rows) > wanted.limit
    shown = rows[: wanted.limit]
    matched = items.count(session, collection, wanted) if collection.countable else None
    return Page(shown, more, matched)


def _after(collection: Collection, cursor: str | None) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    values = decode_cursor(cursor, len(collection.order))
    if collection.order == ("id",):
        return (str(values[0]),)
    return cursor_instant(values[0]), cursor_id(values[1])


def _cursor(collection: Collection, row: AnyRow) -> str:
    return encode_cursor(*(getattr(row, name) for name in collection.order))


def page_links(collection: Collection, place: Place, page: Page, given: Mapping[str, str], media: str) -> list[Json]:
    """Links of a page of items: itself, its other form, the next one, its collection."""
    same = {name: value for name, value in given.items() if name != "f"}
    links = _forms(place, media, query=urlencode(same))
    if page.more:
        form = "html" if media == HTML else "json"
        following = urlencode({**same, "after": _cursor(collection, page.rows[-1]), "f": form})
        links.append(place.link(f"{place.path}?{following}", "next", media, "The next page"))
    links.append(place.link(place.path.removesuffix("/items"), "collection", JSON, "The collection"))
    return links


def written(page: Page, links: Sequence[Json]) -> Iterator[bytes]:
    """A page of items as GeoJSON, in pieces."""
    yield b'{"type":"FeatureCollection","features":['
    for begin in range(0, len(page.rows), CHUNK):
        written = ",".join(map(text_of, page.rows[begin : begin + CHUNK]))
        yield f"{',' if begin else ''}{written}".encode()
    told: Json = {"links": links, "numberReturned": len(page.rows)}
    if page.matched is not None:
        told["numberMatched"] = page.matched
    yield b"]," + orjson.dumps(told)[1:]


_BEGINS = '{"type": "Feature", '


def text_of(row: AnyRow) -> str:
    """A row as a GeoJSON feature: what the database wrote, with its id."""
    return f'{{"type":"Feature","id":{orjson.dumps(row.id).decode()},{row.feature.removeprefix(_BEGINS)}'


def feature(row: AnyRow) -> Json:
    """A row as a GeoJSON feature, read."""
    found: Json = orjson.loads(text_of(row))
    return found


def item_of(session: Session, collection: Collection, fid: str, place: Place, media: str) -> Json:
    """One feature with its links.

    Raises: FeatureNotFound.
    """
    row = None if "\x00" in fid else items.item(session, collection, fid)
    if row is None:
        raise FeatureNotFound(f"There is no item with this id in the collection {collection.id}.")
    above = f"/collections/{collection.id}"
    links = [*_forms(place, media), place.link(above, "collection", JSON, "The collection")]
    return {**feature(row), "links": links}


def path_of(collection: Collection, fid: str) -> str:
    """Where an item lies below the root of the API."""
    return f"/collections/{collection.id}/items/{quote(fid, safe='')}"
