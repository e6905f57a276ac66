"""The city, live counts, what the wall shows, and the search box."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from app.cases import queries as cases
from app.cases.service.filtering import check_known, filter_of
from app.console import service
from app.console.queries.city import city
from app.console.rules import basemap_of
from app.console.schemas import CountsOut, CountsQuery, OverviewOut, OverviewQuery, SearchOut, SearchQuery, SettingsOut
from app.console.views.blueprint import console
from app.core import clock
from app.core.auth import current_principal, needs, public
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.core.version import VERSION


@console.get("/console/settings", operation_id="console_settings", responses={200: SettingsOut, **problems()})
@public
def console_settings() -> Response:
    """What every page has to know before anybody signs in: the city, its zone, the tiles under its maps."""
    settings = config()
    basemap = basemap_of(settings)
    with read_unit() as session:
        found = city(session)
    bounds = None if found is None else [found.west, found.south, found.east, found.north]
    shown = {
        "city": None if found is None else {"code": found.code, "name": found.name, "bounds": bounds},
        "zone": settings.city_tz,
        "version": VERSION,
        "basemap": None if basemap is None else asdict(basemap),
    }
    return json_response(shown)


@console.get("/cases/counts", operation_id="count_cases", responses={200: CountsOut, **problems(401, 403)})
@needs("case.list")
def count_cases(query: CountsQuery) -> Response:
    """How many open cases I see in each state and with each lamp, exactly; narrowed like the list."""
    found, now = filter_of(query, config().city_tz), clock.now()
    with read_unit() as session:
        found, unknown = cases.named(session, found)
        check_known(unknown)
        counts = service.counts_for(session, found, current_principal(), now=now)
    return json_response(counts)


@console.get("/cases/overview", operation_id="cases_overview", responses={200: OverviewOut, **problems(401, 403)})
@needs("overview.read")
def cases_overview(query: OverviewQuery) -> Response:
    """What the wall shows of my ground: today, the days before, who is late."""
    with read_unit() as session:
        shown = service.overview_for(
            session, current_principal(), days=query.days, zone=config().city_tz, now=clock.now()
        )
    return json_response(shown)


@console.get("/search", operation_id="search", responses={200: SearchOut, **problems(401, 403)})
@needs("case.list")
def search(query: SearchQuery) -> Response:
    """Cases by number or words, areas and parts by code or name, people and units; only what I may see."""
    with read_unit() as session:
        groups = service.search(session, query.q, current_principal(), now=clock.now(), limit=query.limit)
    return json_response({"groups": groups})
