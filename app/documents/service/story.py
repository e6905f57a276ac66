"""What happened to a case, in words: its events, clocks, reminders and opinions as this reader may see them.

Everything comes out of what the JSON API shows to the same reader; nothing is shown here that is hidden there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.cases.rules import Action
from app.documents.queries import Names
from app.documents.service.words import Words
from app.sla.rules import Calendar, Limit, Unit, budget, elapsed

# Shown elsewhere on the paper, or of no use to a reader.
LEFT_OUT = frozenset(
    {
        "report_id",
        "type",
        "condition_id",
        "unit",
        "raw",
        "calendar_code",
        "calendar_version",
        "actor",
        "op_id",
        "task_id",
    }
)
CODED = {"verdict": "verdicts", "source": "sources"}
CHANGES = ("type_id", "condition_id", "lead_id", "helper_ids", "hold_until", "current_cell")


@dataclass(frozen=True, slots=True)
class Step:
    """One event. `lines` are (label, value)."""

    seq: int
    at: str
    code: str
    action: str
    who: str
    unit: str
    before: str
    after: str
    lines: list[tuple[str, str]]
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock and how it ended; `lamp` is the lamp's code, `lamp_word` what it is called."""

    stage: str
    limit: str
    started: str
    due: str
    ended: str
    used: str
    lamp: str
    lamp_word: str
    verdict: str
    provisional: bool


def ids_in(value: Any) -> Iterator[UUID]:
    """Every id that stands in a JSON value, at any depth."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from ids_in(item)
    elif isinstance(value, str) and len(value) == 36:
        try:
            yield UUID(value)
        except ValueError:
            return


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells a case's story to one reader. `plain`: whether people and free words are theirs to see."""

    words: Words
    names: Names
    plain: bool

    def steps(self, events: Iterable[Mapping[str, Any]]) -> list[Step]:
        """The events as steps, in their order."""
        return [self._step(event) for event in events]

    def _step(self, event: Mapping[str, Any]) -> Step:
        before, after = event["from"] or {}, event["to"]
        who, unit = self._actor(event)
        place = event["position"]
        return Step(
            seq=event["seq"],
            at=self.words.short(event["at"]),
            code=event["action"],
            action=self.words.of("actions", event["action"]),
            who=who,
            unit=unit,
            before=self.words.of("states", before["state"]) if before else "",
            after=self.words.of("states", after["state"]),
            lines=list(self._lines(event, before, after)),
            position=None if place is None else (place["lon"], place["lat"]),
        )

    def _actor(self, event: Mapping[str, Any]) -> tuple[str, str]:
        actor = event["actor"]
        if "actor" in event["redacted"]:
            return self.words.say("person_erased"), ""
        if actor is None or actor["kind"] is None:
            return self.words.say("person_hidden"), ""
        if actor["kind"] == "system":
            return self.words.say("the_system"), ""
        if actor["name"] is None:
            return self.words.say("reporter_unnamed" if "digest" in actor else "person_hidden"), ""
        name = actor["name"] or self.words.of("people", actor["kind"])
        return name, self.names.organizations.get(actor.get("organization_id") or "", "")

    def _lines(
        self, event: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        found = {name: after.get(name) for name in CHANGES if after.get(name) != before.get(name)}
        if event["action"] == Action.SUBMIT:
            found = {}
        given = {name: value for name, value in event["inputs"].items() if name not in LEFT_OUT}
        for name, value in {**given, **found}.items():
            if text := self._value(name, value, event["inputs"]):
                yield self.words.of("inputs", name), text
        if after.get("due_at") is not None and after["due_at"] != before.get("due_at") and "due_at" not in given:
            yield self.words.say("due_at", "inputs"), self.words.short(after["due_at"])
        if event["reason"]:
            yield self.words.say("reason"), event["reason"]
        yield from self._unseen(event)

    def _unseen(self, event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What was erased, and what is hidden from a reader who sees digests only."""
        if gone := event["redacted"]:
            yield "", self.words.say("erased_names", names=self._called(gone))
        hidden = sorted(set(event["digests"]) - set(gone) - {"actor"})
        if hidden and not self.plain:
            yield "", self.words.say("hidden_names", names=self._called(hidden))

    def _called(self, names: Iterable[str]) -> str:
        return self.words.say("list", "forms").join(self.words.of("inputs", name) for name in names)

    def _value(self, name: str, value: Any, inputs: Mapping[str, Any]) -> str:
        if isinstance(value, bool):
            return self.words.say(("no", "yes")[value] if name == "granted" else str(value).lower())
        if isinstance(value, list):
            return self._several(name, value)
        if isinstance(value, int | float):
            return self._figure(name, value, inputs)
        return self._text(name, value) if isinstance(value, str) and value else ""

    def _several(self, name: str, items: list[Any]) -> str:
        told = self._erased(items) if name == "erased" else (self._named(str(item)) for item in items)
        return self.words.say("list", "forms").join(filter(None, told))

    def _figure(self, name: str, value: float, inputs: Mapping[str, Any]) -> str:
        if name == "limit" and "unit" in inputs:
            return self.words.amount(value, inputs["unit"])
        return self.words.say("score", count=value) if name == "score" else f"{value:g}"

    def _text(self, name: str, value: str) -> str:
        if name.endswith("_id"):
            return self._named(value)
        if name.endswith("_at"):
            return self.words.short(value)
        if name in {"until", "hold_until"}:
            return self.words.day(value)
        return self.words.of(CODED[name], value) if name in CODED else value

    def _named(self, found: str) -> str:
        """The name behind an id; of a person only where people may be seen."""
        known = (self.names.organizations, self.names.types, self.names.conditions)
        people = [self.names.people] if self.plain else []
        return next((names[found] for names in (*known, *people) if found in names), "")

    def _erased(self, items: Iterable[Any]) -> Iterator[str]:
        for item in items:
            if isinstance(item, Mapping):
                yield self.words.say("erased_at", seq=item["seq"], names=self._called(item["names"]))

    def person(self, found: UUID) -> str:
        """Somebody's name, where people may be seen."""
        return self.names.people.get(str(found), "") if self.plain else self.words.say("person_hidden")


def clock_lines(
    clocks: Iterable[Mapping[str, Any]], words: Words, calendar: Calendar, now: datetime
) -> list[ClockLine]:
    """The clocks, each with how it was kept, counted in its own kind of time."""
    return [_clock_line(clock, words, calendar, now) for clock in clocks]


def _clock_line(clock: Mapping[str, Any], words: Words, calendar: Calendar, now: datetime) -> ClockLine:
    running = words.say("paused" if clock["paused"] else "running")
    return ClockLine(
        words.of("stages", clock["stage"]),
        words.amount(clock["limit"], clock["unit"]),
        words.short(clock["started_at"]),
        words.short(clock["due_at"]),
        words.short(clock["ended_at"]) if clock["ended_at"] else running,
        words.spent(clock["elapsed_s"], clock["unit"]),
        clock["lamp"],
        words.of("lamps", clock["lamp"]),
        _verdict(clock, words, calendar, now),
        clock["provisional"],
    )


def _verdict(clock: Mapping[str, Any], words: Words, calendar: Calendar, now: datetime) -> str:
    """On time or late, and by how much: what lies between the deadline and the end, or now, is measured exactly."""
    unit, due = Unit(clock["unit"]), datetime.fromisoformat(clock["due_at"])
    if clock["outcome"] == "stopped":
        return words.say("stopped")
    if clock["paused"]:
        # While it is paused the deadline says nothing: what is left of the limit is what was not spent.
        whole = budget(Limit(Decimal(str(clock["limit"])), unit), calendar).total_seconds()
        return words.say("paused_with", spare=words.spent(whole - clock["elapsed_s"], unit))
    until = datetime.fromisoformat(clock["ended_at"]) if clock["ended_at"] else now
    spare = elapsed(until, due, unit, calendar).total_seconds()
    if until > due:
        return words.say("late", late=words.spent(-spare, unit))
    return words.say("in_time" if clock["ended_at"] else "still_time", spare=words.spent(spare, unit))
