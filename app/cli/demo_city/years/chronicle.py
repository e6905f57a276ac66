"""One case from its report to where it stands today: every step by the table of moves, its rows, its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from app.cases.rules import MOVES, Action, Move, Source, State
from app.cases.rules.moves import When
from app.cli.demo_city.years.chain import Chain, canonical
from app.cli.demo_city.years.clocks import Clocks
from app.cli.demo_city.years.sheets import Sheets, array, flag, line
from app.cli.demo_city.years.town import Actor, CellOf, Kind, Routed, Town
from app.cli.demo_city.years.worktime import Span, instant_text

_MOVES: dict[tuple[State | None, Action, When | None], Move] = {}
for _move in MOVES:
    _MOVES.setdefault((_move.source, _move.action, _move.when), _move)
NO_INPUTS = "{}"
# Kinds of tasks that somebody finishes by an action of their own.
DONE_BY = {Action.VERIFY: "verify", Action.CHECK: "check", Action.FINISH: "handle"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a case lies. `point` is the position as events keep it."""

    cell: CellOf
    lon: float
    lat: float
    address: str
    point: str


@dataclass(slots=True)
class Task:
    """Somebody was asked."""

    kind: str
    assignee: str
    at: int
    suggested: bool
    accepted: int | None = None
    closed: int | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a case is opened with; instants in microseconds."""

    serial: int
    kind: Kind
    spot: Spot
    reporter: Actor
    source: Source
    words: str
    opened: int
    typed: bool


class Chronicle:
    """A case while it is told. `at` is the instant of its last event."""

    def __init__(self, town: Town, begun: Beginning, dice: Random, sheets: Sheets) -> None:
        self.town, self.begun, self.dice, self.sheets = town, begun, dice, sheets
        self.at = begun.opened
        self.id, self.report_id = self.new_id(begun.opened), self.new_id(begun.opened)
        opened = datetime.fromtimestamp(begun.opened // 1_000_000, UTC)
        day = opened.astimezone(town.time.calendar.zone)
        number = f"{day:%Y%m%d}-{begun.serial:06}"
        self.chain = Chain(self.id, number, f"{opened:%Y-%m-01}", dice, sheets)
        self.clocks = Clocks(self.id, town.time, self.new_id)
        self.tasks: list[Task] = []
        self.state: State | None = None
        self.limit: Span | None = None
        # What of the case's row is not said by its beginning, by column.
        self.row: dict[str, Any] = {"type_id": begun.kind.type_id if begun.typed else None}
        self.side: dict[str, Any] = {"current_cell": begun.spot.cell.code}
        if begun.typed:
            self.side["type_id"] = begun.kind.type_id
        self.helpers: tuple[str, ...] = ()
        self.units: list[str] = []
        self.counts = dict.fromkeys(("extensions", "holds", "reworks", "returns", "reopens"), 0)
        self._submit()

    @property
    def number(self) -> str:
        return self.chain.number

    @property
    def routed(self) -> Routed:
        """The router's answer for this kind of trouble here."""
        return self.town.routes[self.begun.spot.cell.routes][self.begun.kind.index]

    def new_id(self, at: int) -> str:
        """A UUID version 7 of an instant."""
        high, low = self.dice.getrandbits(12), self.dice.getrandbits(62)
        millis = f"{at // 1000:012x}"
        tail = f"{(0b10 << 62) | low:016x}"
        return f"{millis[:8]}-{millis[8:]}-7{high:03x}-{tail[:4]}-{tail[4:]}"

    def _submit(self) -> None:
        begun = self.begun
        inputs = {"report_id": self.report_id, "source": begun.source.value}
        if begun.typed:
            inputs["type"] = begun.kind.ref  # type: ignore[assignment]
        closed = {"description": canonical(begun.words), "position": begun.spot.point}
        self.go(Action.SUBMIT, begun.opened, begun.reporter, inputs, closed)

    def go(
        self,
        action: Action,
        at: int,
        actor: Actor,
        inputs: Mapping[str, Any] | None = None,
        closed: Mapping[str, str] | None = None,
        when: When | None = None,
    ) -> None:
        """One step: the move of the table, what it does to the clocks, its event. What it does to the row comes first.

        Shape: `inputs` are those that are hashed as they are, `closed` canonical JSON of those that are not.
        """
        move = _MOVES[self.state, action, when]
        self.at = max(at, self.at)
        if done := DONE_BY.get(action):
            self.close_tasks(done, done_by=actor.id)
        if move.target is not self.state:
            self.row["holder_id"] = None
        self.state = move.target
        self.clocks.apply(
            move.clocks, self.at, self.town.stage(move.clocks.starts), self.limit, self.side.get("lead_id")
        )
        self.note(action, actor, inputs, closed)

    def note(
        self,
        action: Action,
        actor: Actor,
        inputs: Mapping[str, Any] | None = None,
        closed: Mapping[str, str] | None = None,
    ) -> None:
        """The event alone, of what stands now."""
        written = NO_INPUTS if not inputs else canonical(inputs)
        beside = {**(closed or {}), "actor": actor.written}
        self.chain.append(str(action), instant_text(self.at), self._snapshot(), written, beside)

    def _snapshot(self) -> str:
        """The case as its events show it after a step."""
        shown = {**self.side, "state": self.state, "version": self.chain.seq + 1}
        if self.helpers:
            shown["helper_ids"] = self.helpers
        clock = self.clocks.running
        if clock is not None:
            shown["stage"], shown["paused"] = clock.stage, clock.paused is not None
            shown["yellow_at"], shown["due_at"] = instant_text(clock.yellow), instant_text(clock.due)
        return canonical(shown)

    # --- who is asked ---------------------------------------------------------------------------------------------

    def ask(self, kind: str, who: Actor, *, suggested: bool = False) -> None:
        """Somebody has a task from now on."""
        if who.id is not None:
            self.tasks.append(Task(kind, who.id, self.at, suggested))

    def close_tasks(self, kind: str | None = None, *, done_by: str | None = None) -> None:
        """The open tasks of a kind, or all, are nobody's any more; whoever acted as asked has done theirs."""
        for task in self.tasks:
            if task.closed is None and kind in {None, task.kind}:
                task.closed = self.at
                task.outcome = "superseded"
                if task.assignee == done_by:
                    task.outcome, task.accepted = "done", task.accepted or self.at

    # --- its rows -------------------------------------------------------------------------------------------------

    def write(self, now: int, tied_to: str | None = None) -> None:
        """The rows of the case, its report, clocks and tasks. `tied_to`: the case its report belongs to since."""
        self._write_case()
        self._write_report(tied_to or self.id)
        self.clocks.write(self.sheets, now)
        for task in self.tasks:
            texts = [None if at is None else instant_text(at) for at in (task.at, task.closed, task.accepted)]
            row = line(
                self.new_id(task.at), self.id, task.kind, task.assignee, texts[0], texts[1], flag(task.suggested),
                texts[0] if task.suggested else None, texts[2], task.outcome,
            )  # fmt: skip
            self.sheets.add("case_tasks", row)

    def _write_case(self) -> None:
        begun, row, side, cell = self.begun, self.row, self.side, self.begun.spot.cell
        clock = self.clocks.running
        times = [row.get(name) for name in ("filed_at", "dispatched_at", "handled_at", "closed_at")]
        values = (
            self.id, self.number, self.chain.month, self.chain.seq, self.state, begun.source.value, row["type_id"],
            side.get("condition_id"), begun.words, begun.spot.address, begun.spot.lon, begun.spot.lat, cell.code,
            cell.code, cell.zone, begun.reporter.id, side.get("lead_id"), array(self.helpers), array(self.units),
            row.get("handler_id"), row.get("holder_id"), row.get("routing"), row.get("pending"), side.get("hold_until"),
            *self.counts.values(), flag(row.get("reopened_by_reporter")), flag(row.get("self_handled")),
            flag(row.get("forced")), flag(row.get("supervised")), row.get("appeal"), row.get("rating"),
            row.get("merged_into"), clock and clock.stage, clock and instant_text(clock.yellow),
            clock and instant_text(clock.due), flag(clock and clock.paused is not None), instant_text(begun.opened),
            *(None if at is None else instant_text(at) for at in times), instant_text(self.at), self.chain.head,
        )  # fmt: skip
        self.sheets.add("cases", line(*values))

    def _write_report(self, case_id: str) -> None:
        begun, opened = self.begun, instant_text(self.begun.opened)
        # Nobody sends these reports again: their print only has to be one of its own.
        prints = self.town.prints(self.report_id)
        citizen = begun.source is Source.CITIZEN and begun.reporter.id is not None
        values = (
            self.report_id, self.number, begun.reporter.sender, begun.reporter.id, begun.source.value, prints[0],
            prints[1], begun.kind.type_id if begun.typed else None, begun.words, begun.spot.address, begun.spot.point,
            begun.spot.lon, begun.spot.lat, begun.spot.cell.code, "{}", "[]", "[]", opened, opened,
            opened if citizen else None,
        )  # fmt: skip
        self.sheets.add("reports", line(*values))
        reopened = self.row.get("reopened_by_reporter")
        tie = line(
            self.report_id, case_id, self.number, begun.reporter.id, begun.source.value, opened,
            self.row.get("rating"), instant_text(reopened) if reopened else None,
        )  # fmt: skip
        self.sheets.add("case_reports", tie)
