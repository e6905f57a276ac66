"""An application with a few routes of the tests' own, so that the frame is tested without any feature."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_openapi3 import OpenAPI
from sqlalchemy import func, select

from app.core import clock, outbox
from app.core.auth import public
from app.core.db import unit_of_work
from app.core.errors import Invalid
from app.core.http import answer, if_match, write_unit
from app.core.intake import takes
from app.core.models import OutboxMessage


@public
@takes("application/json", "multipart/form-data", max_bytes=2_000_000)
def note() -> Response:
    """Leave a message in the outbox: an effect that can be counted."""
    content: dict[str, Any] = request.get_json() if request.is_json else request.form.to_dict()
    with write_unit() as session:
        outbox.send(session, channel="test", recipient="+1", text=str(content.get("text")), now=clock.now())
        if content.get("fail"):
            raise Invalid("asked to fail")
        made = session.execute(select(func.count()).select_from(OutboxMessage)).scalar_one()
        return answer(session, {"made": made}, 201, version=made, headers={"Location": f"/notes/{made}"})


@public
@takes("application/json")
def change() -> dict[str, Any]:
    return {"expected": if_match()}


@public
def broken() -> Response:
    secret = "the password is swordfish"
    raise RuntimeError(secret)


def with_echoes(app: OpenAPI) -> OpenAPI:
    """The application with these operations beside its own."""
    app.add_url_rule("/notes", view_func=note, methods=["POST"])
    app.add_url_rule("/change", view_func=change, methods=["PUT"])
    app.add_url_rule("/broken", view_func=broken)
    app.testing = False
    return app


def notes() -> int:
    with unit_of_work() as session:
        return session.execute(select(func.count()).select_from(OutboxMessage)).scalar_one()
