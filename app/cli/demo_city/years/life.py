"""The steps of a case as somebody takes them: who acts, with which words, and what it does to the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.cases.rules import Action, Source
from app.cases.rules.moves import FAILED, GRANTED, NOT_REAL, OWNED, PASSED, REAL
from app.cli.demo_city.matters import RATINGS, REASONS
from app.cli.demo_city.years.chain import canonical
from app.cli.demo_city.years.chronicle import Beginning, Chronicle
from app.cli.demo_city.years.fate import USUAL, Shares
from app.cli.demo_city.years.sheets import Sheets
from app.cli.demo_city.years.town import Actor, Town
from app.cli.demo_city.years.worktime import MINUTE, Span, instant_text
from app.sla.rules import Limit, Unit


@dataclass(frozen=True, slots=True)
class Desk:
    """What the lives of one batch share; `serials` gives the next number of a case."""

    town: Town
    dice: Random
    sheets: Sheets
    now: int
    serials: Iterator[int]
    merges: bool = True
    shares: Shares = USUAL


class Life:
    """A case's way. Every step that many take is a method; `living` takes them."""

    def __init__(self, around: Desk, begun: Beginning) -> None:
        self.around = around
        self.town, self.dice, self.sheets, self.now = around.town, around.dice, around.sheets, around.now
        town, dice, sheets = around.town, around.dice, around.sheets
        self.told = Chronicle(town, begun, dice, sheets)
        self.desk = dice.choice(town.operators)
        self.cases = 1

    # --- whoever is at it -----------------------------------------------------------------------------------------

    @property
    def manager(self) -> Actor:
        """Who manages the unit that leads."""
        return self.town.managers[self.told.side["lead_id"]]

    def other_inspector(self) -> Actor:
        """An inspector of the duty zone who did not report this."""
        reporter = self.told.begun.reporter.id
        return next(one for one in self.told.begun.spot.cell.inspectors if one.id != reporter)

    def words(self, name: str, kind: str) -> dict[str, str]:
        """One of the usual reasons, as events keep it."""
        return {name: canonical(self.dice.choice(REASONS[kind]))}

    # --- the desk -------------------------------------------------------------------------------------------------

    def accept(self, at: int) -> None:
        told, kind = self.told, self.told.begun.kind
        condition, told.limit = self.dice.choice(kind.conditions)
        told.row["type_id"] = told.side["type_id"] = kind.type_id
        told.side["condition_id"] = condition
        when = ("source", "inspector") if told.begun.source is Source.INSPECTOR else None
        if when is not None:
            self.filed(at)
        told.go(Action.ACCEPT, at, self.desk, {"type": kind.ref, "condition_id": condition}, when=when)

    def filed(self, at: int) -> None:
        self.told.row |= {"filed_at": max(at, self.told.at), "routing": self.told.routed.written}

    def file(self, at: int) -> None:
        self.filed(at)
        self.told.go(Action.FILE, at, self.dice.choice(self.town.leaders))

    def reject(self, at: int) -> None:
        self.told.go(Action.REJECT, at, self.desk, closed=self.words("reason", "reject"))

    def request_verify(self, at: int) -> None:
        asked = self.other_inspector()
        self.told.at = max(at, self.told.at)
        self.told.ask("verify", asked)
        self.told.go(Action.REQUEST_VERIFY, at, self.desk, {"inspector_id": asked.id})

    def verify(self, at: int, *, real: bool) -> None:
        verdict = REAL if real else NOT_REAL
        closed = {"position": self.told.begun.spot.point}
        if not real:
            closed |= self.words("reason", "not_real")
        asked = self.other_inspector()
        self.told.go(Action.VERIFY, at, asked, {"verdict": verdict[1]}, closed, when=verdict)

    def void(self, at: int) -> None:
        self.told.go(Action.VOID, at, self.dice.choice(self.town.leaders), closed=self.words("reason", "void"))

    def dispatch(self, at: int) -> None:
        routed = self.told.routed
        self.give(at, routed.lead, routed.helpers)

    def dispatch_again(self, at: int) -> None:
        """Who sent it back does not get it again."""
        others = self.town.others
        self.give(at, next((unit for unit in others if unit not in self.told.units), others[0]), ())

    def give(self, at: int, lead: str, helpers: tuple[str, ...]) -> None:
        told = self.told
        told.side["lead_id"], told.helpers = lead, helpers
        told.units = list(dict.fromkeys([*told.units, lead, *helpers]))
        told.row |= {"handler_id": None, "dispatched_at": max(at, told.at), "handled_at": None}
        inputs = {"lead_id": lead, "helper_ids": helpers}
        told.go(Action.DISPATCH, at, self.dice.choice(self.town.dispatchers), inputs)

    def absorb(self, at: int) -> None:
        """Somebody else reports the same; the operator merges that case into this one."""
        if not self.around.merges:
            return
        told = self.told
        begun = told.begun
        citizen, words = self.dice.choice(self.town.citizens), self.dice.choice(begun.kind.matter.words)
        opened = max(at - int(self.dice.uniform(3, 12) * MINUTE), begun.opened)
        other_begun = replace(
            begun, serial=next(self.around.serials), reporter=citizen, source=Source.CITIZEN, opened=opened,
            words=words.format(road=begun.spot.cell.road), typed=True,
        )  # fmt: skip
        other = Chronicle(self.town, other_begun, self.dice, self.sheets)
        at = max(at, told.at)
        closed = {"reason": canonical("同一问题，并入在办案卷。")}
        other.row["merged_into"] = told.id
        other.go(Action.MERGE, at, self.desk, {"into": told.number}, closed)
        other.write(self.now, tied_to=told.id)
        told.at = at
        told.note(Action.MERGE, self.desk, {"absorbed": other.number})
        self.cases += 1

    def supervise(self, at: int) -> None:
        self.told.row["supervised"] = True
        who = self.dice.choice(self.town.supervisors)
        self.told.go(Action.SUPERVISE, at, who, closed=self.words("reason", "supervise"))

    # --- the unit -------------------------------------------------------------------------------------------------

    def send_back(self, at: int) -> None:
        told, manager = self.told, self.manager
        told.at = max(at, told.at)
        told.close_tasks()
        told.counts["returns"] += 1
        del told.side["lead_id"]
        told.helpers = ()
        told.row |= {"handler_id": None, "pending": None}
        told.go(Action.RETURN, at, manager, closed=self.words("reason", "return"))

    def assign(self, at: int) -> None:
        told = self.told
        handler = self.dice.choice(self.town.handlers[told.side["lead_id"]])
        told.at = max(at, told.at)
        told.ask("handle", handler)
        told.row["handler_id"] = handler.id
        told.row["handler"] = handler
        told.go(Action.ASSIGN, at, self.manager, {"handler_id": handler.id})

    def handler(self) -> Actor | None:
        """Whom it is assigned to."""
        found: Actor | None = self.told.row.get("handler") if self.told.row.get("handler_id") else None
        return found

    def ask_handler(self) -> None:
        handler = self.handler()
        if handler is not None:
            self.told.ask("handle", handler)

    def request_extension(self, at: int) -> None:
        limit = self.told.limit
        assert limit is not None
        half = limit.limit.amount / 2
        asked = {"limit": int(half) if half == int(half) else float(half), "unit": limit.limit.unit.value}
        self.ask_for("extension", Action.REQUEST_EXTENSION, at, asked, "extend")

    def ask_for(self, kind: str, action: Action, at: int, asked: Mapping[str, Any], reason: str) -> None:
        told = self.told
        told.row["asked"] = asked
        told.row["pending"] = canonical({"kind": kind, **asked, "asked_at": instant_text(max(at, told.at))})
        told.go(action, at, self.manager, asked, self.words("reason", reason))

    def decide_extension(self, at: int) -> None:
        told, asked = self.told, self.told.row["asked"]
        clock = told.clocks.running
        assert clock is not None
        more = Limit(Decimal(str(asked["limit"])), clock.span.limit.unit)
        told.clocks.extend(self.town.time.longer(clock.span, more))
        told.counts["extensions"] += 1
        told.row["pending"] = None
        leader = self.dice.choice(self.town.leaders)
        told.go(Action.DECIDE_EXTENSION, at, leader, {"granted": True, **asked}, when=GRANTED)

    def request_hold(self, at: int) -> None:
        until = datetime.fromtimestamp(at // 1_000_000, UTC) + timedelta(days=self.dice.randint(175, 340))
        self.ask_for("hold", Action.REQUEST_HOLD, at, {"until": until.date().isoformat()}, "hold")

    def decide_hold(self, at: int) -> None:
        told = self.told
        told.at = max(at, told.at)
        told.close_tasks("handle")
        told.side["hold_until"] = told.row["asked"]["until"]
        told.counts["holds"] += 1
        told.row["pending"] = None
        dispatcher = self.dice.choice(self.town.dispatchers)
        told.go(Action.DECIDE_HOLD, at, dispatcher, {"granted": True, **told.row["asked"]}, when=GRANTED)

    def resume(self, at: int) -> None:
        told = self.told
        told.at = max(at, told.at)
        del told.side["hold_until"]
        self.ask_handler()
        told.go(Action.RESUME, at, self.dice.choice(self.town.dispatchers))

    def finish(self, at: int) -> None:
        told = self.told
        who = self.handler() or self.manager
        told.row |= {"handled_at": max(at, told.at), "pending": None}
        text = {"text": canonical(self.dice.choice(told.begun.kind.matter.done))}
        told.go(Action.FINISH, at, who, closed=text)
        told.ask("check", self.dice.choice(told.begun.spot.cell.inspectors), suggested=True)

    # --- after the work -------------------------------------------------------------------------------------------

    def self_handle(self, at: int) -> None:
        told = self.told
        told.row |= {"self_handled": True, "handled_at": max(at, told.at)}
        text = {"text": canonical(self.dice.choice(told.begun.kind.matter.done))}
        told.go(Action.SELF_HANDLE, at, told.begun.reporter, {"report_id": told.report_id}, text)

    def check(self, at: int, *, passed: bool) -> None:
        told, verdict = self.told, PASSED if passed else FAILED
        asked = next(task.assignee for task in reversed(told.tasks) if task.kind == "check")
        inspector = next(one for one in told.begun.spot.cell.inspectors if one.id == asked)
        closed = {"position": told.begun.spot.point}
        if not passed:
            closed |= self.words("reason", "failed")
            told.counts["reworks"] += 1
            told.row["handled_at"] = None
        told.go(Action.CHECK, at, inspector, {"verdict": verdict[1]}, closed, when=verdict)
        if not passed:
            self.ask_handler()

    def close(self, at: int) -> None:
        told = self.told
        told.row["closed_at"] = max(at, told.at)
        told.go(Action.CLOSE, at, self.dice.choice(self.town.leaders))

    def rate(self, at: int) -> None:
        told = self.told
        if told.begun.reporter.id is None:
            return
        score, text = self.dice.choice(RATINGS)
        told.row["rating"] = score
        closed = {"text": canonical(text)} if text else {}
        told.go(Action.RATE, at, told.begun.reporter, {"score": score, "report_id": told.report_id}, closed)

    def not_solved(self, at: int) -> None:
        """The reporter says that it is not."""
        told = self.told
        if told.begun.reporter.id is None:
            self.reopen(at)
            return
        told.row["reopened_by_reporter"] = max(at, told.at)
        closed = {"text": canonical("问题没有解决，请再处理。")}
        self.open_again(at, told.begun.reporter, {"report_id": told.report_id}, closed)

    def reopen(self, at: int) -> None:
        self.open_again(at, self.dice.choice(self.town.supervisors), {}, self.words("reason", "reopen"))

    def open_again(self, at: int, who: Actor, inputs: Mapping[str, Any], closed: Mapping[str, str]) -> None:
        told = self.told
        told.row |= {"closed_at": None, "handled_at": None}
        told.counts["reopens"] += 1
        owned = "lead_id" in told.side
        if not owned:
            told.row.setdefault("routing", told.routed.written)
            told.limit = told.limit or self.limit_unfiled()
        told.go(Action.REOPEN, at, who, inputs, closed, when=OWNED if owned else None)
        self.ask_handler()

    def limit_unfiled(self) -> Span:
        """What was never filed has the limit of its type's first condition, and one working day without a type."""
        kind = self.told.begun.kind
        typed = self.told.row["type_id"] is not None
        return kind.conditions[0][1] if typed else self.town.time.span(Limit(Decimal(1), Unit.WORKING_DAY))

    def appeal(self, at: int) -> None:
        self.told.row["appeal"] = "open"
        self.told.go(Action.APPEAL, at, self.manager, closed=self.words("reason", "extend"))

    def decide_appeal(self, at: int) -> None:
        granted = self.dice.random() < 0.5
        self.told.row["appeal"] = "granted" if granted else "refused"
        leader = self.dice.choice(self.town.leaders)
        self.told.go(Action.DECIDE_APPEAL, at, leader, {"granted": granted}, when=("granted", granted))
