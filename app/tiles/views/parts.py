"""Tiles of parts."""

from __future__ import annotations

from flask import Response, request

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.parts.queries.register import PartFilter
from app.parts.service import filtering
from app.tiles.queries.layer import Asked
from app.tiles.rules.tile import Tile
from app.tiles.schemas.parts import PartTilesQuery
from app.tiles.schemas.tiles import TilePath
from app.tiles.service.parts import LAYER, PartTile
from app.tiles.views.blueprint import tiles
from app.tiles.views.serving import serve_description, serve_tile, tile_responses, tilejson_responses


@tiles.get("/parts.json", operation_id="describe_part_tiles", responses=tilejson_responses(401, 403))
@needs("part.read")
def describe_part_tiles(query: PartTilesQuery) -> Response:
    """Where the tiles of the parts that a filter means are and what is in them, as TileJSON."""
    _filter(query)
    return serve_description(LAYER)


@tiles.get("/parts/<int:z>/<int:x>/<int:y>.mvt", operation_id="get_part_tile", responses=tile_responses(401, 403))
@needs("part.read")
def get_part_tile(path: TilePath, query: PartTilesQuery) -> Response:
    """A vector tile of the parts that a filter means; counted in squares from far."""
    wanted = PartTile(_filter(query), Tile(path.z, path.x, path.y))
    said = request.query_string.decode("ascii", "ignore")
    return serve_tile(LAYER, path, Asked(current_principal(), clock.now(), wanted, said))


def _filter(query: PartTilesQuery) -> PartFilter:
    with read_unit() as session:
        return filtering.filter_of(session, filtering.Asked(query.type, query.owner, query.state, q=query.q))
