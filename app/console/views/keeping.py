"""Saved filters, and how I like the console."""

from __future__ import annotations

from flask import Response

from app.cases.schemas import CasesQuery
from app.cases.service.filtering import filter_of
from app.console import service
from app.console.schemas import (
    FilterNamePath,
    PreferencesIn,
    PreferencesOut,
    SavedFilterIn,
    SavedFilterOut,
    SavedFiltersOut,
)
from app.console.views.blueprint import console
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems


@console.get(
    "/me/saved-filters", operation_id="list_saved_filters", responses={200: SavedFiltersOut, **problems(401, 403)}
)
@needs("console.keep")
def list_saved_filters() -> Response:
    """My filters of the list of cases, then those that colleagues of my organisation share."""
    with read_unit() as session:
        return json_response({"items": service.saved_filters_of(session, current_principal())})


@console.put(
    "/me/saved-filters/<name>",
    operation_id="put_saved_filter",
    responses={200: SavedFilterOut, **problems(401, 403, 409)},
)
@needs("console.keep")
def put_saved_filter(path: FilterNamePath, body: SavedFilterIn) -> Response:
    """Keep a filter under this name; the one that had it is replaced."""
    query = body.query.model_dump(by_alias=True, exclude_none=True)
    # What the list would refuse is refused now, not when it is wanted.
    filter_of(CasesQuery.model_validate(query), config().city_tz)
    with write_unit() as session:
        kept = service.put_saved_filter(
            session, path.name, query, shared=body.shared, principal=current_principal(), now=clock.now()
        )
        return answer(session, kept)


@console.delete(
    "/me/saved-filters/<name>", operation_id="remove_saved_filter", responses={204: None, **problems(401, 403, 404)}
)
@needs("console.keep")
def remove_saved_filter(path: FilterNamePath) -> Response:
    """Forget one of my filters."""
    with unit_of_work() as session:
        service.remove_saved_filter(session, path.name, principal=current_principal())
    return json_response(None, 204)


@console.get("/me/preferences", operation_id="get_preferences", responses={200: PreferencesOut, **problems(401, 403)})
@needs("console.keep")
def get_preferences() -> Response:
    """How I like the console."""
    with read_unit() as session:
        return json_response(service.preferences_of(session, current_principal()))


@console.put("/me/preferences", operation_id="put_preferences", responses={200: PreferencesOut, **problems(401, 403)})
@needs("console.keep")
def put_preferences(body: PreferencesIn) -> Response:
    """Change how I like the console; what is left out stays."""
    with write_unit() as session:
        kept = service.change_preferences(session, body.changes(), principal=current_principal(), now=clock.now())
        return answer(session, kept)
