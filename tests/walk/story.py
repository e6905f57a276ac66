"""A case told again from its events alone, by the words of docs/domain.md §5 and §6.

Nothing here knows the product's table of moves or its services: what the events say happened is played on clocks of
our own, and what comes out is compared with the rows that the product keeps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.walk.naive_time import NaiveCalendar

Json = Mapping[str, Any]
GENESIS = "0" * 64
ENDS = {"closed", "rejected", "void", "merged"}
STAGES = {
    "received": "accept",
    "verifying": "verify",
    "to_file": "file",
    "to_dispatch": "dispatch",
    "to_check": "check",
    "to_close": "close",
}
MINUTES = {"accept": 15, "verify": 30, "file": 15, "dispatch": 15, "check": 30, "close": 15}
WITH_OWNER = {"handling", "on_hold"}
NOTHING = timedelta(0)


@dataclass
class Clock:
    """One clock of the story. `since` is where the present stretch began, `spent` what went before it."""

    stage: str
    amount: Decimal
    unit: str
    started_at: datetime
    since: datetime
    due_at: datetime
    yellow_at: datetime
    owner: str | None = None
    spent: timedelta = NOTHING
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    version: int = 0

    def lamp(self, now: datetime) -> str:
        """At an instant before it ended."""
        if self.paused_at is not None:
            return "grey"
        if now <= self.yellow_at:
            return "green"
        return "yellow" if now <= self.due_at else "red"


@dataclass
class Facts:
    """What the story needs to know of the city: limits of conditions and types, calendars, who is a handler, which
    organisations somebody manages.
    """

    conditions: dict[str, tuple[Decimal, str]]
    first_condition: dict[str, str]
    calendars: list[NaiveCalendar]
    handlers: set[str]
    managed: set[str]

    def calendar(self, at: datetime) -> NaiveCalendar:
        """The version in force at an instant."""
        return max((one for one in self.calendars if one.published_at <= at), key=lambda one: one.version)

    def handling_limit(self, side: Json) -> tuple[Decimal, str]:
        """The limit of the filing condition; without one that of the type's first, without a type one working day."""
        condition = side.get("condition_id") or self.first_condition.get(side.get("type_id", ""))
        return self.conditions[condition] if condition else (Decimal(1), "working_day")


@dataclass
class Story:
    """A case as its events tell it."""

    facts: Facts
    state: str = ""
    version: int = 0
    head: str = GENESIS
    side: Json = field(default_factory=dict)
    clocks: list[Clock] = field(default_factory=list)
    handler: str | None = None
    finisher: str | None = None
    units: list[str] = field(default_factory=list)
    pending: tuple[str, Any] | None = None
    appeal: str | None = None
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("extensions", "holds", "reworks", "returns", "reopens"), 0)
    )
    flags: set[str] = field(default_factory=set)
    times: dict[str, datetime | None] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    @property
    def running(self) -> Clock | None:
        last = self.clocks[-1] if self.clocks else None
        going = [clock for clock in self.clocks if clock.ended_at is None]
        assert len(going) <= 1, "two clocks run at once"
        return going[0] if going else (last if last and last.ended_at is None else None)

    def tell(self, event: Json) -> None:
        """Go on by one event."""
        self._link(event)
        before, after, at = event["before"], event["after"], datetime.fromisoformat(event["at"])
        action = event["action"]
        assert before is None or before["state"] == self.state, f"{action} starts in {before['state']}"
        assert (before is None) == (self.version == 0)
        assert before is None or at >= self.times["updated_at"], "an event lies before the one it follows"
        was, self.state, self.version, self.side = self.state, after["state"], event["seq"], after
        self.actions.append(action)
        self.times["updated_at"] = at
        self._pass_on(action, was, event, at)
        self._keep_time(action, was, event, at)
        self._show(after)

    def _link(self, event: Json) -> None:
        """The hash as docs/adr/0010 writes it: SHA-256 of the hash before and of the record in canonical JSON."""
        assert event["seq"] == self.version + 1, f"seq {event['seq']} follows {self.version}"
        assert event["prev_hash"] == self.head, "the link does not hold"
        at = datetime.fromisoformat(event["at"]).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        record = {"case": event["case_id"], "from": event["before"], "to": event["after"], "at": at}
        record |= {name: event[name] for name in ("number", "seq", "action", "inputs", "digests")}
        found = hashlib.sha256(bytes.fromhex(self.head) + canonical(record)).hexdigest()
        assert found == event["hash"], "the hash is not that of the event"
        details, salts = event["details"], event["salts"]
        assert details.keys() == salts.keys()
        assert details.keys() <= event["digests"].keys()
        for name, value in details.items():
            digest = hashlib.sha256(bytes.fromhex(salts[name]) + canonical(value)).hexdigest()
            assert digest == event["digests"][name], f"{name} is not what was digested"
        self.head = event["hash"]

    # --- whose it is, and what is asked ---------------------------------------------------------------------------

    def _pass_on(self, action: str, was: str, event: Json, at: datetime) -> None:
        for unit in (event["after"].get("lead_id"), *event["after"].get("helper_ids", ())):
            if unit is not None and unit not in self.units:
                self.units.append(unit)
        if effect := _EFFECTS.get(action):
            effect(self, event, at)
        if self.state == "closed" and was != "closed":
            self.times["closed_at"] = at
        if self.state in ENDS and was not in ENDS:
            self.pending = None

    def _assigned(self, event: Json, _at: datetime) -> None:
        self.handler = event["inputs"]["handler_id"]

    def _dispatched(self, event: Json, at: datetime) -> None:
        inputs = event["inputs"]
        assert event["after"]["lead_id"] == inputs["lead_id"]
        assert event["after"].get("helper_ids", []) == inputs.get("helper_ids", [])
        self.handler = None
        self.times |= {"dispatched_at": at, "handled_at": None}

    def _returned(self, event: Json, _at: datetime) -> None:
        """What the desk takes back from an owner without managers was not returned by the owner."""
        managed = event["before"]["lead_id"] in self.facts.managed
        assert ("recalled" in event["inputs"]) is not managed
        self.handler = self.pending = None
        self.counts["returns"] += managed

    def _taken_over(self, event: Json, _at: datetime) -> None:
        """A handler who takes over handles it from then on; a manager only answers for it."""
        actor = event["details"]["actor"]["id"]
        if self.state == "handling" and actor in self.facts.handlers:
            self.handler = actor

    def _asked(self, event: Json, _at: datetime) -> None:
        assert self.pending is None
        kind = event["action"].removeprefix("request_")
        inputs = event["inputs"]
        self.pending = (kind, (inputs["limit"], inputs["unit"]) if kind == "extension" else inputs["until"])

    def _decided(self, event: Json, _at: datetime) -> None:
        kind = event["action"].removeprefix("decide_")
        assert self.pending is not None, f"nobody asked for {kind}"
        assert self.pending[0] == kind
        inputs = event["inputs"]
        if kind == "extension":
            assert self.pending[1] == (inputs["limit"], inputs["unit"])
        else:
            assert self.pending[1] == inputs["until"]
        self.pending = None
        self.counts[f"{kind}s"] += inputs["granted"]

    def _finished(self, event: Json, at: datetime) -> None:
        self.pending = None
        self.finisher = event["details"]["actor"]["id"]
        self.times["handled_at"] = at

    def _checked(self, event: Json, _at: datetime) -> None:
        if event["inputs"]["verdict"] == "failed":
            self.counts["reworks"] += 1
            self.times["handled_at"] = None

    def _reopened(self, _event: Json, _at: datetime) -> None:
        self.counts["reopens"] += 1
        self.times |= {"closed_at": None, "handled_at": None}

    def _appealed(self, _event: Json, _at: datetime) -> None:
        assert self.appeal is None
        self.appeal = "open"

    def _appeal_decided(self, event: Json, _at: datetime) -> None:
        assert self.appeal == "open"
        self.appeal = "granted" if event["inputs"]["granted"] else "refused"

    def _flagged(self, event: Json, at: datetime) -> None:
        self.flags.add(
            {"force_close": "forced", "supervise": "supervised", "self_handle": "self_handled"}[event["action"]]
        )
        if event["action"] == "self_handle":
            self.times["handled_at"] = at

    # --- clocks ---------------------------------------------------------------------------------------------------

    def _keep_time(self, action: str, was: str, event: Json, at: datetime) -> None:
        if was in WITH_OWNER and self.state in WITH_OWNER:
            self._with_owner(action, was, event, at)
        elif was != self.state or action == "request_verify":
            self._hand_over(was, event["after"], at)
        if action == "recalculate":
            self._reckon(at)

    def _with_owner(self, action: str, was: str, event: Json, at: datetime) -> None:
        clock = self.running
        assert clock is not None
        assert clock.stage == "handling"
        if was != self.state and self.state == "on_hold":
            clock.spent += self._stretch(clock, at)
            clock.paused_at = clock.since = at
        elif was != self.state:
            clock.paused_at, clock.since = None, at
            self._reckon(at)
        elif action == "decide_extension" and event["inputs"]["granted"]:
            calendar = self.facts.calendar(at)
            more = calendar.length(Decimal(str(event["inputs"]["limit"])), event["inputs"]["unit"])
            clock.amount += Decimal(more / calendar.length(Decimal(1), clock.unit)).quantize(Decimal("0.0001"))
            self._reckon(at)

    def _hand_over(self, was: str, after: Json, at: datetime) -> None:
        """One clock ends, another begins; a failed check lets the handling clock go on as if it had never ended."""
        clock = self.running
        if clock is not None:
            clock.spent += NOTHING if clock.paused_at else self._stretch(clock, at)
            clock.ended_at, clock.since, clock.paused_at = at, at, None
            clock.outcome = "stopped" if was in WITH_OWNER and self.state != "to_check" else "done"
        if self.state == "handling" and was == "to_check":
            self._go_on(at)
        elif self.state == "handling":
            self._start("handling", *self.facts.handling_limit(after), at)
        elif self.state not in ENDS:
            stage = STAGES[self.state]
            self._start(stage, Decimal(MINUTES[stage]) / 60, "urgent_hour", at)

    def _go_on(self, at: datetime) -> None:
        clock = [one for one in self.clocks if one.stage == "handling"][-1]
        clock.spent += self._stretch(clock, at)
        clock.since, clock.ended_at, clock.outcome = at, None, None

    def _stretch(self, clock: Clock, at: datetime) -> timedelta:
        return self.facts.calendar(at).spent(clock.since, at, clock.unit)

    def _start(self, stage: str, amount: Decimal, unit: str, at: datetime) -> None:
        owner = self.side.get("lead_id") if stage == "handling" else None
        self.clocks.append(Clock(stage, amount, unit, at, at, at, at, owner))
        self._reckon(at)

    def _reckon(self, at: datetime) -> None:
        """The deadline: where what is left of the limit ends, by the calendar in force."""
        clock = self.running
        assert clock is not None
        calendar = self.facts.calendar(at)
        whole = calendar.length(clock.amount, clock.unit)
        clock.due_at = calendar.after(clock.since, whole - clock.spent, clock.unit)
        clock.yellow_at = calendar.after(clock.since, whole * 4 // 5 - clock.spent, clock.unit)
        clock.version = calendar.version

    def _show(self, after: Json) -> None:
        """The event says of the running clock what the clock says."""
        clock = self.running
        if clock is None:
            assert not {"stage", "due_at", "yellow_at", "paused"} & after.keys(), "a clock is shown that does not run"
            return
        assert after["stage"] == clock.stage
        assert after["paused"] is (clock.paused_at is not None)
        assert datetime.fromisoformat(after["due_at"]) == clock.due_at, f"due {after['due_at']}, counted {clock.due_at}"
        assert datetime.fromisoformat(after["yellow_at"]) == clock.yellow_at, f"counted {clock.yellow_at}"


_EFFECTS: dict[str, Callable[[Story, Json, datetime], None]] = {
    "assign": Story._assigned,
    "dispatch": Story._dispatched,
    "return": Story._returned,
    "take_over": Story._taken_over,
    "request_extension": Story._asked,
    "request_hold": Story._asked,
    "decide_extension": Story._decided,
    "decide_hold": Story._decided,
    "finish": Story._finished,
    "check": Story._checked,
    "reopen": Story._reopened,
    "appeal": Story._appealed,
    "decide_appeal": Story._appeal_decided,
    "force_close": Story._flagged,
    "supervise": Story._flagged,
    "self_handle": Story._flagged,
}


def canonical(value: Any) -> bytes:
    """RFC 8785 for what events hold: sorted members, no blanks, whole numbers without a fraction."""
    return json.dumps(_whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {name: _whole(inner) for name, inner in value.items()}
        case list():
            return [_whole(inner) for inner in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
