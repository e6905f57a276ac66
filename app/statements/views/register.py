"""Statements: kept, changed, removed, run."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit, snapshot_unit, unit_of_work
from app.core.http import answer, if_match, json_response, write_unit
from app.core.paging import PageQuery
from app.core.schemas import problems
from app.exports.schemas import ExportOut
from app.exports.views.jobs import as_job
from app.statements import service
from app.statements.rules import MEDIA_TYPES
from app.statements.schemas import RunIn, StatementIn, StatementOut, StatementPath, StatementsPage
from app.statements.service import By

statements = APIBlueprint("statements", __name__, url_prefix="/api/v1/statements", abp_tags=[Tag(name="Statements")])
READING = problems(401, 403, 404)
BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: dict[str, Any] = {
    "description": "The file, or as JSON what the operation answers",
    "content": {one.partition(";")[0]: BYTES for one in MEDIA_TYPES.values()}
    | {"application/json": {"schema": {"type": "object"}}},
}


def by_me() -> By:
    """Who does it now, by the city's clock."""
    who: UUID = current_principal().id  # type: ignore[assignment]  # whoever reads figures is somebody
    return By(who, clock.now(), ZoneInfo(config().city_tz))


@statements.get("", operation_id="list_statements", responses={200: StatementsPage, **problems(401, 403)})
@needs("figures.read")
def list_statements(query: PageQuery) -> Response:
    """My statements and those that others share, newest first."""
    with read_unit() as session:
        items, cursor = service.statements_of(session, by_me().user_id, limit=query.limit, cursor=query.cursor)
    return json_response({"items": items, "next_cursor": cursor})


@statements.post("", operation_id="create_statement", responses={201: StatementOut, **problems(401, 403, 409)})
@needs("figures.read")
def create_statement(body: StatementIn) -> Response:
    """Keep a statement: which figures, of which time, in which form, and perhaps when they are sent to whom."""
    with write_unit() as session:
        made = service.create(session, body.model_dump(mode="json"), by_me())
        return answer(session, made, 201, version=made["version"])


@statements.get("/<uuid:statement_id>", operation_id="get_statement", responses={200: StatementOut, **READING})
@needs("figures.read")
def get_statement(path: StatementPath) -> Response:
    """A statement of mine, or one that somebody shares"""
    me = by_me().user_id
    with read_unit() as session:
        found = service.shown(service.find(session, path.statement_id, me), me)
    return json_response(found, version=found["version"])


@statements.put(
    "/<uuid:statement_id>",
    operation_id="change_statement",
    responses={200: StatementOut, **problems(401, 403, 404, 412, 428)},
)
@needs("figures.read")
def change_statement(path: StatementPath, body: StatementIn) -> Response:
    """Keep a statement of mine otherwise; its schedule begins anew."""
    content, expected = body.model_dump(mode="json"), if_match()
    with write_unit() as session:
        made = service.change(session, path.statement_id, content, expected=expected, by=by_me())
        return answer(session, made, version=made["version"])


@statements.delete(
    "/<uuid:statement_id>",
    operation_id="remove_statement",
    responses={204: None, **problems(401, 403, 404, 412, 428)},
)
@needs("figures.read")
def remove_statement(path: StatementPath) -> Response:
    """Forget a statement of mine with its deliveries and their files."""
    expected = if_match()
    with unit_of_work() as session:
        service.remove(session, path.statement_id, expected=expected, by=by_me())
    return json_response(None, 204)


@statements.post(
    "/<uuid:statement_id>/run",
    operation_id="run_statement",
    responses={200: FILE, 202: ExportOut, **problems(401, 403, 404, 429, 503)},
)
@needs("figures.read")
def run_statement(path: StatementPath, body: RunIn) -> Response:
    """Make a statement now, on my own ground; a report of a long time is made as a job."""
    del body
    by, principal = by_me(), current_principal()
    with snapshot_unit() as session:
        asked = service.asked_of(service.find(session, path.statement_id, by.user_id))
        today = by.now.astimezone(by.zone).date()
        wanted = service.as_job(session, asked, principal, today=today, now=by.now)
        if wanted is None:
            told = service.answer_of(session, asked, principal, today=today, now=by.now)
    if wanted is not None:
        return as_job(wanted)
    file = service.file_of(asked, told)
    return file_answer(file.data, file.name, file.media_type)


def file_answer(data: Any, name: str, media_type: str) -> Response:
    """A file for keeping."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, content_type=media_type, headers=headers)
