"""Tiles of people on duty."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import unit_of_work
from app.tiles.queries.layer import Asked
from app.tiles.rules.tile import Tile
from app.tiles.schemas.tiles import TilePath, UnfilteredQuery
from app.tiles.service.cutting import check_tile
from app.tiles.service.tracks import LAYER, TrackTile
from app.tiles.views.blueprint import tiles
from app.tiles.views.serving import serve_description, serve_tile, tile_responses, tilejson_responses


@tiles.get("/tracks.json", operation_id="describe_track_tiles", responses=tilejson_responses(401, 403))
@needs("position.read")
def describe_track_tiles(query: UnfilteredQuery) -> Response:
    """Where the tiles of people on duty are and what is in them, as TileJSON."""
    del query
    return serve_description(LAYER)


@tiles.get("/tracks/<int:z>/<int:x>/<int:y>.mvt", operation_id="get_track_tile", responses=tile_responses(401, 403))
@needs("position.read")
def get_track_tile(path: TilePath, query: UnfilteredQuery) -> Response:
    """A vector tile of people on duty on my desk's ground; whose trail I see is noted, once an hour."""
    del query
    principal, now = current_principal(), clock.now()
    wanted = TrackTile(Tile(path.z, path.x, path.y))
    check_tile(LAYER, wanted.tile)
    with unit_of_work() as session:
        wanted.draw(session, principal, now)
    return serve_tile(LAYER, path, Asked(principal, now, wanted))
