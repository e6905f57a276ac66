"""What SLA summaries are grouped by, and the figures of each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from app.evaluation.rules.counting import CLOCK_OF, Counted, Mark
from app.evaluation.rules.indicators import APART, INDICATORS, Count, Side


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
_DUE = INDICATORS["handled_rate"]
_RATED = INDICATORS["satisfaction_mean"]


def _numerator(indicator: str) -> Count:
    return INDICATORS[indicator].count(Side.NUMERATOR)


COUNTS: Mapping[str, Count] = MappingProxyType(
    {
        "reports": _numerator("reports"),
        "filed": _numerator("filed"),
        "dispatched": _numerator("dispatched"),
        "closed": Count(Counted.CLOSING),
        "forced": Count(Counted.CLOSING, Mark.FORCED),
        "due": _DUE.count(Side.DENOMINATOR),
        "handled": _DUE.count(Side.NUMERATOR),
        "on_time": _numerator("on_time_handled_rate"),
        "overdue_open": _numerator("overdue_open_rate"),
        "reworked": _numerator("rework_rate"),
        "extended": _numerator("extension_rate"),
        "held": _numerator("hold_rate"),
        "exempt": _DUE.count(Side.EXEMPT),
        "deferred": _DUE.count(Side.DEFERRED),
        "misrouted": Count(Counted.DISPATCH, lacking=Mark.ACCURATE | APART),
        "void": Count(Counted.FILING, lacking=Mark.ACCURATE | APART),
        "filed_accurately": _numerator("accurate_filing_rate"),
        "dispatched_accurately": _numerator("accurate_dispatch_rate"),
        "repeated": _numerator("repeat_rate"),
        "rated": _RATED.count(Side.DENOMINATOR),
        "satisfied": _numerator("satisfaction_share"),
    }
)
"""The counts of a group, each a list of cases: what came in and went out in this time, and what became of what was due.

`due` are the handlings sealed in the time, without exempt and deferred ones, which stand beside it; the other counts up
to `held` are of these.
"""
STAGE_COUNTS: Mapping[str, Count] = MappingProxyType(
    {
        "due": Count(None, lacking=APART),
        "done": Count(None, Mark.HANDLED, APART),
        "on_time": Count(None, Mark.ON_TIME, APART),
    }
)
"""The counts of a stage: clocks sealed in the time, done by now, done in time."""
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
    "satisfaction_share",
)
_SHARES: Mapping[str, tuple[Count, Count]] = MappingProxyType(
    {name: (INDICATORS[name].count(Side.NUMERATOR), INDICATORS[name].count(Side.DENOMINATOR)) for name in RATES}
    | {"satisfaction_mean": (Count(Counted.RATING, lacking=APART, of_values=True), _RATED.count(Side.DENOMINATOR))}
)
_STAGE_SHARES = MappingProxyType({"on_time_rate": (STAGE_COUNTS["on_time"], STAGE_COUNTS["due"])})


def kinds_for(group_by: Iterable[Dimension]) -> frozenset[Counted]:
    """What is counted: cases, or by stage the clocks."""
    return frozenset(STAGES) if Dimension.STAGE in set(group_by) else OF_CASES


def counts_for(group_by: Iterable[Dimension]) -> Mapping[str, Count]:
    """The counts of a group by name: of cases, or by stage of clocks."""
    return STAGE_COUNTS if Dimension.STAGE in set(group_by) else COUNTS


def count_named(name: str, stage: str | None) -> Count:
    """The count of this name; where groups are stages, that of the clocks of one.

    Raises: KeyError for a count that such a group does not have, or a stage that is none.
    """
    return COUNTS[name] if stage is None else replace(STAGE_COUNTS[name], counted=_CLOCKS[stage])


_CLOCKS = {stage: counted for counted, stage in STAGES.items()}


class Layout:
    """The numbers of groups, all of one summary: `counts` is what has to be counted, once each and in this order."""

    def __init__(self, group_by: Iterable[Dimension]) -> None:
        named = counts_for(group_by)
        shares = _STAGE_SHARES if named is STAGE_COUNTS else _SHARES
        self.counts = tuple(dict.fromkeys((*named.values(), *(count for pair in shares.values() for count in pair))))
        place = {count: number for number, count in enumerate(self.counts)}
        self._named = [(name, place[count]) for name, count in named.items()]
        self._shares = [(name, place[part], place[whole]) for name, (part, whole) in shares.items()]

    def shown(self, numbers: Sequence[int]) -> dict[str, int | float | None]:
        """The counts of one group by name, then its rates as shares of 1, None where there is nothing to count."""
        made: dict[str, int | float | None] = {name: numbers[place] for name, place in self._named}
        for name, part, whole in self._shares:
            made[name] = numbers[part] / numbers[whole] if numbers[whole] else None
        return made
