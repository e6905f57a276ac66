"""Exports that are jobs: mine, how far they are, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import Response

from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.core.storage import store
from app.exports import service
from app.exports.rules import MEDIA_TYPES, Format, file_name
from app.exports.schemas import ExportOut, ExportPath, ExportsOut
from app.exports.views.blueprint import exports, file_answer

log = structlog.get_logger()
PIECE = 1 << 18
_BYTES = {"schema": {"type": "string", "format": "binary"}}
AS_FILE: dict[str | int, Any] = {
    200: {
        "description": "The file",
        "content": {MEDIA_TYPES[one].partition(";")[0]: _BYTES for one in Format},
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
    ending = Format(found.format)
    name = file_name(ending, found.created_at, ZoneInfo(config().city_tz))
    answer = file_answer(_read(stored), ending, name, "en" if found.language == "en" else "zh-CN")
    answer.content_length = found.size_bytes or 0
    return answer


def _read(stored: Any) -> Iterator[bytes]:
    with stored:
        while piece := stored.read(PIECE):
            yield piece
