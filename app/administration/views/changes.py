"""The record of administrative changes over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import normal_username
from app.administration.queries.changes import Wanted, list_changes
from app.administration.schemas import AdminChangesOut, AdminChangesQuery
from app.administration.views.blueprint import administration
from app.core.auth import needs
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import Fault, Invalid
from app.core.http import json_response
from app.core.paging import cursor_id, cursor_instant, decode_cursor, page
from app.core.schemas import problems
from app.core.spans import begin_of, end_of

SYSTEM = "system"


@administration.get(
    "/changes", operation_id="list_admin_changes", responses={200: AdminChangesOut, **problems(401, 403)}
)
@needs("audit.read")
def list_admin_changes(query: AdminChangesQuery) -> Response:
    """Who changed what in the administration, newest first"""
    after = None
    if query.cursor is not None:
        at, change_id = decode_cursor(query.cursor, 2)
        after = (cursor_instant(at), cursor_id(change_id))
    with read_unit() as session:
        wanted = _wanted(session, query)
        rows = list_changes(session, wanted, after=after, limit=query.limit)
    items, cursor = page(rows, query.limit, lambda row: (row.at.isoformat(), str(row.id)))
    return json_response(
        AdminChangesOut.model_validate({"items": [_shown(row) for row in items], "next_cursor": cursor})
    )


def _wanted(session: Session, query: AdminChangesQuery) -> Wanted:
    zone = config().city_tz
    return Wanted(
        action=query.action,
        subject=query.subject,
        actor_id=None if query.actor in {None, SYSTEM} else _user(session, str(query.actor)),
        by_system=query.actor == SYSTEM,
        since=None if query.since is None else begin_of(query.since, zone),
        until=None if query.until is None else end_of(query.until, zone),
    )


def _user(session: Session, named: str) -> UUID:
    try:
        return UUID(named)
    except ValueError:
        found = accounts.user_id_of(session, normal_username(named))
    if found is None:
        raise Invalid(f"There is no user {named}.", faults=[Fault("/actor", "an id, a user name, or system")])
    return found


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
