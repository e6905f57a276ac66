"""Tiles of cases, and what they show as a table."""

from __future__ import annotations

from flask import Response, request

from app.cases.queries import unknown_values
from app.cases.rules.filters import CaseFilter
from app.cases.schemas import CaseFilterQuery
from app.cases.service.filtering import check_known, filter_of
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.tiles.queries.case_points import Question
from app.tiles.queries.layer import Asked
from app.tiles.rules.tile import Tile
from app.tiles.schemas.cases import CaseTableOut, CaseTableQuery, CaseTilesQuery
from app.tiles.schemas.tiles import TilePath
from app.tiles.service.case_table import table_of
from app.tiles.service.cases import LAYER, CaseTile
from app.tiles.views.blueprint import tiles
from app.tiles.views.serving import serve_description, serve_tile, tile_responses, tilejson_responses


@tiles.get("/cases.json", operation_id="describe_case_tiles", responses=tilejson_responses(401, 403))
@needs("case.list")
def describe_case_tiles(query: CaseTilesQuery) -> Response:
    """Where the tiles of the cases that a filter means are and what is in them, as TileJSON."""
    _filter(query)
    return serve_description(LAYER)


@tiles.get("/cases/<int:z>/<int:x>/<int:y>.mvt", operation_id="get_case_tile", responses=tile_responses(401, 403))
@needs("case.list")
def get_case_tile(path: TilePath, query: CaseTilesQuery) -> Response:
    """A vector tile of the cases I may see that a filter means; counted in squares or areas from far."""
    wanted = CaseTile(_filter(query), query.view, Tile(path.z, path.x, path.y))
    said = request.query_string.decode("ascii", "ignore")
    return serve_tile(LAYER, path, Asked(current_principal(), clock.now(), wanted, said))


@tiles.get("/cases/table", operation_id="count_cases_by_area", responses={200: CaseTableOut, **problems(401, 403)})
@needs("case.list")
def count_cases_by_area(query: CaseTableQuery) -> Response:
    """The cases I may see that a filter means, counted by area and lamp: what the map shows, as a table."""
    asked = Question(_filter(query), current_principal(), clock.now())
    with read_unit() as session:
        return json_response(table_of(session, asked, query.level, limit=query.limit, cursor=query.cursor))


def _filter(query: CaseFilterQuery) -> CaseFilter:
    """The filter, checked: a map that names something that does not exist would only look empty.

    Raises: BadFilter, BadSpan.
    """
    found = filter_of(query, config().city_tz)
    if found.types or found.area or found.owner:
        with read_unit() as session:
            check_known(unknown_values(session, found))
    return found
