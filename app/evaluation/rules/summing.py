"""What SLA summaries are grouped by, and the figures of each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from app.evaluation.rules.counting import CLOCK_OF, NONE, Counted, Mark
from app.evaluation.rules.indicators import INDICATORS, Subject, Tally, figure


class Dimension(StrEnum):
    """What a summary can be grouped by."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    CELL = "cell"
    UNIT = "unit"
    TYPE = "type"
    CLASS = "class"
    SOURCE = "source"
    STAGE = "stage"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"


ROLLED = frozenset(
    {Dimension.DISTRICT, Dimension.UNIT, Dimension.TYPE, Dimension.CLASS, Dimension.SOURCE, Dimension.MONTH}
)
"""What the sums of months still know."""

STAGES: Mapping[Counted, str] = MappingProxyType(
    {counted: stage.value for stage, counted in CLOCK_OF.items()} | {Counted.HANDLING: "handling"}
)
OF_CASES = frozenset(
    {Counted.REPORT, Counted.FILING, Counted.HANDLING, Counted.DISPATCH, Counted.CLOSING, Counted.RATING}
)
RATES = (
    "on_time_handled_rate",
    "handled_rate",
    "closed_rate",
    "overdue_open_rate",
    "rework_rate",
    "extension_rate",
    "hold_rate",
    "accurate_filing_rate",
    "accurate_dispatch_rate",
    "repeat_rate",
    "satisfaction_mean",
)


class Count(NamedTuple):
    """A number of a group: how many entries of a kind have all marks `having` and none of `lacking`."""

    counted: Counted
    having: Mark = NONE
    lacking: Mark = NONE


_H, _APART = Counted.HANDLING, Mark.EXEMPT | Mark.DEFERRED
COUNTS: Mapping[str, Count] = MappingProxyType(
    {
        "reports": Count(Counted.REPORT),
        "filed": Count(Counted.FILING),
        "dispatched": Count(Counted.DISPATCH),
        "closed": Count(Counted.CLOSING),
        "forced": Count(Counted.CLOSING, Mark.FORCED),
        "due": Count(_H, lacking=_APART),
        "handled": Count(_H, Mark.HANDLED, _APART),
        "on_time": Count(_H, Mark.ON_TIME, _APART),
        "overdue_open": Count(_H, lacking=Mark.HANDLED | _APART),
        "reworked": Count(_H, Mark.REWORKED, _APART),
        "extended": Count(_H, Mark.EXTENDED, _APART),
        "held": Count(_H, Mark.HELD, _APART),
        "exempt": Count(_H, Mark.EXEMPT),
        "deferred": Count(_H, Mark.DEFERRED, Mark.EXEMPT),
        "misrouted": Count(Counted.DISPATCH, lacking=Mark.ACCURATE),
        "void": Count(Counted.FILING, lacking=Mark.ACCURATE),
    }
)
"""What the numbers of a group count; each case behind a number is one of these entries."""

STAGE_COUNTS: Mapping[str, tuple[Mark, Mark]] = MappingProxyType(
    {"due": (NONE, _APART), "done": (Mark.HANDLED, _APART), "on_time": (Mark.ON_TIME, _APART)}
)
"""The same of a stage's clocks, whichever the stage: marks to have, marks to lack."""


def count_named(name: str, stage: str | None) -> Count:
    """What a number counts; where groups are stages, of the clocks of one.

    Raises: KeyError for a number that such a group does not have, or a stage that is none.
    """
    if stage is None:
        return COUNTS[name]
    return Count(_CLOCKS[stage], *STAGE_COUNTS[name])


_CLOCKS = {stage: counted for counted, stage in STAGES.items()}


def kinds_for(group_by: Iterable[Dimension]) -> frozenset[Counted]:
    """What is counted: cases, or by stage the clocks."""
    return frozenset(STAGES) if Dimension.STAGE in set(group_by) else OF_CASES


def summary_of(tallies: Iterable[Tally]) -> dict[str, int | float | None]:
    """The numbers of one group: what came in and went out in this time, and what became of what was due in it.

    `due` are the handlings sealed in the time, without exempt and deferred ones, which stand beside it; the other
    counts up to `held` are of these. Rates are shares of 1, None where there is nothing to count.
    """
    listed = list(tallies)
    return {name: _number(listed, count) for name, count in COUNTS.items()} | {
        name: figure(INDICATORS[name], Subject.CITY, listed).value for name in RATES
    }


def stage_summary_of(tallies: Iterable[Tally]) -> dict[str, int | float | None]:
    """The numbers of one stage: clocks sealed in the time, done by now, done in time."""
    listed = list(tallies)
    numbers = {
        name: sum(_number(listed, Count(clock, *marks)) for clock in STAGES) for name, marks in STAGE_COUNTS.items()
    }
    due = numbers["due"]
    return {**numbers, "on_time_rate": numbers["on_time"] / due if due else None}


def _number(tallies: Iterable[Tally], count: Count) -> int:
    return sum(
        tally.number
        for tally in tallies
        if tally.counted is count.counted
        and tally.marks & count.having == count.having
        and not tally.marks & count.lacking
    )
