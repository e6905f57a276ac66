"""Bulletins of periods: asked for, how far they are, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from flask import Response

from app.bulletins import service
from app.bulletins.rules import MEDIA_TYPES, BulletinFormat
from app.bulletins.schemas import BulletinIn, BulletinOut, BulletinPath, BulletinsOut, BulletinsPath
from app.bulletins.service import Wanted
from app.bulletins.views.blueprint import bulletins, sees_drafts
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.core.storage import store
from app.evaluation.service.asking import parsed_period
from app.evaluation.views.ground import require_whole_city

log = structlog.get_logger()
PIECE = 1 << 18
_BYTES = {"schema": {"type": "string", "format": "binary"}}
AS_FILE: dict[str | int, Any] = {
    200: {"description": "The bulletin", "content": {MEDIA_TYPES[one]: _BYTES for one in BulletinFormat}},
}


@bulletins.get(
    "/evaluation/periods/<period>/bulletins",
    operation_id="list_bulletins",
    responses={200: BulletinsOut, **problems(401, 403)},
)
@needs("figures.read")
def list_bulletins(path: BulletinsPath) -> Response:
    """The bulletins of a period, the newest first; of drafts for those who decide on the whole city's figures"""
    period = parsed_period(path.period)
    with read_unit() as session:
        found = service.bulletins_of(session, period, drafts=sees_drafts(session))
        items = [service.shown(one) for one in found]
    return json_response(BulletinsOut.model_validate({"items": items}))


@bulletins.post(
    "/evaluation/periods/<period>/bulletins",
    operation_id="make_bulletin",
    responses={202: BulletinOut, **problems(401, 403, 404, 409, 429)},
)
@needs("figures.publish")
def make_bulletin(path: BulletinsPath, body: BulletinIn) -> Response:
    """Have the bulletin of a published revision made, or of what is in review as a draft; a job makes the file"""
    wanted = Wanted(parsed_period(path.period), body.revision, body.draft, body.format, body.language, body.serial)
    with write_unit() as session:
        require_whole_city(session)
        found = service.request_bulletin(session, wanted, actor_id=current_principal().id, now=clock.now())
        shown = BulletinOut.model_validate(service.shown(found))
        place = f"/api/v1/evaluation/periods/{shown.period}/bulletins/{shown.id}"
        return answer(session, shown, 202, headers={"Location": place})


@bulletins.get(
    "/evaluation/periods/<period>/bulletins/<uuid:bulletin_id>",
    operation_id="get_bulletin",
    responses={200: BulletinOut, **problems(401, 403, 404)},
)
@needs("figures.read")
def get_bulletin(path: BulletinPath) -> Response:
    """How far a bulletin is, or why it failed"""
    period = parsed_period(path.period)
    with read_unit() as session:
        found = service.find_bulletin(session, period, path.bulletin_id, drafts=sees_drafts(session))
        return json_response(BulletinOut.model_validate(service.shown(found)))


@bulletins.get(
    "/evaluation/periods/<period>/bulletins/<uuid:bulletin_id>/file",
    operation_id="get_bulletin_file",
    responses={**AS_FILE, **problems(401, 403, 404, 409)},
)
@needs("figures.read")
def get_bulletin_file(path: BulletinPath) -> Response:
    """The file of a bulletin, as it was made; its SHA-256 is the ETag"""
    period = parsed_period(path.period)
    with read_unit() as session:
        found = service.bulletin_with_file(session, period, path.bulletin_id, drafts=sees_drafts(session))
    stored = store().open(str(found.file_key))
    log.info("bulletin.read", bulletin_id=str(found.id), user_id=str(current_principal().id))
    headers = {
        "Content-Disposition": f'attachment; filename="{service.name_of(found)}"',
        "Content-Language": found.language,
        "ETag": f'"{found.sha256}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    file = Response(_read(stored), content_type=MEDIA_TYPES[BulletinFormat(found.format)], headers=headers)
    file.content_length = found.size_bytes or 0
    return file


def _read(stored: Any) -> Iterator[bytes]:
    with stored:
        while piece := stored.read(PIECE):
            yield piece
