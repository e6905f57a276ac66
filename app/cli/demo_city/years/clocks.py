"""The clocks of one case: what `cases.service.clocks` does to them, on whole microseconds and without a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.cases.rules import ClockEffect, Handling
from app.cli.demo_city.years.sheets import Sheets, flag, line
from app.cli.demo_city.years.worktime import Span, WorkTime, instant_text
from app.sla.rules import Stage


@dataclass(slots=True)
class Clock:
    """One clock; instants in microseconds."""

    id: str
    stage: str
    span: Span
    owner: str | None
    started: int
    segment: int
    yellow: int
    due: int
    spent: int = 0
    paused: int | None = None
    ended: int | None = None
    outcome: str | None = None

    def told(self, now: int) -> int | None:
        """The newest threshold that it crossed until it stood, or until now."""
        until = self.ended or self.paused or now
        return self.due if until > self.due else self.yellow if until > self.yellow else None


class Clocks:
    """All clocks of a case, in the order they were started; at most one of them runs."""

    __slots__ = ("_case_id", "_new_id", "_time", "all", "running")

    def __init__(self, case_id: str, time: WorkTime, new_id: Callable[[int], str]) -> None:
        self._case_id, self._time, self._new_id = case_id, time, new_id
        self.all: list[Clock] = []
        self.running: Clock | None = None

    def apply(self, effect: ClockEffect, at: int, stage: Span | None, handling: Span | None, owner: str | None) -> None:
        """What a move does. `stage` is the limit of the stage that it starts, `handling` that of the work."""
        if change := _HANDLING.get(effect.handling):
            change(self, at)
        if effect.stops is not None:
            self.end(at, "done")
        if effect.handling is Handling.GOES_ON:
            self._go_on(at)
        if effect.handling is Handling.STARTS and handling is not None:
            self.end(at, "done")
            self._start(Stage.HANDLING, handling, at, owner)
        if effect.starts is not None and stage is not None:
            self._start(effect.starts, stage, at, None)

    def extend(self, span: Span) -> None:
        """The running clock has a longer limit."""
        clock = self._at_work()
        clock.span = span
        self.reckon(clock.segment)

    def reckon(self, since: int) -> None:
        """A deadline from what is left of the limit."""
        clock, always = self._at_work(), self._at_work().span.always
        clock.paused, clock.segment = None, since
        clock.yellow = self._time.due_in(since, clock.span.yellow - clock.spent, always=always)
        clock.due = self._time.due_in(since, clock.span.whole - clock.spent, always=always)

    def _at_work(self) -> Clock:
        assert self.running is not None, "no clock runs"
        return self.running

    def _start(self, stage: str, span: Span, at: int, owner: str | None) -> None:
        yellow = self._time.due_in(at, span.yellow, always=span.always)
        due = self._time.due_in(at, span.whole, always=span.always)
        self.running = Clock(self._new_id(at), str(stage), span, owner, at, at, yellow, due)
        self.all.append(self.running)

    def end(self, at: int, outcome: str) -> None:
        """The running clock stands for good."""
        clock = self.running
        if clock is None:
            return
        if clock.paused is None:
            clock.spent += self._time.elapsed(clock.segment, at, always=clock.span.always)
        clock.ended, clock.outcome, clock.segment, clock.paused = at, outcome, at, None
        self.running = None

    def pause(self, at: int) -> None:
        """No time passes until it is reckoned again."""
        clock = self._at_work()
        clock.spent += self._time.elapsed(clock.segment, at, always=clock.span.always)
        clock.paused = clock.segment = at

    def _go_on(self, at: int) -> None:
        """The clock that was done runs again, as if it had never been done."""
        clock = next(one for one in reversed(self.all) if one.stage == Stage.HANDLING)
        assert clock.ended is not None
        clock.spent += self._time.elapsed(clock.ended, at, always=clock.span.always)
        clock.ended, clock.outcome, clock.segment = None, None, at
        self.running = clock

    def write(self, sheets: Sheets, now: int) -> None:
        """A row for each."""
        code, version = self._time.calendar.code, self._time.calendar.version
        for ordinal, clock in enumerate(self.all, start=1):
            instants = [
                None if one is None else instant_text(one)
                for one in (clock.yellow, clock.due, clock.paused, clock.ended, clock.told(now))
            ]
            yellow, due, paused, ended, told = instants
            sheets.add(
                "case_clocks",
                line(
                    clock.id, self._case_id, ordinal, clock.stage, clock.span.limit.amount, clock.span.limit.unit,
                    clock.owner, instant_text(clock.started), instant_text(clock.segment), clock.spent, yellow, due,
                    paused, ended, clock.outcome, code, version, flag(self._time.is_provisional(clock.due)), told,
                ),
            )  # fmt: skip


# What happens to the clock of the work before anything else; an extension is reckoned by `extend`.
_HANDLING: Mapping[Handling, Callable[[Clocks, int], None]] = {
    Handling.DONE: lambda clocks, at: clocks.end(at, "done"),
    Handling.STOPS: lambda clocks, at: clocks.end(at, "stopped"),
    Handling.PAUSES: Clocks.pause,
    Handling.RESUMES: Clocks.reckon,
}
