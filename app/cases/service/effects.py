"""What each action changes beside state and clocks: one short function per action, found by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.cases import queries
from app.cases.rules import Action, Fact, Relation, State
from app.cases.service import asking, opening, recording, telling
from app.cases.service.routed import route_case
from app.cases.service.standing import TASK_OF, helping_unit
from app.cases.service.types import find_condition, find_type
from app.cases.service.work import Work
from app.sla.rules import Limit, Unit

ASKED_FOR = frozenset({Action.VERIFY, Action.CHECK, Action.FINISH})
"""What people are asked to do by a task."""


def carry_out(work: Work) -> None:
    """Change the case as its action says; the state is already the move's target."""
    EFFECTS.get(work.command.action, _nothing)(work)


def _nothing(work: Work) -> None:
    del work


def _accept(work: Work) -> None:
    found = find_type(work.session, work.inputs["type"])
    condition = find_condition(work.session, work.inputs["condition_id"], found.id)
    work.set(type_id=found.id, condition_id=condition.id)
    if work.case["state"] == State.TO_DISPATCH:
        _filed(work)


def _filed(work: Work) -> None:
    """The case is the city's from now on: its filing instant and who the router would give it to."""
    work.set(filed_at=work.case["filed_at"] or work.now)
    route_case(work)


def _request_verify(work: Work) -> None:
    inspector = work.found["inspector_id"]
    _close_tasks(work, "verify")
    telling.ask(work, "verify", inspector, suggested=work.inputs.get("inspector_id") is None)
    work.event_inputs["inspector_id"] = inspector


def _close_tasks(work: Work, *kinds: str) -> None:
    """The case goes on: nobody else is asked any more. Whoever acted as they were asked has done it."""
    done_by = work.principal.id if work.command.action in ASKED_FOR else None
    queries.close_tasks(work.session, work.case_id, work.now, *kinds, done_by=done_by)


def _all_tasks_done(work: Work) -> None:
    _close_tasks(work)
    if work.case["pending"] is not None:
        work.set(pending=None)


def _merge(work: Work) -> None:
    """Reports and photos go over to the other case, which gets an event of its own."""
    target: dict[str, Any] = work.found["target"]
    _all_tasks_done(work)
    queries.move_reports(work.session, work.case_id, target["id"])
    work.set(merged_into=target["id"])
    before = recording.snapshot(target)
    at = max(work.now, target["updated_at"])
    target["version"] += 1
    queries.copy_photos(work.session, work.case_id, target["id"], target["version"], at)
    inputs = {
        "absorbed": work.case["number"],
        "report_id": work.inputs.get("report_id"),
        "actor": recording.actor_of(work.principal),
    }
    recording.append(work.session, target, before, action=Action.MERGE, at=at, inputs=inputs)
    values = {"version": target["version"], "head_hash": target["head_hash"], "updated_at": at}
    queries.change_case(work.session, target["id"], values)


def _split(work: Work) -> None:
    """A linked case of the other type, in the same state, with its own clocks and chain."""
    other = work.found["other_type"]
    condition_id: UUID | None = work.inputs.get("condition_id")
    if condition_id is not None:
        condition_id = find_condition(work.session, condition_id, other.id).id
    number = opening.open_linked(work, type_id=other.id, condition_id=condition_id)
    work.event_inputs["split_into"] = number


def _take_over(work: Work) -> None:
    """The event says who had it until then: nobody where it lay on the desk."""
    me = work.principal.id
    state = State(work.case["state"])
    kind = TASK_OF.get(state)
    had = [work.case["holder_id"], work.case["handler_id"] if state is State.HANDLING else None]
    if kind is not None:
        had += queries.task_holders(work.session, work.case_id, kind)
    work.event_inputs["from_ids"] = [person for person in dict.fromkeys(had) if person not in (None, me)]
    if kind is not None and me is not None:
        _close_tasks(work, kind)
        telling.ask(work, kind, me)
    elif state is State.HANDLING and Relation.LEAD_UNIT not in work.standing.relations:
        _close_tasks(work, "handle")
        if me is not None:
            telling.ask(work, "handle", me)
        work.set(handler_id=me)
    work.set(holder_id=me)


def _dispatch(work: Work) -> None:
    lead, helpers = UUID(str(work.found["lead_id"])), [UUID(str(helper)) for helper in work.found["helper_ids"]]
    units = list(dict.fromkeys([*work.case["unit_ids"], lead, *helpers]))
    work.set(lead_id=lead, helper_ids=helpers, unit_ids=units, handler_id=None, dispatched_at=work.now, handled_at=None)
    work.event_inputs |= {"lead_id": lead, "helper_ids": helpers}


def _assign(work: Work) -> None:
    handler: UUID = work.inputs["handler_id"]
    _close_tasks(work, "handle")
    telling.ask(work, "handle", handler)
    work.set(handler_id=handler)


def _advise(work: Work) -> None:
    """Nothing changes but the chain: the opinion stands in its event, with the organisation whose it is."""
    work.event_inputs["organization_id"] = helping_unit(work.case, work.principal)


def _return(work: Work) -> None:
    """Counted where the owner says "not ours"; taken back from a unit that nobody manages, it is no misroute."""
    _all_tasks_done(work)
    recalled = Relation.UNMANAGED in work.standing.relations
    if recalled:
        work.event_inputs["recalled"] = True
    returns = work.case["returns"] + (not recalled)
    work.set(lead_id=None, helper_ids=[], handler_id=None, returns=returns, pending=None)


def _request_extension(work: Work) -> None:
    asked = {"kind": "extension", "limit": work.inputs["limit"], "unit": str(work.inputs["unit"])}
    work.set(pending={**asked, "asked_at": recording.plain(work.now)})


def _decide_extension(work: Work) -> None:
    asked = work.case["pending"]
    granted: bool = work.inputs["granted"]
    work.found["extension"] = Limit(Decimal(str(asked["limit"])), Unit(asked["unit"]))
    work.event_inputs |= {"limit": asked["limit"], "unit": asked["unit"]}
    work.set(pending=None, extensions=work.case["extensions"] + granted)


def _request_hold(work: Work) -> None:
    until = recording.plain(work.inputs["until"])
    work.set(pending={"kind": "hold", "until": until, "asked_at": recording.plain(work.now)})


def _decide_hold(work: Work) -> None:
    until = work.case["pending"]["until"]
    work.event_inputs["until"] = until
    work.set(pending=None)
    if work.inputs["granted"]:
        _close_tasks(work, "handle")
        work.set(hold_until=date.fromisoformat(until), holds=work.case["holds"] + 1)


def _resume(work: Work) -> None:
    work.set(hold_until=None)
    _ask_handler(work)


def _ask_handler(work: Work) -> None:
    """It is the handler's again, where the case has one."""
    if work.case["handler_id"] is not None:
        telling.ask(work, "handle", work.case["handler_id"])


def _finish(work: Work) -> None:
    """An inspector is asked to look; any other who sees the case may do it as well."""
    _close_tasks(work, "handle")
    without = [found for found in (work.case["handler_id"], work.principal.id) if found]
    inspector = asking.suggest(work.session, work.case, "check", without, work.now)
    if inspector is not None:
        telling.ask(work, "check", inspector, suggested=True)
    work.set(pending=None)


def _check(work: Work) -> None:
    _close_tasks(work, "check")
    if work.inputs["verdict"] == "failed":
        work.set(reworks=work.case["reworks"] + 1)
        _ask_handler(work)


def _close(work: Work) -> None:
    _all_tasks_done(work)
    work.set(closed_at=work.now, pending=None)


def _force_close(work: Work) -> None:
    _close(work)
    work.set(forced=True, hold_until=None)


def _reopen(work: Work) -> None:
    work.set(closed_at=None, handled_at=None, reopens=work.case["reopens"] + 1)
    if work.case["routing"] is None:
        route_case(work)
    if work.case["state"] == State.HANDLING:
        _ask_handler(work)
    if work.move is not None and Fact.NOT_REOPENED_BEFORE in work.move.needs:
        work.set(reopened_by_reporter=True)
        queries.note_on_report(work.session, work.case_id, work.found["report_id"], {"reopened_at": work.now})


def _rate(work: Work) -> None:
    work.set(rating=work.inputs["score"])
    queries.note_on_report(work.session, work.case_id, work.found["report_id"], {"rating": work.inputs["score"]})


def _self_handle(work: Work) -> None:
    work.set(self_handled=True, handled_at=work.now)


EFFECTS: dict[Action, Callable[[Work], None]] = {
    Action.ACCEPT: _accept,
    Action.REQUEST_VERIFY: _request_verify,
    Action.VERIFY: _all_tasks_done,
    Action.REJECT: _all_tasks_done,
    Action.MERGE: _merge,
    Action.SPLIT: _split,
    Action.TAKE_OVER: _take_over,
    Action.FILE: _filed,
    Action.DISPATCH: _dispatch,
    Action.ASSIGN: _assign,
    Action.ADVISE: _advise,
    Action.RETURN: _return,
    Action.REQUEST_EXTENSION: _request_extension,
    Action.DECIDE_EXTENSION: _decide_extension,
    Action.REQUEST_HOLD: _request_hold,
    Action.DECIDE_HOLD: _decide_hold,
    Action.RESUME: _resume,
    Action.FINISH: _finish,
    Action.CHECK: _check,
    Action.CLOSE: _close,
    Action.FORCE_CLOSE: _force_close,
    Action.VOID: _all_tasks_done,
    Action.REOPEN: _reopen,
    Action.SUPERVISE: lambda work: work.set(supervised=True, supervised_due_at=work.inputs.get("due_at")),
    Action.APPEAL: lambda work: work.set(appeal="open"),
    Action.DECIDE_APPEAL: lambda work: work.set(appeal="granted" if work.inputs["granted"] else "refused"),
    Action.RATE: _rate,
    Action.SELF_HANDLE: _self_handle,
}
