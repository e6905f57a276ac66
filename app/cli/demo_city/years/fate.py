"""What becomes of a case, by chance: which steps, and how long each takes."""

from __future__ import annotations

import math
from random import Random

from app.cases.rules import Source
from app.cli.demo_city.lives import MINUTES
from app.cli.demo_city.matters import Matter
from app.cli.demo_city.years.worktime import DAY, MINUTE, Span, WorkTime

# How often: shares of the cases that come so far.
SELF_HANDLED = 0.12
REJECTED, NOT_REAL, VERIFIED = 0.06, 0.03, 0.07
VOIDED, RETURNED, ASSIGNED, ABSORBS = 0.008, 0.035, 0.6, 0.035
SUPERVISED, EXTENDED, HELD, REWORKED = 0.012, 0.025, 0.008, 0.04
RATED, NOT_SOLVED, REOPENED, APPEALED = 0.12, 0.008, 0.004, 0.006
LATE, VERY_LATE = 0.11, 0.012
# Some are left lying; the older, the fewer.
LEFT_LYING, FORGOTTEN_AFTER = 0.34, 26 * DAY
# Steps of the unit, as shares of the limit; what a waiting hold takes is days.
SHARES = {
    "assign": (0.01, 0.08),
    "return": (0.02, 0.10),
    "request_extension": (0.05, 0.15),
    "request_hold": (0.05, 0.2),
}
LONGER = {
    "resume": (9, 170),
    "not_solved": (0.2, 6.5),
    "reopen": (0.3, 20),
    "appeal": (0.3, 3),
    "decide_appeal": (0.1, 4),
}
_LOGS = {name: (math.log(low * MINUTE), math.log(high * MINUTE)) for name, (low, high) in MINUTES.items()}


def _before_owner(source: Source, matter: Matter, dice: Random) -> tuple[list[str], bool]:
    """The steps until the case is filed; whether it goes on from there."""
    draw = dice.random()
    if source is Source.INSPECTOR:
        if matter.self_handled and draw < SELF_HANDLED:
            return ["self_handle", "close"], False
        return ["accept"], True
    if draw < REJECTED:
        return ["reject"], False
    if draw < REJECTED + NOT_REAL:
        return ["request_verify", "verify_not_real"], False
    if draw < REJECTED + NOT_REAL + VERIFIED:
        return ["request_verify", "verify_real", "accept_again", "file"], True
    return ["accept", "file"], True


def _with_owner(dice: Random) -> list[str]:
    steps = ["dispatch"]
    if dice.random() < RETURNED:
        steps += ["return", "dispatch_again"]
    if dice.random() < ASSIGNED:
        steps.append("assign")
    for share, more in (
        (ABSORBS, ["absorb"]),
        (SUPERVISED, ["supervise"]),
        (EXTENDED, ["request_extension", "decide_extension"]),
        (HELD, ["request_hold", "decide_hold", "resume"]),
    ):
        if dice.random() < share:
            steps += more
    steps.append("finish")
    if dice.random() < REWORKED:
        steps += ["check_failed", "finish_again"]
    return [*steps, "check", "close"]


def _after_end(source: Source, dice: Random) -> list[str]:
    citizen = source is Source.CITIZEN
    if citizen and dice.random() < NOT_SOLVED:
        return ["not_solved", "finish_again", "check", "close"]
    if dice.random() < REOPENED:
        return ["reopen", "finish_again", "check", "close"]
    if citizen and dice.random() < RATED:
        return ["rate"]
    return ["appeal", "decide_appeal"] if dice.random() < APPEALED else []


def steps_of(source: Source, matter: Matter, dice: Random) -> list[str]:
    """The steps of a case after its report."""
    steps, goes_on = _before_owner(source, matter, dice)
    if not goes_on:
        return steps
    if dice.random() < VOIDED:
        return [*steps, "void"]
    return steps + _with_owner(dice) + _after_end(source, dice)


def left_lying(steps: list[str], age: int, dice: Random) -> list[str]:
    """The steps that really happen: some cases are left where they are, most of them lately."""
    if dice.random() < LEFT_LYING * math.exp(-age / FORGOTTEN_AFTER):
        return steps[: dice.randrange(len(steps))]
    return steps


class Pace:
    """How long the steps of one case take."""

    def __init__(self, time: WorkTime, dice: Random) -> None:
        self._time, self._dice = time, dice
        draw = dice.random()
        self._slow = "very" if draw < VERY_LATE else "late" if draw < VERY_LATE + LATE else ""

    def after(self, step: str, at: int, limit: Span | None) -> int:
        """When a step is done that could begin at this instant."""
        uniform = self._dice.uniform
        if step in LONGER:
            return at + int(uniform(*LONGER[step]) * DAY)
        if step.startswith("finish") or step in SHARES:
            assert limit is not None
            share = uniform(*SHARES[step]) if step in SHARES else self._work(step)
            return self._time.due_in(at, int(share * limit.whole) + MINUTE, always=limit.always)
        low, high = _LOGS[step.removesuffix("_again")]
        return at + int(math.exp(uniform(low, high)))

    def _work(self, step: str) -> float:
        """How much of its limit the work takes."""
        small = 0.25 if step.endswith("_again") else 1.0
        match self._slow:
            case "very":
                return small * self._dice.uniform(3.0, 14.0)
            case "late":
                return small * self._dice.uniform(1.05, 2.6)
        return small * self._dice.triangular(0.08, 0.98, 0.4)
