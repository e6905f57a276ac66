"""To whom figures may be mailed."""

from __future__ import annotations

from flask import Response

from app.accounts.rules import Role
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems
from app.evaluation.errors import WholeCityOnly
from app.evaluation.views.ground import sees_whole_city
from app.statements import service
from app.statements.schemas import RecipientsIn, RecipientsOut
from app.statements.views.register import statements


@statements.get(
    "/recipients", operation_id="get_statement_recipients", responses={200: RecipientsOut, **problems(401, 403)}
)
@needs("figures.read")
def get_statement_recipients() -> Response:
    """To which domains figures may be mailed beside addresses that users confirmed"""
    with read_unit() as session:
        found = service.recipients(session)
    return json_response(found, version=found["version"])


@statements.put(
    "/recipients",
    operation_id="put_statement_recipients",
    responses={200: RecipientsOut, **problems(401, 403, 412, 428)},
)
@needs("statements.admin")
def put_statement_recipients(body: RecipientsIn) -> Response:
    """Allow figures to be mailed to these domains; none: only to addresses that users confirmed"""
    expected, actor_id = if_match(), current_principal().id
    with write_unit() as session:
        if not sees_whole_city(session, Role.ADMIN):
            raise WholeCityOnly("Whom figures are mailed to is for administrators of the whole city to say.")
        found = service.put_recipients(session, body.domains, expected=expected, actor_id=actor_id, now=clock.now())
        return answer(session, found, version=found["version"])
