"""The record of administrative changes over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.administration.queries.changes import Wanted, list_changes
from app.administration.schemas import AdminChangesOut, AdminChangesQuery
from app.administration.views.asked import user_named
from app.administration.views.blueprint import administration
from app.core.auth import needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.paging import edge_of, page
from app.core.schemas import problems
from app.core.spans import begin_of, end_of

SYSTEM = "system"
ACTOR = "an id, a user name, or system"


@administration.get(
    "/changes", operation_id="list_admin_changes", responses={200: AdminChangesOut, **problems(401, 403)}
)
@needs("audit.read")
def list_admin_changes(query: AdminChangesQuery) -> Response:
    """Who changed what in the administration, newest first"""
    with read_unit() as session:
        wanted = _wanted(session, query)
        rows = list_changes(session, wanted, after=edge_of(query.cursor), limit=query.limit)
    items, cursor = page(rows, query.limit, lambda row: (row.at.isoformat(), str(row.id)))
    return json_response(
        AdminChangesOut.model_validate({"items": [_shown(row) for row in items], "next_cursor": cursor})
    )


def _wanted(session: Session, query: AdminChangesQuery) -> Wanted:
    zone = config().city_tz
    return Wanted(
        action=query.action,
        subject=query.subject,
        actor_id=None if query.actor in {None, SYSTEM} else user_named(session, str(query.actor), "/actor", ACTOR),
        by_system=query.actor == SYSTEM,
        since=None if query.since is None else begin_of(query.since, zone),
        until=None if query.until is None else end_of(query.until, zone),
    )


def _shown(row: Row[Any]) -> dict[str, Any]:
    actor = None if row.actor_id is None else {"id": row.actor_id, "username": row.username, "name": row.name}
    return {
        "id": row.id,
        "at": row.at,
        "actor": actor,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
    }
