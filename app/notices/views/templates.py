"""Messages that a city words itself, over HTTP."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems
from app.notices import service
from app.notices.schemas import TemplateIn, TemplateOut, TemplatePath, TemplatesOut
from app.notices.service import Message, Which
from app.notices.views.blueprint import notices

PATH = "/notices/templates/<event>/<language>/<audience>"
CHANGING = problems(401, 403, 404, 412, 428)


def _who() -> UUID:
    return current_principal().id  # type: ignore[return-value]  # an administrator is somebody


def _which(path: TemplatePath) -> Which:
    return Which(path.event, path.language, path.audience)


@notices.get("/notices/templates", operation_id="list_templates", responses={200: TemplatesOut, **problems(401, 403)})
@needs("templates.admin")
def list_templates() -> Response:
    """Every message that people are sent, in force and as shipped, with the placeholders that it may hold."""
    with read_unit() as session:
        return json_response({"items": service.templates(session)})


@notices.put(PATH, operation_id="put_template", responses={200: TemplateOut, **CHANGING})
@needs("templates.admin")
def put_template(path: TemplatePath, body: TemplateIn) -> Response:
    """Word a message in another way: needs If-Match with its version, 0 for one that nobody changed."""
    expected, now = if_match(), clock.now()
    with write_unit() as session:
        new = Message(body.title, body.text)
        found = service.put_template(session, _which(path), new, expected=expected, actor_id=_who(), now=now)
        return answer(session, found, version=found["version"])


@notices.delete(PATH, operation_id="drop_template", responses={204: None, **CHANGING})
@needs("templates.admin")
def drop_template(path: TemplatePath) -> Response:
    """Go back to the message as it was shipped: needs If-Match with the version in force."""
    expected, now = if_match(), clock.now()
    with unit_of_work() as session:
        service.drop_template(session, _which(path), expected=expected, actor_id=_who(), now=now)
    return json_response(None, 204)
