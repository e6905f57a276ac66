"""The indicators: what each counts of what, for whom. The one place that says so; SQL only counts.

Source: figures.md, the table of indicators.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from app.evaluation.rules.counting import NONE, Counted, Mark

DEFINITIONS = 1
"""The version of these definitions; a published period says by which one it was made."""


class Subject(StrEnum):
    """Whose figures they are."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    CELL = "cell"
    UNIT = "unit"
    INSPECTOR = "inspector"
    OPERATOR = "operator"
    SHIFT_LEADER = "shift_leader"
    DISPATCHER = "dispatcher"


AREAS = frozenset({Subject.CITY, Subject.DISTRICT, Subject.STREET, Subject.COMMUNITY, Subject.CELL})
PEOPLE = frozenset({Subject.INSPECTOR, Subject.OPERATOR, Subject.SHIFT_LEADER, Subject.DISPATCHER})
DESKS = frozenset({Subject.OPERATOR, Subject.SHIFT_LEADER})


class Form(StrEnum):
    """What is made of the counts."""

    RATE = "rate"
    COUNT = "count"
    MEAN = "mean"
    MEDIAN = "median"
    P90 = "p90"


class Side(StrEnum):
    """The lists of cases behind a figure."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    EXEMPT = "exempt"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Count:
    """Entries of a kind (None: of any) with all marks `having` and none of `lacking`: their number, or their values."""

    counted: Counted | None
    having: Mark = NONE
    lacking: Mark = NONE
    of_values: bool = False

    def has(self, marks: Mark) -> bool:
        """Whether an entry of its kind with these marks is one of them."""
        return marks & self.having == self.having and not marks & self.lacking


APART = Mark.EXEMPT | Mark.DEFERRED
"""What stands beside a figure, in neither of its numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """A figure: of the entries `counted` with all marks `of`, how many have the marks `having` and not `lacking`.

    Exempt and deferred entries are in neither number; they are lists of their own.
    """

    name: str
    counted: Counted
    form: Form = Form.RATE
    having: Mark = NONE
    lacking: Mark = NONE
    of: Mark = NONE
    subjects: frozenset[Subject] = AREAS

    def count(self, side: Side) -> Count:
        """What stands on one of its lists."""
        match side:
            case Side.EXEMPT:
                return Count(self.counted, Mark.EXEMPT)
            case Side.DEFERRED:
                return Count(self.counted, Mark.DEFERRED, Mark.EXEMPT)
            case Side.DENOMINATOR:
                return Count(self.counted, self.of, APART)
            case Side.NUMERATOR:
                return Count(self.counted, self.of | self.having, self.lacking | APART)

    def side(self, marks: Mark) -> frozenset[Side]:
        """On which lists an entry with these marks stands."""
        return _sides(self, marks)

    def counted_for(self, subject: Subject) -> Counted:
        """What is counted for this subject: of an inspector what was filed in the zones they held."""
        patrols = subject is Subject.INSPECTOR and self.counted is Counted.FILING
        return Counted.PATROL if patrols else self.counted


@cache
def _sides(indicator: Indicator, marks: Mark) -> frozenset[Side]:
    """Few marks ever stand together, and the same lists are asked for with each of a million entries."""
    return frozenset(side for side in Side if indicator.count(side).has(marks))


_OWNERS = AREAS | {Subject.UNIT}
_INSPECTED = AREAS | {Subject.INSPECTOR}
_FILED = AREAS | DESKS
_DISPATCHED = AREAS | {Subject.DISPATCHER}
_H, _S = Counted.HANDLING, Mark

INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {
        indicator.name: indicator
        for indicator in (
            Indicator("reports", Counted.REPORT, Form.COUNT, subjects=_INSPECTED),
            Indicator("filed", Counted.FILING, Form.COUNT, subjects=_FILED),
            Indicator("on_time_handled_rate", _H, having=_S.ON_TIME, subjects=_OWNERS),
            Indicator("handled_rate", _H, having=_S.HANDLED, subjects=_OWNERS),
            Indicator("overdue_open_rate", _H, lacking=_S.HANDLED, subjects=_OWNERS),
            Indicator("closed_rate", _H, having=_S.CLOSED, subjects=_OWNERS),
            Indicator("on_time_closed_rate", _H, having=_S.CLOSED | _S.ON_TIME, subjects=_OWNERS),
            Indicator("rework_rate", _H, having=_S.REWORKED, subjects=_OWNERS),
            Indicator("extension_rate", _H, having=_S.EXTENDED, subjects=_OWNERS),
            Indicator("hold_rate", _H, having=_S.HELD, subjects=_OWNERS),
            Indicator("accurate_filing_rate", Counted.FILING, having=_S.ACCURATE, subjects=_FILED),
            Indicator("on_time_filing_rate", Counted.FILE_CLOCK, having=_S.ON_TIME, subjects=_FILED),
            Indicator("on_time_dispatch_rate", Counted.DISPATCH_CLOCK, having=_S.ON_TIME, subjects=_DISPATCHED),
            Indicator("on_time_verify_rate", Counted.VERIFY_CLOCK, having=_S.ON_TIME, subjects=_INSPECTED),
            Indicator("on_time_check_rate", Counted.CHECK_CLOCK, having=_S.ON_TIME, subjects=_INSPECTED),
            Indicator("on_time_close_rate", Counted.CLOSE_CLOCK, having=_S.ON_TIME, subjects=_FILED),
            Indicator("accurate_dispatch_rate", Counted.DISPATCH, having=_S.ACCURATE, subjects=_DISPATCHED),
            Indicator("dispatched", Counted.DISPATCH, Form.COUNT, subjects=_DISPATCHED | {Subject.UNIT}),
            Indicator("valid_report_rate", Counted.REPORT, of=_S.DECIDED, having=_S.VALID, subjects=_INSPECTED),
            Indicator("missed_rate", Counted.FILING, having=_S.MISSED, subjects=_INSPECTED),
            Indicator("repeat_rate", Counted.CLOSING, having=_S.REPEATED, subjects=_OWNERS),
            Indicator("satisfaction_mean", Counted.RATING, Form.MEAN, subjects=_OWNERS),
            Indicator("satisfaction_share", Counted.RATING, having=_S.SATISFIED, subjects=_OWNERS),
            Indicator("handling_median_s", _H, Form.MEDIAN, of=_S.HANDLED, having=_S.HANDLED, subjects=_OWNERS),
            Indicator("handling_p90_s", _H, Form.P90, of=_S.HANDLED, having=_S.HANDLED, subjects=_OWNERS),
        )
    }
)
QUANTILES: Mapping[Form, float] = MappingProxyType({Form.MEDIAN: 0.5, Form.P90: 0.9})


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it was made of.

    Shape: `value` is a share of 1 for rates, seconds for times, a mean of scores; None where there is nothing to count.
           `numerator` is None for times, `denominator` for counts.
    """

    numerator: int | None
    denominator: int | None
    value: float | None
    exempt: int = 0
    deferred: int = 0


class Layout:
    """Indicators of a kind of subject: `counts` is what has to be counted, once each and in this order."""

    def __init__(self, indicators: Iterable[Indicator], subject: Subject) -> None:
        listed = list(indicators)
        counts = {one: [_counted(one, side, subject) for side in Side] for one in listed}
        self.counts = tuple(dict.fromkeys(count for found in counts.values() for count in found))
        place = {count: number for number, count in enumerate(self.counts)}
        self._places = [(one, tuple(place[count] for count in counts[one])) for one in listed]

    def figures(self, numbers: Sequence[int], quantiles: Mapping[Form, float | None]) -> dict[str, Figure]:
        """The figures of one subject by name; `quantiles` has the measured ones for times, None without any.

        A rate of nothing is None, never 0 or 1.

        Example:
            >>> layout = Layout([INDICATORS["on_time_handled_rate"]], Subject.UNIT)
            >>> [count.having.name for count in layout.counts]
            ['ON_TIME', None, 'EXEMPT', 'DEFERRED']
            >>> round(layout.figures([911, 972, 0, 0], {})["on_time_handled_rate"].value * 100, 2)
            93.72
        """
        return {
            one.name: _figure(one.form, [numbers[place] for place in places], quantiles.get(one.form))
            for one, places in self._places
        }


def _counted(indicator: Indicator, side: Side, subject: Subject) -> Count:
    mean = indicator.form is Form.MEAN and side is Side.NUMERATOR
    return replace(indicator.count(side), counted=indicator.counted_for(subject), of_values=mean)


def _figure(form: Form, numbers: Sequence[int], quantile: float | None) -> Figure:
    """From the numbers of the four sides, in their order."""
    numerator, denominator, *apart = numbers
    if form is Form.COUNT:
        return Figure(numerator, None, numerator, *apart)
    if form in QUANTILES:
        return Figure(None, denominator, quantile, *apart)
    return Figure(numerator, denominator, numerator / denominator if denominator else None, *apart)
