"""Cases as points: how their clocks stand, and which of them rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.cases.rules import END_STATES, State
from app.tiles.rules.points import Mask, Points

KINDS = ("green", "yellow", "red", "grey", "ended")
GREEN, YELLOW, RED, GREY, ENDED = range(len(KINDS))
# Of a clock that does not run.
NEVER = -(2**63)
_ENDED = np.array([state in END_STATES for state in State])


def rests(points: Points) -> Mask:
    """Which cases have ended: few of them ever change again."""
    mask: Mask = _ENDED[points["state"]] & (points["paused"] == 0)
    return mask


def kinds_of(points: Points, now: int) -> NDArray[np.uint8]:
    """The lamps of cases, `ENDED` for those without a clock. Both borders belong to the better colour.

    Source: app.sla.rules.lamp, and the clauses of the list of cases.
    """
    kinds = np.full(len(points), RED, np.uint8)
    kinds[points["due"] >= now] = YELLOW
    kinds[points["yellow"] >= now] = GREEN
    kinds[_ENDED[points["state"]] | (points["yellow"] == NEVER)] = ENDED
    kinds[points["paused"] == 1] = GREY
    return kinds
