"""The same action on many cases: each for itself, with its own result."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.cases import queries, service
from app.cases.errors import NotInBulk
from app.cases.rules import ONE_BY_ONE, Action
from app.cases.schemas import ManyIn, ManyOut, ManyPath
from app.cases.service import Command
from app.cases.views.cases import cases
from app.cases.views.inputs import command_of
from app.core import clock
from app.core.auth import Principal, current_principal, needs
from app.core.batch import Batch, Passing, Result, begin_batch
from app.core.errors import Fault, Invalid
from app.core.schemas import problems


@cases.post(
    "/cases/actions/<action>",
    operation_id="act_on_cases",
    responses={200: ManyOut, **problems(401, 403, 409)},
)
@needs("case.act")
def act_on_cases(path: ManyPath, body: ManyIn) -> Response:
    """Do the same to up to 200 cases, each for itself: what is refused for one does not keep the others from it."""
    _check(path.action, body)
    command = command_of(path.action, body, expected_version=None)
    batch, principal = begin_batch(), current_principal()
    items: list[Result] = []
    passing: Result | None = None
    for item in body.items:
        try:
            if passing is None:
                mine = replace(command, expected_version=item.version)
                items.append(_act(batch, item.number, mine, principal))
                continue
        except Passing as failed:
            passing = failed.problem
        # Whatever failed would most likely fail for the rest as well, and slowly: they wait for the request sent again.
        items.append(_refused(item.number, passing))
    return batch.conclude({"items": items}, whole=passing is None)


def _check(action: Action, body: ManyIn) -> None:
    """Refuse what cannot be meant for many cases.

    Raises: NotInBulk, Invalid.
    """
    if action in ONE_BY_ONE:
        raise NotInBulk(f"{action} is done to one case at a time: POST /cases/{{number}}/actions/{action}.")
    if body.photo_ids:
        fault = Fault("/photo_ids", "leave the photos out, or act on the one case that they show")
        raise NotInBulk("Photos show one case, not many.", faults=[fault])
    counted = Counter(item.number for item in body.items)
    twice = [i for i, item in enumerate(body.items) if counted[item.number] > 1]
    if twice:
        faults = [Fault(f"/items/{i}/number", "name each case once") for i in twice]
        raise Invalid("A case is named more than once.", faults=faults)


def _act(batch: Batch, number: str, command: Command, principal: Principal) -> Result:
    def do(session: Session) -> Result:
        case = service.act(session, number, command, principal=principal, now=clock.now())
        return _result(number, str(case["state"]), case["version"])

    return batch.once(number, do, partial(_as_it_is, number, principal))


def _as_it_is(number: str, principal: Principal, session: Session, problem: Result) -> Result:
    found = queries.standing_now(session, number, principal)
    return _refused(number, problem, *(found or ()))


def _refused(number: str, problem: Result | None, state: str | None = None, version: int | None = None) -> Result:
    return {"number": number, "ok": False, "state": state, "version": version, "problem": problem}


def _result(number: str, state: str, version: int) -> dict[str, Any]:
    return {"number": number, "ok": True, "state": state, "version": version, "problem": None}
