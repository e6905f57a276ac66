"""The texts of bulletins, as the city words them."""

from __future__ import annotations

from flask import Response

from app.bulletins import service
from app.bulletins.schemas import (
    BulletinLanguageQuery,
    BulletinTemplateIn,
    BulletinTemplateOut,
    BulletinTemplateQuery,
)
from app.bulletins.views.blueprint import bulletins
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems
from app.evaluation.views.ground import require_whole_city


@bulletins.get(
    "/bulletins/template",
    operation_id="get_bulletin_template",
    responses={200: BulletinTemplateOut, **problems(401, 403, 404)},
)
@needs("figures.read")
def get_bulletin_template(query: BulletinTemplateQuery) -> Response:
    """The texts of bulletins in a language, as they are in force or as a version said, and their placeholders"""
    with read_unit() as session:
        shown = service.shown_template(session, query.language, query.version)
    return json_response(BulletinTemplateOut.model_validate(shown), version=shown["version"])


@bulletins.put(
    "/bulletins/template",
    operation_id="put_bulletin_template",
    responses={200: BulletinTemplateOut, **problems(401, 403, 412, 428)},
)
@needs("figures.define")
def put_bulletin_template(query: BulletinLanguageQuery, body: BulletinTemplateIn) -> Response:
    """Word bulletins in another way from now on; tried on a sample first, every version stays"""
    expected, now = if_match(), clock.now()
    content = body.model_dump(mode="json")
    with write_unit() as session:
        require_whole_city(session)
        shown = service.put_template(
            session, query.language, content, expected=expected, actor_id=current_principal().id, now=now
        )
        return answer(session, BulletinTemplateOut.model_validate(shown), version=shown["version"])
