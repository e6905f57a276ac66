"""Over HTTP: who was shown personal data that is hidden otherwise."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.administration.queries.reads import WantedReads, list_reads
from app.administration.schemas import PersonalReadsOut, PersonalReadsQuery
from app.administration.views.asked import user_named
from app.administration.views.blueprint import administration
from app.core.auth import needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.paging import edge_of, page
from app.core.schemas import problems
from app.core.spans import begin_of, end_of


@administration.get(
    "/personal-reads", operation_id="list_personal_reads", responses={200: PersonalReadsOut, **problems(401, 403)}
)
@needs("audit.read")
def list_personal_reads(query: PersonalReadsQuery) -> Response:
    """Who was shown whose track or which caller, when and what for, newest first"""
    with read_unit() as session:
        rows = list_reads(session, _wanted(session, query), after=edge_of(query.cursor), limit=query.limit)
    items, cursor = page(rows, query.limit, lambda row: (row.at.isoformat(), str(row.id)))
    return json_response(
        PersonalReadsOut.model_validate({"items": [_shown(row) for row in items], "next_cursor": cursor})
    )


def _wanted(session: Session, query: PersonalReadsQuery) -> WantedReads:
    zone = config().city_tz
    return WantedReads(
        what=query.what,
        subject_id=query.subject,
        user_id=None if query.user is None else user_named(session, query.user, "/user", "an id or a user name"),
        since=None if query.since is None else begin_of(query.since, zone),
        until=None if query.until is None else end_of(query.until, zone),
    )


def _shown(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    person = None
    if row.person_id is not None:
        person = {"id": row.person_id, "username": row.person_username, "name": row.person_name}
    return {
        "id": row.id,
        "at": row.at,
        "user": {"id": row.user_id, "username": row.username, "name": row.name},
        "what": row.what,
        "why": row.why,
        "subject": {
            "id": row.subject_id,
            "report_number": row.report_number,
            "person": person,
            "started_at": row.started_at,
        },
    }
