"""A case's life from its first step to its last: whatever `fate` names is taken here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.cli.demo_city.years.fate import Pace, left_lying, steps_of
from app.cli.demo_city.years.life import Life
from app.cli.demo_city.years.rare import RARE

Step = Callable[[Life, int], None]
STEPS: Mapping[str, Step] = {
    "accept": Life.accept,
    "accept_again": Life.accept,
    "file": Life.file,
    "reject": Life.reject,
    "request_verify": Life.request_verify,
    "self_handle": Life.self_handle,
    "verify_real": lambda life, at: life.verify(at, real=True),
    "verify_not_real": lambda life, at: life.verify(at, real=False),
    "void": Life.void,
    "dispatch": Life.dispatch,
    "dispatch_again": Life.dispatch_again,
    "absorb": Life.absorb,
    "supervise": Life.supervise,
    "return": Life.send_back,
    "assign": Life.assign,
    "request_extension": Life.request_extension,
    "decide_extension": Life.decide_extension,
    "request_hold": Life.request_hold,
    "decide_hold": Life.decide_hold,
    "resume": Life.resume,
    "finish": Life.finish,
    "finish_again": Life.finish,
    "check": lambda life, at: life.check(at, passed=True),
    "check_failed": lambda life, at: life.check(at, passed=False),
    "close": Life.close,
    "rate": Life.rate,
    "not_solved": Life.not_solved,
    "reopen": Life.reopen,
    "appeal": Life.appeal,
    "decide_appeal": Life.decide_appeal,
    **RARE,
}


def live(life: Life) -> int:
    """Take every step until today, and write what there is; returns how many cases were opened."""
    told, dice, shares = life.told, life.dice, life.around.shares
    pace = Pace(life.town.time, dice, shares)
    steps = steps_of(told.begun.source, told.begun.kind.matter, dice, shares)
    for step in left_lying(steps, life.now - told.begun.opened, dice):
        at = pace.after(step, told.at, told.limit)
        if at >= life.now:
            break
        STEPS[step](life, at)
    told.write(life.now)
    return life.cases
