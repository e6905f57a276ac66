"""What becomes of a case, by chance: which steps, and how long each takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from app.cases.rules import Source
from app.cli.demo_city.lives import MINUTES
from app.cli.demo_city.matters import Matter
from app.cli.demo_city.years.worktime import DAY, MINUTE, Span, WorkTime


@dataclass(frozen=True, slots=True)
class Shares:
    """How often: shares of the cases that come so far. What has none happens too seldom for a city of pictures."""

    self_handled: float = 0.12
    rejected: float = 0.06
    not_real: float = 0.03
    verified: float = 0.07
    asked_again: float = 0.0
    voided: float = 0.008
    voided_late: float = 0.0
    taken_over: float = 0.0
    recalled: float = 0.0
    returned: float = 0.035
    returned_again: float = 0.0
    assigned: float = 0.6
    advised: float = 0.0
    absorbs: float = 0.035
    supervised: float = 0.012
    refused: float = 0.0
    extended: float = 0.025
    held: float = 0.008
    reworked: float = 0.04
    rated: float = 0.12
    not_solved: float = 0.008
    reopened: float = 0.004
    appealed: float = 0.006
    contested: float = 0.0
    forced: float = 0.0
    late: float = 0.11
    very_late: float = 0.012


USUAL = Shares()

# Some are left lying; the older, the fewer.
LEFT_LYING, FORGOTTEN_AFTER = 0.34, 26 * DAY
# Steps of the unit, as shares of the limit; what a waiting hold takes is days.
SHARES = {
    "assign": (0.01, 0.08),
    "return": (0.02, 0.10),
    "request_extension": (0.05, 0.15),
    "request_hold": (0.05, 0.2),
    "advise": (0.01, 0.3),
}
LONGER = {
    "resume": (9, 170),
    "not_solved": (0.2, 6.5),
    "reopen": (0.3, 20),
    "appeal": (0.3, 3),
    "decide_appeal": (0.1, 4),
    "force_close": (0.01, 3),
    "open_again": (0.2, 6),
}
RARE_MINUTES = {
    "ask_anew": (2, 40),
    "take_over": (1, 30),
    "dispatch_unmanaged": (1, 20),
    "recall": (20, 300),
    "refuse_extension": (10, 120),
    "refuse_hold": (10, 120),
}
_LOGS = {
    name: (math.log(low * MINUTE), math.log(high * MINUTE)) for name, (low, high) in {**MINUTES, **RARE_MINUTES}.items()
}
# What ends a case: nobody closes it by force afterwards.
ENDS = frozenset({"close", "reject", "verify_not_real", "void"})


def _happens(share: float, dice: Random) -> bool:
    """What has no share takes no chance either: what is made without it stays as it is."""
    return share > 0 and dice.random() < share


AGAIN = ["finish_again", "check", "close"]
CONTESTED = (
    ["appeal", "reopen", *AGAIN, "decide_appeal"],
    ["appeal", "decide_appeal", "reopen", *AGAIN],
    ["rate", "reopen", "return", "dispatch_again", *AGAIN],
    ["reopen", "finish_again", "check_failed", *AGAIN, "appeal", "decide_appeal"],
)
"""What seldom follows the end: an appeal that a reopening overtakes, another owner after a rating."""


def _before_owner(source: Source, matter: Matter, dice: Random, shares: Shares) -> tuple[list[str], bool]:
    """The steps until the case is filed; whether it goes on from there."""
    draw = dice.random()
    if source is Source.INSPECTOR:
        if matter.self_handled and draw < shares.self_handled:
            again = ["reopen", "open_again", *AGAIN] if _happens(shares.contested, dice) else []
            return ["self_handle", "close", *again], False
        return ["accept"], True
    if draw < shares.rejected:
        return ["reject"], False
    asked = ["request_verify", *(["ask_anew"] if _happens(shares.asked_again, dice) else [])]
    if draw < shares.rejected + shares.not_real:
        return [*asked, "verify_not_real"], False
    if draw < shares.rejected + shares.not_real + shares.verified:
        return [*asked, "verify_real", "accept_again", "file"], True
    return ["accept", "file"], True


def _to_owner(dice: Random, shares: Shares) -> list[str]:
    """Until somebody has it who keeps it."""
    steps = ["take_over"] if _happens(shares.taken_over, dice) else []
    if _happens(shares.recalled, dice):
        steps += ["dispatch_unmanaged", "recall", "dispatch_again"]
    else:
        steps.append("dispatch")
    if dice.random() < shares.returned:
        steps += ["return", "dispatch_again"]
        if _happens(shares.returned_again, dice):
            steps += ["return", "dispatch_again"]
    return steps


def _with_owner(dice: Random, shares: Shares) -> list[str]:
    steps = _to_owner(dice, shares)
    for share, more in (
        (shares.assigned, ["assign"]),
        (shares.advised, ["advise"]),
        (shares.absorbs, ["absorb"]),
        (shares.supervised, ["supervise"]),
        (shares.refused, ["request_extension", "refuse_extension"]),
        (shares.refused, ["request_hold", "refuse_hold"]),
        (shares.extended, ["request_extension", "decide_extension"]),
        (shares.held, ["request_hold", "decide_hold", "resume"]),
    ):
        if _happens(share, dice):
            steps += more
    steps.append("finish")
    if dice.random() < shares.reworked:
        steps += ["check_failed", "finish_again"]
    return [*steps, "check", "close"]


def _after_end(source: Source, dice: Random, shares: Shares) -> list[str]:
    citizen = source is Source.CITIZEN
    if _happens(shares.contested, dice):
        return list(dice.choice(CONTESTED))
    if citizen and dice.random() < shares.not_solved:
        return ["not_solved", *AGAIN]
    if dice.random() < shares.reopened:
        return ["reopen", *AGAIN]
    if citizen and dice.random() < shares.rated:
        return ["rate"]
    return ["appeal", "decide_appeal"] if dice.random() < shares.appealed else []


def steps_of(source: Source, matter: Matter, dice: Random, shares: Shares = USUAL) -> list[str]:
    """The steps of a case after its report."""
    steps = _undisturbed(source, matter, dice, shares)
    if not _happens(shares.forced, dice):
        return steps
    last = min((index for index, step in enumerate(steps) if step in ENDS), default=len(steps))
    forced = [*steps[: dice.randint(0, last)], "force_close"]
    return [*forced, "reopen", "open_again", *AGAIN] if dice.random() < 0.5 else forced


def _undisturbed(source: Source, matter: Matter, dice: Random, shares: Shares) -> list[str]:
    steps, goes_on = _before_owner(source, matter, dice, shares)
    if not goes_on:
        return steps
    if dice.random() < shares.voided:
        return [*steps, "void"]
    if _happens(shares.voided_late, dice):
        return [*steps, *_to_owner(dice, shares), "void"]
    return steps + _with_owner(dice, shares) + _after_end(source, dice, shares)


def left_lying(steps: list[str], age: int, dice: Random) -> list[str]:
    """The steps that really happen: some cases are left where they are, most of them lately."""
    if dice.random() < LEFT_LYING * math.exp(-age / FORGOTTEN_AFTER):
        return steps[: dice.randrange(len(steps))]
    return steps


class Pace:
    """How long the steps of one case take."""

    def __init__(self, time: WorkTime, dice: Random, shares: Shares = USUAL) -> None:
        self._time, self._dice = time, dice
        draw = dice.random()
        self._slow = "very" if draw < shares.very_late else "late" if draw < shares.very_late + shares.late else ""

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
