"""From entries to figures: numerator, denominator, value and the cases of each side, by subject and period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from tests.evaluation.naive.figures import Entry

# Not of docs/figures.md: how much dispatchers and units get to do, for the volume in their scores.
COUNTS = ("filed", "reports", "dispatched")
TIMES = {"handling_median_s": Fraction(1, 2), "handling_p90_s": Fraction(9, 10)}
MEANS = ("satisfaction_mean",)


@dataclass
class Figure:
    """One indicator of one subject in one period, with the cases of every side."""

    indicator: str
    numerator: Counter[str] = field(default_factory=Counter)
    denominator: Counter[str] = field(default_factory=Counter)
    exempt: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    values: list[float] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """One more case."""
        if entry.kept_out is not None:
            (self.exempt if entry.kept_out == "exempt" else self.deferred)[entry.number] += 1
            return
        self.denominator[entry.number] += 1
        if entry.hit:
            self.numerator[entry.number] += 1
        if entry.value is not None:
            self.values.append(entry.value)

    @property
    def value(self) -> float | None:
        """The figure itself; nothing of nothing is None."""
        if self.indicator in COUNTS:
            return self.numerator.total()
        if self.indicator in TIMES:
            return quantile(self.values, TIMES[self.indicator])
        if self.indicator in MEANS:
            return sum(self.values) / len(self.values) if self.values else None
        return rate(self.numerator.total(), self.denominator.total())


def rate(numerator: int, denominator: int) -> float | None:
    """A share; a rate of nothing is None."""
    return float(Fraction(numerator, denominator)) if denominator else None


def quantile(values: Sequence[float], share: Fraction) -> float | None:
    """The value so far along the ordered values; between two of them in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def by_subject(
    entries: Iterable[Entry], level: str, since: datetime, until: datetime
) -> Mapping[tuple[str, str], Figure]:
    """The figures of a period by subject and indicator."""
    found: dict[tuple[str, str], Figure] = {}
    for entry in entries:
        if since <= entry.at < until:
            for key in entry.subjects.get(level, ()):
                found.setdefault((key, entry.indicator), Figure(entry.indicator)).add(entry)
    return found
