"""A case as of a view instant, told from its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]
UNDECIDED = {"received", "verifying", "to_file"}
# What ends the clock of a stage because it was done.
DONE_BY = {
    "verify": {"verify"},
    "file": {"file", "reject", "merge"},
    "dispatch": {"dispatch"},
    "check": {"check"},
    "close": {"close"},
}


@dataclass
class StageClock:
    """One clock of a stage: who was to be done by when, and who did it."""

    stage: str
    due_at: datetime
    ended_at: datetime | None = None
    done: bool = False
    doer: str | None = None
    deed: str = ""
    asked: str | None = None


@dataclass
class Handling:
    """What one owner had to do within one clock."""

    owner: str
    started_at: datetime
    due_at: datetime
    handled_at: datetime | None = None
    failed_check: bool = False
    extended: bool = False
    holds: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    appealed: bool = False
    exempt: bool = False


@dataclass
class Dispatch:
    """An owner was named."""

    at: datetime
    by: str | None
    to: str
    misrouted: bool = False


@dataclass
class Told:
    """A case at a view instant."""

    card: Json
    state: str = ""
    type_id: str | None = None
    source: str = ""
    report: str | None = None
    submitted_at: datetime | None = None
    submitter: str | None = None
    filed_at: datetime | None = None
    filer: tuple[str, str | None] | None = None
    acceptor: str | None = None
    self_handled: bool = False
    forced: bool = False
    closed_at: datetime | None = None
    owner: str | None = None
    merged_into: str | None = None
    handling: Handling | None = None
    clocks: list[StageClock] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)
    ratings: list[tuple[datetime, int, str | None]] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.card["number"])

    @property
    def decided(self) -> bool:
        return self.state not in UNDECIDED


def tell(card: Json, events: Sequence[Json], v: datetime) -> Told | None:
    """The case with everything that happened until v; None where it was not reported yet."""
    told = Told(card)
    for event in events:
        at = instant(event["at"])
        if at > v:
            break
        _one(told, event, at)
    return told if told.state else None


def instant(written: str) -> datetime:
    """An instant of an answer."""
    return datetime.fromisoformat(written)


def _one(told: Told, event: Json, at: datetime) -> None:
    before, after, action = told.state, event["to"], event["action"]
    actor = (event["actor"] or {}).get("id")
    told.state, told.type_id, told.owner = after["state"], after.get("type_id"), after.get("lead_id")
    _beginning(told, event, at, actor)
    _stages(told, event, at, actor)
    if before != "to_dispatch" and told.state == "to_dispatch" and told.filed_at is None:
        told.filed_at, told.filer = at, (action, actor)
    if before != "closed" and told.state == "closed":
        told.closed_at, told.forced = at, action == "force_close"
    if before == "closed" and told.state != "closed":
        told.closed_at, told.forced = None, False
    _work(told, event, at, actor)
    _appeal(told, event)


def _beginning(told: Told, event: Json, at: datetime, actor: str | None) -> None:
    inputs = event["inputs"]
    match event["action"]:
        case "submit":
            told.source, told.submitted_at, told.submitter = inputs["source"], at, actor
            told.report = inputs.get("report_id")
        case "accept":
            told.acceptor = actor
        case "self_handle":
            told.self_handled = True
        case "merge" if "into" in inputs:
            told.merged_into = inputs["into"]
        case "rate":
            told.ratings.append((at, inputs["score"], told.owner))


def _stages(told: Told, event: Json, at: datetime, actor: str | None) -> None:
    """At most one clock of a stage runs; the events say which one, and when it is due."""
    after, action = event["to"], event["action"]
    running = told.clocks[-1] if told.clocks and told.clocks[-1].ended_at is None else None
    stage = after.get("stage")
    if running is not None and (stage != running.stage or action == "request_verify"):
        running.ended_at = at
        running.done = action in DONE_BY.get(running.stage, ())
        running.doer = actor if running.done else None
        running.deed = action
        running = None
    if stage in {None, "handling"}:
        return
    if running is None:
        told.clocks.append(StageClock(stage, instant(after["due_at"]), asked=event["inputs"].get("inspector_id")))
    else:
        running.due_at = instant(after["due_at"])


def _work(told: Told, event: Json, at: datetime, actor: str | None) -> None:
    after = event["to"]
    match event["action"]:
        case "dispatch":
            told.dispatches.append(Dispatch(at, actor, after["lead_id"]))
            told.handling = Handling(after["lead_id"], at, instant(after["due_at"]))
        case "reopen":
            owned = told.state == "handling"
            told.handling = Handling(after["lead_id"], at, instant(after["due_at"])) if owned else None
        case "return":
            told.handling = None
            told.dispatches[-1].misrouted = "recalled" not in event["inputs"]
    if told.handling is not None:
        _with_owner(told.handling, event, at)


def _with_owner(work: Handling, event: Json, at: datetime) -> None:
    after, inputs = event["to"], event["inputs"]
    if after.get("stage") == "handling":
        work.due_at = instant(after["due_at"])
    match event["action"]:
        case "finish":
            work.handled_at = at
        case "check" if inputs["verdict"] == "failed":
            work.handled_at, work.failed_check = None, True
        case "decide_extension" if inputs["granted"]:
            work.extended = True
        case "decide_hold" if inputs["granted"]:
            work.holds.append((at, None))
        case "resume":
            work.holds[-1] = (work.holds[-1][0], at)


def _appeal(told: Told, event: Json) -> None:
    """A granted appeal is about the handling that it was lodged against, whatever is handled by then."""
    if told.handling is None:
        return
    if event["action"] == "appeal":
        told.handling.appealed = True
    elif event["action"] == "decide_appeal":
        told.handling.exempt = told.handling.appealed and event["inputs"]["granted"]
