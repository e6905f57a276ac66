"""What people try on a case: for each action somebody who may, with what it needs; and how it goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.factories.cases import RUBBISH, STALL
from tests.factories.catalog import SCHEME
from tests.walk.checks import Followed, may_check
from tests.walk.town import NOBODY, Town

WORDS = ("已到场", "不属本单位职责", "路口围挡内，需夜间作业", "重复上报")
FAR_AWAY = {"lon": 121.4999, "lat": 31.2999, "crs": "wgs84"}


@dataclass
class Try:
    """Somebody tries something. By which door: their desk (`act`), or their own report (`report`)."""

    action: str
    who: str
    inputs: dict[str, Any] = field(default_factory=dict)
    report_id: str | None = None


@dataclass
class Tries:
    """Makes tries, all by the same dice."""

    town: Town
    zones: Mapping[str, set[str]]
    senders: Mapping[str, str]
    others: Callable[[Followed], list[Followed]]

    def likely(self, action: str, one: Followed) -> bool:
        """Whether the case looks as if the action could be done to it."""
        found = _LIKELY.get(action)
        return found is None or found(self, one)

    def good(self, action: str, one: Followed) -> Try | None:
        """A try that should succeed as far as one can see; None where nobody can be found for it."""
        made: Try | None = _GOOD[action](self, one)
        if made is not None:
            made.action = action
        return made

    def wild(self, action: str, one: Followed) -> Try:
        """Anybody tries anything."""
        made = self.good(action, one) or Try(action, "")
        everybody = [name for name in self.town.principals if name not in self.town.away]
        return Try(action, self.pick(everybody) or "", made.inputs)

    def spoil(self, made: Try) -> None:
        """Something is forgotten or wrong."""
        if not made.inputs:
            return
        name = self.pick(sorted(made.inputs)) or ""
        wrong = _WRONG.get(name)
        if wrong is None or self.town.dice.random() < 0.4:
            del made.inputs[name]
        else:
            made.inputs[name] = wrong(self)

    # --- who ------------------------------------------------------------------------------------------------------

    def pick(self, names: list[str]) -> str | None:
        return self.town.dice.choice(names) if names else None

    def by(self, role: str, one: Followed, **inputs: Any) -> Try | None:
        who = self.pick(self.town.holding(role, one.case["current_cell"]))
        return None if who is None else Try("", who, inputs)

    def by_owner(self, one: Followed, **inputs: Any) -> Try | None:
        who = self.pick(self.town.working_for("unit_manager", one.case["lead_id"]))
        return None if who is None else Try("", who, inputs)

    def by_asked(self, one: Followed, kind: str, **inputs: Any) -> Try | None:
        who = self.pick(self.asked(one, kind))
        return None if who is None else Try("", who, self._seen(who, one, inputs))

    def asked(self, one: Followed, kind: str) -> list[str]:
        """Who has an open task, and was not shut out since."""
        names = [self.town.by_id[task["assignee_id"]].name for task in one.open_tasks(kind)]
        return [name for name in names if name not in self.town.away]

    def by_sender(self, one: Followed, **inputs: Any) -> Try | None:
        """Whoever sent one of its reports."""
        sent = [sender["report_id"] for sender in one.senders]
        reports = [report for report in sent if self.senders.get(report, "nobody") not in {"nobody", *self.town.away}]
        report_id = self.pick(reports)
        return None if report_id is None else Try("", self.senders[report_id], inputs, report_id)

    def by_inspector(self, one: Followed) -> bool:
        """Whether an inspector sent it, of a type that may be fixed on the spot."""
        stall = self.town.city.types[STALL].id
        return one.case["source"] == "inspector" and one.case["type_id"] not in {None, str(stall)}

    def in_time(self, one: Followed) -> bool:
        running = one.story.running
        return running is not None and running.due_at > self.town.now

    def _seen(self, who: str, one: Followed, inputs: dict[str, Any]) -> dict[str, Any]:
        return {**inputs, "photo_ids": [self.town.photo(who)], "position": self.spot(one)}

    def spot(self, one: Followed) -> dict[str, Any]:
        return {"lon": one.case["lon"], "lat": one.case["lat"], "crs": "wgs84"}

    def words(self) -> str:
        return self.town.dice.choice(WORDS)

    def yes(self, share: float) -> bool:
        return self.town.dice.random() < share

    # --- what -----------------------------------------------------------------------------------------------------

    def type_and_condition(self) -> dict[str, Any]:
        code = self.pick([*sorted(self.town.city.types), RUBBISH, STALL, STALL]) or ""
        found = self.town.city.types[code]
        condition = self.town.dice.choice(found.conditions)
        kind = "part" if code.startswith("01") else "matter"
        return {"type": {"scheme": SCHEME, "kind": kind, "code": code}, "condition_id": condition.id}

    def accept(self, one: Followed) -> Try | None:
        return self.by("operator", one, **self.type_and_condition())

    def self_handle(self, one: Followed) -> Try | None:
        found = self.by_sender(one, text="顺手清理")
        if found is None or found.who == "anybody":
            return None
        found.inputs["photo_ids"] = [self.town.photo(found.who)]
        found.report_id = None
        return found

    def request_verify(self, one: Followed) -> Try | None:
        named = self.pick(self.town.holding("inspector", one.case["current_cell"]))
        inputs = {"inspector_id": self.town.people[named].id} if named and self.yes(0.5) else {}
        return self.by("operator", one, **inputs)

    def verify(self, one: Followed) -> Try | None:
        return self.by_asked(one, "verify", verdict="real" if self.yes(0.7) else "not_real")

    def merge(self, one: Followed) -> Try | None:
        into = self.others(one)
        if not into:
            return None
        target = self.town.dice.choice(into).number
        found = self.by_sender(one, into=target) if self.yes(0.3) else None
        return found if found and found.who != "anybody" else self.by("operator", one, into=target)

    def take_over(self, one: Followed) -> Try | None:
        roles = {"verifying": "inspector", "to_check": "inspector", "to_dispatch": "dispatcher", "received": "operator"}
        roles |= {"to_close": "shift_leader", "on_hold": "dispatcher", "to_file": "operator"}
        if one.state == "handling":
            unit = one.case["lead_id"]
            staff = [*self.town.working_for("unit_manager", unit), *self.town.working_for("handler", unit)]
            who = self.pick(staff)
            return None if who is None else Try("", who)
        return self.by(roles.get(one.state, "operator"), one)

    def dispatch(self, one: Followed) -> Try | None:
        units = ["U01", "U02", "U03", "street", NOBODY]
        inputs: dict[str, Any] = {}
        if self.yes(0.4):
            self.town.dice.shuffle(units)
            inputs = {"lead_id": self.town.city.units[units[0]]}
            if self.yes(0.5):
                inputs["helper_ids"] = [self.town.city.units[unit] for unit in units[1:3]]
        return self.by("dispatcher", one, **inputs)

    def assign(self, one: Followed) -> Try | None:
        handler = self.pick(self.town.working_for("handler", one.case["lead_id"]))
        return None if handler is None else self.by_owner(one, handler_id=self.town.people[handler].id)

    def advise(self, one: Followed) -> Try | None:
        unit = self.pick(list(one.case["helper_ids"]))
        staff = [*self.town.working_for("unit_manager", unit), *self.town.working_for("handler", unit)]
        who = self.pick(staff) if unit else None
        return None if who is None else Try("", who, {"text": self.words()})

    def hand_back(self, one: Followed) -> Try | None:
        """Where nobody manages the unit, the desk takes it back."""
        reason = self.words()
        return self.by_owner(one, reason=reason) or self.by("dispatcher", one, reason=reason)

    def request_extension(self, one: Followed) -> Try | None:
        limit = one.rows["clocks"][-1]
        unit = {"working_day": "working_hour", "natural_day": "urgent_hour"}.get(limit["unit"], limit["unit"])
        return self.by_owner(one, limit=self.town.dice.choice((0.5, 1, 2)), unit=unit)

    def request_hold(self, one: Followed) -> Try | None:
        days = self.town.dice.choice((1, 1, 2, 5, 30))
        return self.by_owner(one, until=self.town.today() + timedelta(days=days))

    def finish(self, one: Followed) -> Try | None:
        staff = self.town.working_for("unit_manager", one.case["lead_id"])
        handler = one.case["handler_id"] and self.town.by_id[one.case["handler_id"]].name
        if handler and handler not in self.town.away:
            staff.append(handler)
        who = self.pick(staff)
        return None if who is None else Try("", who, {"text": self.words(), "photo_ids": [self.town.photo(who)]})

    def check(self, one: Followed) -> Try | None:
        near = {*self.zones.get(one.case["zone_code"], set()), *self.asked(one, "check")} - self.town.away
        who = self.pick(sorted(name for name in near if may_check(self.town.people[name], one)))
        if who is None:
            return None
        verdict = {"verdict": "passed"} if self.yes(0.7) else {"verdict": "failed", "reason": self.words()}
        return Try("", who, self._seen(who, one, verdict))

    def reopen(self, one: Followed) -> Try | None:
        found = self.by_sender(one, reason=self.words()) if self.yes(0.6) else None
        if found is None:
            return self.by("supervisor", one)
        found.inputs["photo_ids"] = [self.town.photo(found.who)]
        return found

    def supervise(self, one: Followed) -> Try | None:
        inputs = {"due_at": self.town.now + timedelta(hours=self.town.dice.choice((1, 30)))} if self.yes(0.5) else {}
        return self.by("supervisor", one, **inputs)

    def rate(self, one: Followed) -> Try | None:
        return self.by_sender(one, score=self.town.dice.randint(1, 5), text=self.words())

    def decided_by(self, role: str, share: float) -> Callable[[Followed], Try | None]:
        return lambda one: self.by(role, one, granted=self.yes(share))

    def reasoned_by(self, *roles: str) -> Callable[[Followed], Try | None]:
        return lambda one: self.by(self.pick(list(roles)) or "", one, reason=self.words())


_GOOD: dict[str, Callable[[Tries, Followed], Try | None]] = {
    "self_handle": Tries.self_handle,
    "accept": Tries.accept,
    "request_verify": Tries.request_verify,
    "verify": Tries.verify,
    "reject": lambda tries, one: tries.reasoned_by("operator", "shift_leader")(one),
    "merge": Tries.merge,
    "split": Tries.accept,
    "take_over": Tries.take_over,
    "file": lambda tries, one: tries.by("shift_leader", one),
    "dispatch": Tries.dispatch,
    "assign": Tries.assign,
    "advise": Tries.advise,
    "return": Tries.hand_back,
    "request_extension": Tries.request_extension,
    "decide_extension": lambda tries, one: tries.decided_by("shift_leader", 0.7)(one),
    "request_hold": Tries.request_hold,
    "decide_hold": lambda tries, one: tries.decided_by("dispatcher", 0.9)(one),
    "resume": lambda tries, one: tries.by("dispatcher", one),
    "finish": Tries.finish,
    "check": Tries.check,
    "close": lambda tries, one: tries.by("shift_leader", one),
    "force_close": lambda tries, one: tries.reasoned_by("admin")(one),
    "void": lambda tries, one: tries.reasoned_by("shift_leader")(one),
    "reopen": Tries.reopen,
    "supervise": Tries.supervise,
    "appeal": lambda tries, one: tries.by_owner(one, reason=tries.words()),
    "decide_appeal": lambda tries, one: tries.decided_by("shift_leader", 0.5)(one),
    "rate": Tries.rate,
}
_LIKELY: dict[str, Callable[[Tries, Followed], bool]] = {
    "self_handle": lambda tries, one: one.rows["photos"] > 0 and tries.by_inspector(one),
    "file": lambda _, one: one.case["condition_id"] is not None,
    "advise": lambda _, one: bool(one.case["helper_ids"]),
    "request_extension": lambda tries, one: (
        not one.case["pending"] and one.case["extensions"] < 2 and tries.in_time(one)
    ),
    "decide_extension": lambda _, one: (one.case["pending"] or {}).get("kind") == "extension",
    "request_hold": lambda _, one: not one.case["pending"] and not one.case["holds"],
    "decide_hold": lambda _, one: (one.case["pending"] or {}).get("kind") == "hold",
    "appeal": lambda _, one: one.case["appeal"] is None and one.case["lead_id"] is not None,
    "decide_appeal": lambda _, one: one.case["appeal"] == "open",
    "rate": lambda _, one: any(sender["rating"] is None for sender in one.senders),
}
KNOWN = frozenset(_GOOD) | {"submit", "redact", "recalculate"}

_WRONG: dict[str, Callable[[Tries], Any]] = {
    "type": lambda _: {"scheme": SCHEME, "kind": "matter", "code": "99999"},
    "condition_id": lambda tries: tries.type_and_condition()["condition_id"],
    "inspector_id": lambda tries: tries.town.people["unit1"].id,
    "handler_id": lambda tries: tries.town.people["handler2"].id,
    "lead_id": lambda tries: tries.town.people["unit1"].id,
    "position": lambda _: FAR_AWAY,
    "photo_ids": lambda tries: [tries.town.photo("neighbour")],
    "reason": lambda _: "  ",
    "text": lambda _: "",
    "verdict": lambda tries: tries.pick(["real", "not_real", "passed", "failed"]),
    "limit": lambda _: 10_000,
    "until": lambda tries: tries.town.today() + timedelta(days=tries.town.dice.choice((-1, 0, 400))),
    "into": lambda _: "20200101-000001",
}
