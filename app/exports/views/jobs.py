"""Exports that are jobs: mine, how far they are, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.http import json_response
from app.core.schemas import problems
from app.core.storage import store
from app.exports import service
from app.exports.rules import MEDIA_TYPES, file_name
from app.exports.schemas import ExportOut, ExportPath, ExportsOut
from app.exports.service import Wanted
from app.exports.views.blueprint import exports, file_answer

log = structlog.get_logger()
PIECE = 1 << 18
_BYTES = {"schema": {"type": "string", "format": "binary"}}
AS_FILE: dict[str | int, Any] = {
    200: {
        "description": "The file",
        "content": {media.partition(";")[0]: _BYTES for media in MEDIA_TYPES.values()},
    }
}


@exports.get("", operation_id="list_exports", responses={200: ExportsOut, **problems(401, 403)})
@needs("case.export")
def list_exports() -> Response:
    """My exports of the last seven days, newest first"""
    with read_unit() as session:
        items = [service.shown(one) for one in service.own_exports(session, current_principal())]
    return json_response(ExportsOut.model_validate({"items": items}))


@exports.get("/<uuid:export_id>", operation_id="get_export", responses={200: ExportOut, **problems(401, 403, 404)})
@needs("case.export")
def get_export(path: ExportPath) -> Response:
    """How far an export of mine is, or why it failed"""
    with read_unit() as session:
        found = service.own_export(session, path.export_id, current_principal())
        return json_response(ExportOut.model_validate(service.shown(found)))


@exports.get(
    "/<uuid:export_id>/file",
    operation_id="get_export_file",
    responses={**AS_FILE, **problems(401, 403, 404, 409, 410)},
)
@needs("case.export")
def get_export_file(path: ExportPath) -> Response:
    """The file of an export of mine"""
    principal = current_principal()
    with read_unit() as session:
        found = service.own_file(session, path.export_id, principal)
    stored = store().open(str(found.file_key))
    log.info("export.read", export_id=str(found.id), user_id=str(principal.id), rows=found.rows)
    name = file_name(found.format, found.created_at, ZoneInfo(config().city_tz), found.what)
    answer = file_answer(_read(stored), found.format, name, "en" if found.language == "en" else "zh-CN")
    answer.content_length = found.size_bytes or 0
    return answer


def as_job(wanted: Wanted) -> Response:
    """The job that makes what is asked for.

    Raises: ExportsUnderWay.
    """
    with unit_of_work() as session:
        export = service.request_export(session, wanted, current_principal(), now=clock.now())
        body = ExportOut.model_validate(service.shown(export))
    return json_response(body, 202, headers={"Location": f"/api/v1/exports/{body.id}"})


def _read(stored: Any) -> Iterator[bytes]:
    with stored:
        while piece := stored.read(PIECE):
            yield piece
