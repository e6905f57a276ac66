"""Who is in the field and what waits for them, over HTTP, for the desks of their ground."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.field import service
from app.field.queries import WantedOfficers
from app.field.schemas import OfficersPage, OfficersQuery
from app.field.service import Paging
from app.field.views.blueprint import field


@field.get("/officers", operation_id="list_officers", responses={200: OfficersPage, **problems(401, 403)})
@needs("officer.read")
def list_officers(query: OfficersQuery) -> Response:
    """Who is on duty on the ground of my desk, or has something to verify or check there; by name, with their tasks."""
    wanted, paging = WantedOfficers(query.on_duty, query.user), Paging(query.limit, query.cursor)
    with read_unit() as session:
        items, cursor = service.officers_for(session, current_principal(), wanted, now=clock.now(), paging=paging)
    return json_response({"items": items, "next_cursor": cursor})
