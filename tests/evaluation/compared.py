"""The product's figures laid beside the naive ones, down to the last case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from app.evaluation import service
from app.evaluation.rules.indicators import Side, Subject
from app.evaluation.service import Asked
from tests.evaluation.histories import Made
from tests.evaluation.naive.counting import COUNTS, MEANS, TIMES, Figure, by_subject
from tests.evaluation.naive.figures import Entry, entries
from tests.evaluation.naive.periods import bounds

ZONE = ZoneInfo("Asia/Shanghai")
AREAS = {Subject.CITY, Subject.DISTRICT, Subject.STREET, Subject.COMMUNITY, Subject.CELL}
SIDES = ("numerator", "denominator", "exempt", "deferred")


def periods_around(v: datetime) -> list[str]:
    """A period of every kind that an instant lies in, and the month before."""
    local = v.astimezone(ZONE)
    year, week, _ = local.isocalendar()
    before = local.replace(day=1) - timedelta(days=1)
    quarter = f"{local:%Y}-Q{(local.month + 2) // 3}"
    return [f"{local:%Y-%m-%d}", f"{year}-W{week:02}", f"{local:%Y-%m}", f"{before:%Y-%m}", quarter, f"{local:%Y}"]


@dataclass
class View:
    """Everything as of one instant, by the naive count; `now` is when the product is asked."""

    session: Session
    made: Made
    v: datetime
    now: datetime
    counted: Sequence[Entry]

    @classmethod
    def of(cls, session: Session, made: Made, v: datetime, now: datetime) -> View:
        if v not in made.counted:
            made.counted.clear()
            made.counted[v] = entries(list(made.told.values()), made.facts, v)
        return cls(session, made, v, now, made.counted[v])

    def asked(self, subject: Subject, period: str) -> Asked:
        return Asked(subject, *bounds(period, ZONE), self.v, ("",))

    def naive(self, subject: Subject, period: str) -> Mapping[tuple[str, str], Figure]:
        """The figures by the code of the subject, and indicator."""
        names: Mapping[str, str] = {}
        if subject not in AREAS:
            names = self.made.units if subject is Subject.UNIT else self.made.users
        found = by_subject(self.counted, subject.value, *bounds(period, ZONE))
        return {(names.get(key, key), indicator): figure for (key, indicator), figure in found.items()}

    def compare(self, subject: Subject, period: str) -> int:
        """Every figure of a kind of subject in a period is the naive one; returns how many there are."""
        wanted = service.wanted_indicators(subject, ())
        found = service.indicators_of(self.session, self.asked(subject, period), wanted, now=self.now)
        said = {
            (code, name): (one.numerator, one.denominator, one.value, one.exempt, one.deferred)
            for _, code, _, figures in found
            for name, one in figures.items()
        }
        return self.agree(subject, period, said)

    def agree(self, subject: Subject, period: str, said: Mapping[tuple[str, str], tuple[Any, ...]]) -> int:
        """What was said by subject and indicator is what was counted, no more and no less."""
        names = {one.name for one in service.wanted_indicators(subject, ())}
        told = {key: shown(figure) for key, figure in self.naive(subject, period).items() if key[1] in names}
        told |= {key: shown(Figure(key[1])) for key in said.keys() - told.keys()}
        wrong = {key: (said.get(key), told[key]) for key in told if not alike(said.get(key), told[key])}
        assert not wrong, f"{len(wrong)} of {len(told)} of {subject.value} in {period} at {self.v}: {self.why(wrong)}"
        return len(said)

    def why(self, wrong: Mapping[Any, Any]) -> str:
        return "; ".join(f"{key}: said {one[0]}, counted {one[1]}" for key, one in list(wrong.items())[:6])

    def compare_cases(self, subject: Subject, period: str, codes: Iterable[str]) -> int:
        """The cases of every side of every figure of these subjects are the naive ones; returns how many."""
        naive, asked, seen = self.naive(subject, period), self.asked(subject, period), 0
        for code in codes:
            for indicator in service.wanted_indicators(subject, ()):
                figure = naive.get((code, indicator.name), Figure(indicator.name))
                for side in SIDES:
                    told: Counter[str] = getattr(figure, side)
                    items = service.cases_behind(self.session, asked, indicator, code, Side(side), now=self.now)
                    said = Counter(item["number"] for item in items)
                    where = f"{side} of {indicator.name} of {code} in {period} at {self.v}"
                    assert said == told, f"{where}: only said {said - told}, only counted {told - said}"
                    seen += said.total()
        return seen

    def codes(self, subject: Subject, period: str) -> list[str]:
        """The subjects that have anything at all."""
        return sorted({code for code, _ in self.naive(subject, period)})


def shown(figure: Figure) -> tuple[Any, ...]:
    """A naive figure as the API shows one."""
    numerator: int | None = figure.numerator.total()
    denominator: int | None = figure.denominator.total()
    if figure.indicator in COUNTS:
        denominator = None
    if figure.indicator in TIMES:
        numerator = None
    if figure.indicator in MEANS:
        numerator = int(sum(figure.values))
    return numerator, denominator, figure.value, figure.exempt.total(), figure.deferred.total()


def alike(said: tuple[Any, ...] | None, told: tuple[Any, ...]) -> bool:
    """Whole numbers are equal; values up to the last digit of a float."""
    if said is None:
        return False
    *numbers, value = (*said[:2], *said[3:], said[2])
    *others, other = (*told[:2], *told[3:], told[2])
    if numbers != others or (value is None) is not (other is None):
        return False
    return value is None or value == pytest.approx(other, rel=1e-12)
