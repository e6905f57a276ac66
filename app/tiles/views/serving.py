"""A tile and a TileJSON as answers: conditions, packing, how long they keep. Every layer is served by these two."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, request

from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.tiles.queries import extent
from app.tiles.queries.layer import Asked, Layer
from app.tiles.rules.tile import Tile
from app.tiles.schemas.tiles import TileJsonOut, TilePath
from app.tiles.service import cutting, hot

MVT = "application/vnd.mapbox-vector-tile"
# Smaller than this, packing makes it larger.
WORTH_PACKING_BYTES = 200
# A new grid shows within a minute wherever a map was open; until then not even the question is asked.
PUBLIC = "public, max-age=60"
PRIVATE = "private, no-cache"

_KEPT: dict[str, Any] = {
    "ETag": {
        "description": "Changes whenever this tile may look different to this caller",
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]{24}"$'},
    },
}


def tile_responses(*statuses: int) -> dict[str | int, Any]:
    """The ``responses=`` of an operation that serves tiles."""
    shape = {MVT: {"schema": {"type": "string", "format": "binary"}}}
    return {
        "200": {
            "description": "A Mapbox Vector Tile 2.1, packed by gzip where that is accepted",
            "content": shape,
            "headers": _KEPT,
        },
        "204": {"description": "There is nothing in this tile", "headers": _KEPT},
        "304": {"description": "The caller has this tile", "headers": _KEPT},
        **problems(404, *statuses),
    }


def tilejson_responses(*statuses: int) -> dict[str | int, Any]:
    """The ``responses=`` of an operation that describes a layer's tiles."""
    return {"200": TileJsonOut, **problems(404, *statuses)}


def serve_tile(layer: Layer, path: TilePath, asked: Asked) -> Response:
    """A tile of the layer as this caller sees it; nothing is cut for who has it already.

    Raises: UnknownTile.
    """
    tile = Tile(path.z, path.x, path.y)
    cutting.check_tile(layer, tile)
    with read_unit() as session:
        known = cutting.known(session, layer, asked)
        if request.if_none_match.contains_weak(known.tag):
            return _kept(Response(status=304), known)
        cut = hot.cut(session, known, asked, tile)
    return _kept(_body(cut), known)


def _body(cut: cutting.Cut) -> Response:
    if not cut.data:
        return Response(status=204)
    if len(cut.data) < WORTH_PACKING_BYTES or request.accept_encodings.quality("gzip") <= 0:
        return Response(cut.data, content_type=MVT)
    return Response(cut.packed, content_type=MVT, headers={"Content-Encoding": "gzip"})


def _kept(response: Response, known: cutting.Known) -> Response:
    if response.status_code in {204, 304}:
        del response.headers["Content-Type"]
    response.headers["ETag"] = f'W/"{known.tag}"'
    response.headers["Cache-Control"] = PUBLIC if known.layer.public else PRIVATE
    response.headers["Vary"] = "Accept-Encoding" if known.layer.public else "Authorization, Accept-Encoding"
    return response


def serve_description(layer: Layer) -> Response:
    """Where the layer's tiles are and what is in them, with the filters of this request in their address."""
    with read_unit() as session:
        west, south, east, north = extent.bounds(session)
    question = f"?{request.query_string.decode('ascii', 'ignore')}" if request.query_string else ""
    fields = ("id", "description", "fields", "minzoom", "maxzoom")
    return json_response(
        {
            "tilejson": "3.0.0",
            "name": layer.name,
            "description": layer.description,
            "attribution": "FieldGrid",
            "scheme": "xyz",
            "tiles": [f"{_root()}/api/v1/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt{question}"],
            "vector_layers": [{name: getattr(one, name) for name in fields} for one in layer.inside],
            "minzoom": layer.minzoom,
            "maxzoom": layer.maxzoom,
            "bounds": [west, south, east, north],
            "center": [(west + east) / 2, (south + north) / 2, max(layer.minzoom, 12)],
        }
    )


def _root() -> str:
    """The address of this server as the caller knows it, without a slash.

    Who came by the public address is sent there again, whatever scheme a proxy before us speaks to us.
    """
    public = config().public_url
    return public if urlsplit(public).netloc == request.host else request.host_url.rstrip("/")
