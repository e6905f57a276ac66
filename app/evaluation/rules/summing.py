"""What SLA summaries are grouped by, and the figures of each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from app.evaluation.rules.counting import CLOCK_OF, Counted, Mark
from app.evaluation.rules.indicators import INDICATORS, Figure, Subject, Tally, figure


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


def kinds_for(group_by: Iterable[Dimension]) -> frozenset[Counted]:
    """What is counted: cases, or by stage the clocks."""
    return frozenset(STAGES) if Dimension.STAGE in set(group_by) else OF_CASES


def summary_of(tallies: Iterable[Tally]) -> dict[str, int | float | None]:
    """The numbers of one group: what came in and went out in this time, and what became of what was due in it.

    `due` are the handlings sealed in the time, without exempt and deferred ones, which stand beside it; the other
    counts up to `held` are of these. Rates are shares of 1, None where there is nothing to count.
    """
    listed = list(tallies)
    made = {name: figure(INDICATORS[name], Subject.CITY, listed) for name in (*RATES, "reports", "filed", "dispatched")}
    handled = made["handled_rate"]
    return {
        "reports": made["reports"].numerator,
        "filed": made["filed"].numerator,
        "dispatched": made["dispatched"].numerator,
        "closed": sum(tally.number for tally in listed if tally.counted is Counted.CLOSING),
        "forced": _marked(listed, Counted.CLOSING, Mark.FORCED),
        "due": handled.denominator,
        "handled": handled.numerator,
        "on_time": made["on_time_handled_rate"].numerator,
        "overdue_open": made["overdue_open_rate"].numerator,
        "reworked": made["rework_rate"].numerator,
        "extended": made["extension_rate"].numerator,
        "held": made["hold_rate"].numerator,
        "exempt": handled.exempt,
        "deferred": handled.deferred,
        "misrouted": _missing(made["accurate_dispatch_rate"]),
        "void": _missing(made["accurate_filing_rate"]),
        **{name: made[name].value for name in RATES},
    }


def stage_summary_of(tallies: Iterable[Tally]) -> dict[str, int | float | None]:
    """The numbers of one stage: clocks sealed in the time, done by now, done in time."""
    listed = [tally for tally in tallies if not tally.marks & (Mark.EXEMPT | Mark.DEFERRED)]
    due = sum(tally.number for tally in listed)
    on_time = sum(tally.number for tally in listed if tally.marks & Mark.ON_TIME)
    done = sum(tally.number for tally in listed if tally.marks & Mark.HANDLED)
    return {"due": due, "done": done, "on_time": on_time, "on_time_rate": on_time / due if due else None}


def _marked(tallies: Iterable[Tally], counted: Counted, mark: Mark) -> int:
    return sum(tally.number for tally in tallies if tally.counted is counted and tally.marks & mark)


def _missing(found: Figure) -> int:
    return (found.denominator or 0) - (found.numerator or 0)
