"""How a bulletin says numbers, days and comparisons, in one language and the city's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from app.bulletins.rules.facts import Comparison, Facts, PeerGroup, Standing
from app.evaluation.rules.indicators import INDICATORS, Figure, Form
from app.evaluation.rules.periods import MONTHS_OF_QUARTER, Period
from app.evaluation.rules.scores import CENT, DEFAULT_GROUP, FULL, change, exact_value, rounded

DUE, AS_COUNT = "handled_rate", "filed"
"""The rate whose denominator is what was due, and an indicator that is a number, as this one is compared like it."""
NAMED = 10
"""So many names are told one by one; of more it is said how many they are."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of a language."""

    words: Mapping[str, Any]
    zone: ZoneInfo

    def period(self, period: Period) -> str:
        """A period as people call it."""
        parts = {
            "year": int(period.name[:4]),
            "month": period.first.month,
            "month_name": f"{period.first:%B}",
            "day": period.first.day,
            "week": period.first.isocalendar().week,
            "quarter": self.words["numerals"][(period.first.month - 1) // MONTHS_OF_QUARTER],
        }
        said: str = self.words["periods"][period.kind.value].format(**parts)
        return said

    def day(self, day: date) -> str:
        """A day."""
        parts = {"year": day.year, "month": day.month, "month_name": f"{day:%B}", "day": day.day}
        said: str = self.words["day"].format(**parts)
        return said

    def instant(self, at: datetime) -> str:
        """A minute of the city's wall clock."""
        local = at.astimezone(self.zone)
        said: str = self.words["instant"].format(day=self.day(local.date()), time=f"{local:%H:%M}")
        return said

    def value(self, indicator: str, figure: Figure | None) -> str:
        """A figure: rates in per cent and means to two places, numbers as they are."""
        exact = None if figure is None else exact_value(indicator, figure)
        if exact is None:
            return str(self.words["no_data"])
        form = INDICATORS[indicator].form
        if form is Form.RATE:
            return self.share(exact)
        return str(rounded(exact)) if form is Form.MEAN else str(int(exact))

    def share(self, share: Fraction) -> str:
        """A share of 1 in per cent.

        Example:
            >>> Phrases({"rate": "{n}%"}, ZoneInfo("UTC")).share(Fraction(911, 972))
            '93.72%'
        """
        return str(self.words["rate"].format(n=rounded(share * FULL)))

    def of(self, part: int, whole: int) -> str:
        """A part of a whole in per cent."""
        return self.share(Fraction(part, whole)) if whole else str(self.words["no_data"])

    def grown(self, indicator: str, now: Figure, other: Comparison, which: str) -> str:
        """By how much a figure has grown: `which` is previous (环比) or year_before (同比)."""
        words = self.words["changes"][which]
        by = _grown(indicator, now, other)
        if by is None:
            return str(words["nothing"])
        if not by:
            return str(words["same"])
        kind = words["points" if INDICATORS[indicator].form is Form.RATE else "number"]
        return str(kind["up" if by > 0 else "down"].format(n=abs(by)))

    def changes(self, indicator: str, facts: Facts) -> str:
        """Both comparisons of a figure of the whole city."""
        return self._both(indicator, facts.figures[indicator], facts.previous, facts.year_before)

    def _both(self, indicator: str, now: Figure, previous: Comparison, year_before: Comparison) -> str:
        if previous.figures is None and year_before.figures is None:
            return str(self.words["incomparable"])
        before, year = (
            self.grown(indicator, now, previous, "previous"),
            self.grown(indicator, now, year_before, "year_before"),
        )
        return f"{before}{self.words['clause']}{year}"

    def due_changes(self, facts: Facts) -> str:
        """Both comparisons of the number of handlings that were due: what the rates are of."""
        return self._both(AS_COUNT, _due(facts.figures), _due_of(facts.previous), _due_of(facts.year_before))

    def difference(self, indicator: str, now: Figure, other: Comparison) -> str:
        """By how much a figure has grown, in figures with a sign."""
        by = _grown(indicator, now, other)
        return str(self.words["no_data"]) if by is None else f"{by:+}" if by else "0"

    def listed(self, items: Sequence[str], more: str = "and_more") -> str:
        """Names one after the other; of many it is said how many they are."""
        said = str(self.words["list"]).join(items[:NAMED])
        return said if len(items) <= NAMED else said + self.words[more].format(n=len(items))

    def names(self, rows: Sequence[Standing]) -> str:
        """The names of subjects."""
        return self.listed([row.name for row in rows])

    def group(self, group: PeerGroup, *, alone: bool) -> str:
        """What a peer group is called; `alone`: it is the only one of its kind."""
        if group.code != DEFAULT_GROUP:
            return group.name or group.code
        return str(self.words["groups" if alone else "rest"][group.subject.value])

    def grade(self, code: str | None) -> str:
        """A grade."""
        return str(self.words["none"] if code is None else self.words["grade"].format(grade=code))

    def source(self, code: str) -> str:
        """A source of reports; one that has no word yet is written out."""
        return str(self.words["sources"].get(code, code.replace("_", " ")))

    def kind(self, code: str | None) -> str:
        """Parts or matters."""
        return str(self.words["untyped"] if code is None else self.words["kinds"].get(code, code))


def _due(figures: Mapping[str, Figure]) -> Figure:
    """The number of handlings that were due, as a figure of its own."""
    due = figures[DUE].denominator or 0
    return Figure(due, None, due)


def _due_of(other: Comparison) -> Comparison:
    return other if other.figures is None else Comparison({AS_COUNT: _due(other.figures)})


def _grown(indicator: str, now: Figure, other: Comparison) -> Decimal | int | None:
    before = None if other.figures is None else other.figures.get(indicator)
    by = change(indicator, now, before)
    if by is None:
        return None
    if INDICATORS[indicator].form is Form.COUNT:
        return int(by)
    return Decimal(str(by)).quantize(CENT, ROUND_HALF_UP)


def points(score: float) -> str:
    """A score with its two places.

    Example:
        >>> points(62.75), points(90.0)
        ('62.75', '90.00')
    """
    return f"{score:.2f}"
