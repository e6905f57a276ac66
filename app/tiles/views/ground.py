"""Tiles of the ground, which everybody may see: areas, cells, and what maps draw beneath them."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.tiles.queries.layer import Asked
from app.tiles.schemas.tiles import GroundLayerPath, GroundTilePath, UnfilteredQuery
from app.tiles.service.layers import GROUND
from app.tiles.views.blueprint import tiles
from app.tiles.views.serving import serve_description, serve_tile, tile_responses, tilejson_responses

_NAMED = f"<any({', '.join(GROUND)}):layer>"


@tiles.get(f"/{_NAMED}.json", operation_id="describe_ground_tiles", responses=tilejson_responses())
@needs("grid.read")
def describe_ground_tiles(path: GroundLayerPath, query: UnfilteredQuery) -> Response:
    """Where the tiles of a ground layer are and what is in them, as TileJSON."""
    del query
    return serve_description(GROUND[path.layer])


@tiles.get(f"/{_NAMED}/<int:z>/<int:x>/<int:y>.mvt", operation_id="get_ground_tile", responses=tile_responses())
@needs("grid.read")
def get_ground_tile(path: GroundTilePath, query: UnfilteredQuery) -> Response:
    """A vector tile of a ground layer; the same for everybody, and kept for a minute."""
    del query
    return serve_tile(GROUND[path.layer], path, Asked(current_principal(), clock.now()))
