"""The ladder of reminders: after what delay who is reminded."""

from __future__ import annotations

from decimal import Decimal

from flask import Response
from sqlalchemy.orm import Session

from app.cases.queries import reminders
from app.cases.rules.reminders import Audience, Rung
from app.cases.service import ladders
from app.cases.views.cases import cases
from app.catalog.rules import Limit
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems
from app.sla.schemas import LadderIn, LadderOut, RungIn


@cases.get("/reminder-ladder", operation_id="get_reminder_ladder", responses={200: LadderOut, **problems(401, 403)})
@needs("audit.read")
def get_reminder_ladder() -> Response:
    """After what delay who is reminded, of handling and of the other clocks"""
    with read_unit() as session:
        shown, version = _shown(session)
    return json_response(shown, version=version)


@cases.put(
    "/reminder-ladder",
    operation_id="put_reminder_ladder",
    responses={200: LadderOut, **problems(401, 403, 412, 428)},
)
@needs("calendar.admin")
def put_reminder_ladder(body: LadderIn) -> Response:
    """Change the whole ladder; a new rung reminds of every clock that is past it, once"""
    expected, now, actor_id = if_match(), clock.now(), current_principal().id
    rungs = [_rung(one) for one in body.items]
    with write_unit() as session:
        ladders.replace_ladder(session, rungs, expected=expected, now=now, actor_id=actor_id)
        shown, version = _shown(session)
        return answer(session, shown, version=version)


def _rung(one: RungIn) -> Rung:
    delay, supervised = (Limit(Decimal(str(amount)), one.unit) for amount in (one.delay, one.supervised_delay))
    return Rung(one.ladder, one.rung, one.base, delay, supervised, Audience(one.audience))


def _shown(session: Session) -> tuple[LadderOut, int]:
    items = [row._asdict() for row in reminders.ladder(session)]
    return LadderOut.model_validate({"items": items}), reminders.ladder_version(session)
