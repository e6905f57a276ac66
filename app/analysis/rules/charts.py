"""Charts on paper as plain geometry: what a template draws without reckoning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

ROUND = (1, 2, 2.5, 5, 10)


class Bar(NamedTuple):
    """A bar: where it begins and how long it is, from 0 to 1 of the chart; what stands beside it."""

    label: str
    start: float
    length: float
    text: str
    series: str


def bars(rows: Sequence[tuple[str, float | None, str]], most: float) -> list[Bar]:
    """One bar for each (label, value, text), as long as its share of `most`; nothing for a value of None."""
    return [Bar(label, 0.0, 0.0 if not value or most <= 0 else value / most, text, "") for label, value, text in rows]


def stacks(rows: Sequence[tuple[str, Sequence[tuple[str, float]]]], most: float) -> list[list[Bar]]:
    """For each (label, parts of a whole by series) its bars, one after the other."""
    found = []
    for label, parts in rows:
        start, line = 0.0, []
        for series, value in parts:
            length = 0.0 if most <= 0 else value / most
            line.append(Bar(label, start, length, "", series))
            start += length
        found.append(line)
    return found


def round_up(most: float) -> float:
    """The next round number: where an axis ends.

    Example:
        >>> round_up(87), round_up(0.3), round_up(0), round_up(2300)
        (100, 0.5, 1, 2500)
    """
    if most <= 0:
        return 1
    size = 10 ** math.floor(math.log10(most))
    found = next(step * size for step in ROUND if step * size >= most * (1 - 1e-9))
    return int(found) if found == int(found) else found
