"""An action on a case from the lock to the event: look, ask the table, carry out, write once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.errors import CaseNotFound, IllegalMove
from app.cases.rules import (
    BROUGHT,
    SYSTEM,
    Action,
    Choice,
    Fact,
    Relation,
    Standing,
    State,
    choices,
    find_move,
    moves_from,
    possible_to,
)
from app.cases.service import clocks, effects, recording
from app.cases.service.facts import holding, own_report_id
from app.cases.service.standing import standing_of
from app.cases.service.work import THE_SYSTEM, Command, Work
from app.core.auth import Principal
from app.core.errors import Stale
from app.media import service as media

# Moves in which somebody acts as the sender of a report, whatever else they are.
AS_REPORTER = frozenset({Relation.REPORTER, Relation.JOINER})
SENDERS_WORDS = ("description", "address", "reporter_id")
PHOTO_ROLE = {
    Action.VERIFY: "verify",
    Action.CHECK: "check",
    Action.FINISH: "after",
    Action.SELF_HANDLE: "after",
}


def act(session: Session, number: str, command: Command, *, principal: Principal, now: datetime) -> dict[str, Any]:
    """Do something to the case with this number, as far as the principal sees it.

    Shape:  the case's row after the action, and after what the system does next by itself (automatic dispatch).
    Raises: CaseNotFound, Stale, IllegalMove, NotYourMove, FactMissing, and for the input what the catalogue,
            media and accounts raise.
    """
    _lock_both(session, number, command)
    case = queries.lock_visible(session, number, principal)
    if case is None:
        raise CaseNotFound(f"There is no case {number} that you may see.")
    return act_on(session, case, command, principal=principal, now=now)


def act_as_reporter(
    session: Session, number: str, command: Command, *, principal: Principal, standing: Standing, now: datetime
) -> dict[str, Any]:
    """Do what a reporter may do (rate, reopen, join) to a case they do not see as a case."""
    _lock_both(session, number, command)
    case = queries.lock_visible(session, number, THE_SYSTEM)
    if case is None:
        raise CaseNotFound(f"There is no case {number}.")
    return act_on(session, case, command, principal=principal, now=now, standing=standing)


def _lock_both(session: Session, number: str, command: Command) -> None:
    """A merge holds two cases: both are locked in the order of their numbers, whichever is merged into which."""
    into = command.inputs.get("into")
    if command.action is Action.MERGE and into is not None:
        queries.lock_in_order(session, number, into)


def act_on(
    session: Session,
    case: dict[str, Any],
    command: Command,
    *,
    principal: Principal,
    now: datetime,
    standing: Standing | None = None,
) -> dict[str, Any]:
    """Do something to a case that this session has locked."""
    if command.expected_version is not None and command.expected_version != case["version"]:
        raise Stale(
            f"The case is at version {case['version']} and {case['state']}, you had {command.expected_version}: "
            "read it again.",
            version=case["version"],
            state=case["state"],
        )
    photo_ids = command.inputs.get("photo_ids") or []
    photos = tuple(media.photos(session, photo_ids, principal=principal))
    found = standing or standing_of(session, case, principal, now)
    work = Work(session, case, command, principal, now, found, photos=photos)
    _perform(work)
    _follow(work)
    return case


def _perform(work: Work) -> None:
    case, command = work.case, work.command
    state = State(case["state"])
    wanted = {fact for move in moves_from(state) if move.action is command.action for fact in move.needs}
    said = {**command.inputs, "source": case["source"], "owned": case["lead_id"] is not None}
    try:
        work.move = find_move(state, command.action, work.standing, said, holding(work, wanted))
    except IllegalMove as refused:
        refused.facts["possible"] = _possible(work)
        raise
    before = recording.snapshot(case)
    # An event never lies before the one it follows, whatever the clocks of two machines say.
    work.now = max(work.now, case["updated_at"])
    work.set(state=work.move.target.value, version=case["version"] + 1, updated_at=work.now)
    if work.move.target != state:
        # Who took it over in person held it in that state; the next one is somebody else's.
        work.set(holder_id=None)
    effects.carry_out(work)
    clocks.apply(work, work.move.clocks)
    role = PHOTO_ROLE.get(command.action, "other")
    queries.add_photos(work.session, case["id"], [photo.id for photo in work.photos], role, case["version"], work.now)
    inputs = {**_brought(work), **work.event_inputs, "actor": recording.actor_of(work.principal)}
    recording.append(work.session, case, before, action=command.action, at=work.now, inputs=inputs)
    queries.change_case(work.session, case["id"], {**work.changed, "head_hash": case["head_hash"]})


def _possible(work: Work) -> list[Action]:
    """What the actor may do now, asked only where something was refused."""
    state = State(work.case["state"])
    return possible_to(state, work.standing, holding(work, _asked_of_the_case(state)))


def _asked_of_the_case(state: State) -> frozenset[Fact]:
    return frozenset(fact for move in moves_from(state) for fact in move.needs) - BROUGHT


def _brought(work: Work) -> dict[str, Any]:
    """The inputs as the event keeps them; empty ones are no inputs."""
    given = {name: value for name, value in work.inputs.items() if value not in (None, [], "")}
    return {**given, "device": work.command.device, **_whose(work)}


def _whose(work: Work) -> dict[str, Any]:
    """The report that its sender acts for: it hides the sender from the unit, and an erasure finds the event by it."""
    mine = (who for who in (work.move.who if work.move else ()) if work.standing.includes(who))
    if not any(who.relation in AS_REPORTER for who in mine):
        return {}
    report_id = work.inputs.get("report_id") or work.found.get("report_id") or own_report_id(work)
    return {} if report_id is None else {"report_id": report_id}


def _follow(work: Work) -> None:
    """What the system does by itself after this: dispatch where a rule says so."""
    routed = work.case["routing"] or {}
    if (
        work.case["state"] == State.TO_DISPATCH
        and work.command.action in {Action.FILE, Action.ACCEPT}
        and routed.get("auto")
    ):
        command = Command(Action.DISPATCH, {"auto": True})
        follow = Work(work.session, work.case, command, THE_SYSTEM, work.now, SYSTEM)
        _perform(follow)


def choices_of(session: Session, case: dict[str, Any], *, principal: Principal, now: datetime) -> list[Choice]:
    """What this principal may do to the case now, and why not."""
    standing = standing_of(session, case, principal, now)
    work = Work(session, case, Command(Action.SUPERVISE), principal, now, standing)
    state = State(case["state"])
    return choices(state, standing, holding(work, _asked_of_the_case(state)))


@dataclass(frozen=True, slots=True)
class Erasure:
    """What has to go from a case: these values of these events, and the words it shows where they are the sender's."""

    case_id: UUID
    seqs: Sequence[int]
    names: frozenset[str]
    words: bool


def redact(session: Session, erasure: Erasure, *, now: datetime) -> int:
    """Erase personal values from events of a case, and say so in a new event.

    Returns the number of events that lost something. Where nothing was there to lose, no event is written.
    """
    case = queries.lock_by_id(session, erasure.case_id)[0]
    erased = queries.erase_details(session, case["case_month"], erasure.case_id, erasure.seqs, erasure.names)
    shown = erasure.words and any(case[name] is not None for name in SENDERS_WORDS)
    if not erased and not shown:
        return 0
    command = Command(Action.REDACT, {"erased": [{"seq": seq, "names": gone} for seq, gone in erased]})
    work = Work(session, case, command, THE_SYSTEM, now, SYSTEM)
    if shown:
        work.set(**dict.fromkeys(SENDERS_WORDS))
    _perform(work)
    return len(erased)
