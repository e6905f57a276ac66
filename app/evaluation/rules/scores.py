"""Scores: weighted sums of mapped indicators, grades and ranks. What is weighed how is data; here is what it may say.

All of it is reckoned exactly, in fractions, and rounded once: a score has two places, half up, and grade and rank read
the rounded one, so that nobody is shown 90.00 with a B. Source: figures.md, "Scores"; domain.md §7.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

from app.core.errors import Fault
from app.evaluation.rules.indicators import INDICATORS, QUANTILES, Figure, Form, Subject

FULL = 100
CENT = Decimal("0.01")
PLACES = 4
"""So many places a weight may have: its sum with others is then exact in JSON's numbers too."""

DEFAULT_GROUP = "default"


@dataclass(frozen=True, slots=True)
class Linear:
    """No points at `zero`, all of them at `full`, in proportion between; `zero` may be the larger one."""

    zero: Decimal
    full: Decimal

    def points(self, value: Fraction) -> Fraction:
        zero, full = Fraction(self.zero), Fraction(self.full)
        return min(max((value - zero) / (full - zero), Fraction(0)), Fraction(1)) * FULL


@dataclass(frozen=True, slots=True)
class Steps:
    """So many points from so much on, as in bands of volume; below the first step none.

    Shape: (at least, points), in rising order.
    """

    steps: tuple[tuple[Decimal, Decimal], ...]

    def points(self, value: Fraction) -> Fraction:
        return max((Fraction(points) for least, points in self.steps if value >= least), default=Fraction(0))


Points: TypeAlias = Linear | Steps


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator of a score, its weight (a share of 1) and how its value becomes points (0 to 100)."""

    indicator: str
    weight: Decimal
    mapping: Points


@dataclass(frozen=True, slots=True)
class Composite:
    """What the score of a kind of subject is made of, and how much must have been counted before it is ranked."""

    parts: tuple[Part, ...]
    minimum_sample: int = 10

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(part.indicator for part in self.parts)


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and its colour, from so many points on."""

    code: str
    colour: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """A score with what it was made of.

    Shape: `value` None where there was nothing to score; `weight` what the parts that count weigh together: the others,
           `left_out`, had nothing to count. `points` by indicator, None where left out.
    """

    value: Decimal | None
    weight: Decimal
    points: Mapping[str, Decimal | None]
    sample: int

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(name for name, points in self.points.items() if points is None)


class Unranked(StrEnum):
    """Why somebody has a score and no rank, or neither."""

    NO_DATA = "no_data"
    SAMPLE = "sample"


def score(composite: Composite, figures: Mapping[str, Figure]) -> Score:
    """The score of one subject. Parts with nothing to count are left out and the rest is scaled up.

    Volume alone says nothing of anybody's work: where no rate, mean or time has anything to count there is no score.

    Example:
        >>> rate = Part("closed_rate", Decimal("1"), Linear(Decimal(0), Decimal(1)))
        >>> score(Composite((rate,)), {"closed_rate": Figure(737, 972, 737 / 972)}).value
        Decimal('75.82')
    """
    exact: dict[str, Fraction | None] = {}
    for part in composite.parts:
        value = exact_value(part.indicator, figures[part.indicator])
        exact[part.indicator] = None if value is None else part.mapping.points(value)
    counted = [part for part in composite.parts if exact[part.indicator] is not None]
    weight = sum((part.weight for part in counted), Decimal(0))
    judged = any(INDICATORS[part.indicator].form is not Form.COUNT for part in counted)
    total = sum((Fraction(part.weight) * (exact[part.indicator] or 0) for part in counted), Fraction(0))
    whole = rounded(total / Fraction(weight)) if judged else None
    points = {name: None if one is None else rounded(one) for name, one in exact.items()}
    sample = max((_sample(figures[part.indicator]) for part in composite.parts), default=0)
    return Score(whole, weight, points, sample)


def exact_value(indicator: str, figure: Figure) -> Fraction | None:
    """The value of a figure without rounding; None where there is nothing to count."""
    if figure.value is None:
        return None
    form = INDICATORS[indicator].form
    if form in QUANTILES or form is Form.COUNT:
        return Fraction(figure.value)
    return Fraction(figure.numerator or 0, figure.denominator or 1)


def _sample(figure: Figure) -> int:
    """How much was counted for a figure."""
    return int((figure.numerator if figure.denominator is None else figure.denominator) or 0)


def rounded(value: Fraction, places: Decimal = CENT) -> Decimal:
    """To two places, half up (away from zero), however long the fraction is.

    Example:
        >>> rounded(Fraction(1799, 20)), rounded(Fraction(179999, 2000)), rounded(Fraction(1, 200))
        (Decimal('89.95'), Decimal('90.00'), Decimal('0.01'))
    """
    scaled = value / Fraction(places)
    halves = (abs(scaled) * 2 + 1) // 2
    return (Decimal(halves if scaled >= 0 else -halves) * places).quantize(places, rounding=ROUND_HALF_UP)


def grade_of(value: Decimal | None, grades: Sequence[Grade]) -> Grade | None:
    """The grade of a score; none without one. `grades` fall from the best to the one that begins at 0."""
    return None if value is None else next(grade for grade in grades if value >= grade.at_least)


def ranks(values: Iterable[Decimal | None]) -> list[int | None]:
    """Competition ranks, the highest first: equals share a rank and the next ones are skipped.

    Example:
        >>> ranks([Decimal(80), Decimal(95), None, Decimal(80), Decimal(70)])
        [2, 1, None, 2, 4]
    """
    listed = list(values)
    above, first = 1, {}
    for value, number in sorted(Counter(one for one in listed if one is not None).items(), reverse=True):
        first[value] = above
        above += number
    return [None if value is None else first[value] for value in listed]


def unranked(found: Score, composite: Composite) -> Unranked | None:
    """Why somebody with this score is not ranked; None: they are."""
    if found.value is None:
        return Unranked.NO_DATA
    return Unranked.SAMPLE if found.sample < composite.minimum_sample else None


def faults_of_composite(subject: Subject, composite: Composite) -> list[Fault]:
    """What is wrong with the definition of a score, each with its place."""
    faults: list[Fault] = []
    for place, part in enumerate(composite.parts):
        faults += _faults_of_part(subject, part, f"/parts/{place}")
    names = Counter(composite.indicators)
    faults += [
        Fault(f"/parts/{place}/indicator", f"{part.indicator} stands here twice: give it one part")
        for place, part in enumerate(composite.parts)
        if names[part.indicator] > 1
    ]
    if (total := sum((part.weight for part in composite.parts), Decimal(0))) != 1:
        faults.append(Fault("/parts", f"the weights make {total} together: they have to make 1"))
    if not any(part.indicator in INDICATORS and _judges(part.indicator) for part in composite.parts):
        faults.append(Fault("/parts", "a score needs a rate, a mean or a time: volume alone says nothing of the work"))
    return faults


def _judges(indicator: str) -> bool:
    return INDICATORS[indicator].form is not Form.COUNT


def _faults_of_part(subject: Subject, part: Part, place: str) -> Iterator[Fault]:
    indicator = INDICATORS.get(part.indicator)
    if indicator is None or subject not in indicator.subjects:
        yield Fault(f"{place}/indicator", f"{part.indicator} is no indicator of a {subject.value}")
    if not 0 < part.weight <= 1 or _places(part.weight) > PLACES:
        yield Fault(f"{place}/weight", f"a weight is more than 0, at most 1, and has at most {PLACES} places")
    if isinstance(part.mapping, Linear):
        if part.mapping.zero == part.mapping.full:
            yield Fault(f"{place}/mapping/full", "differs from zero: one has no points, the other all of them")
        return
    for at, (before, after) in enumerate(pairwise(part.mapping.steps), 1):
        if after[0] <= before[0]:
            yield Fault(f"{place}/mapping/steps/{at}/at_least", "is more than that of the step before")
        if after[1] < before[1]:
            yield Fault(f"{place}/mapping/steps/{at}/points", "are not fewer than those of the step before")


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def faults_of_grades(grades: Sequence[Grade]) -> list[Fault]:
    """What is wrong with a list of grades, each with its place."""
    faults = [
        Fault(f"/grades/{place}/at_least", "is less than that of the grade before")
        for place, (before, after) in enumerate(pairwise(grades), 1)
        if after.at_least >= before.at_least
    ]
    if grades[-1].at_least != 0:
        faults.append(Fault(f"/grades/{len(grades) - 1}/at_least", "the last grade begins at 0: every score has one"))
    codes = Counter(grade.code for grade in grades)
    faults += [
        Fault(f"/grades/{place}/code", f"{grade.code} stands here twice")
        for place, grade in enumerate(grades)
        if codes[grade.code] > 1
    ]
    return faults


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects of a kind that are compared with each other: areas and units by their codes, people by their ids."""

    subject: Subject
    code: str
    name: str
    members: frozenset[str]


def group_of(groups: Iterable[Group], subject: Subject, code: str) -> str:
    """The peer group of a subject; who is in none is in the default one."""
    return next((one.code for one in groups if one.subject is subject and code in one.members), DEFAULT_GROUP)


def faults_of_groups(groups: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """What is wrong with peer groups as they were sent, each with its place."""
    faults: list[Fault] = []
    named: set[tuple[str, str]] = set()
    placed: set[tuple[str, str]] = set()
    for place, group in enumerate(groups):
        if group["code"] == DEFAULT_GROUP or (group["subject"], group["code"]) in named:
            detail = f"{group['code']} is taken: {DEFAULT_GROUP} is for all who are in no group, others have one place"
            faults.append(Fault(f"/groups/{place}/code", detail))
        named.add((group["subject"], group["code"]))
        for at, member in enumerate(group["members"]):
            if (group["subject"], member) in placed:
                faults.append(Fault(f"/groups/{place}/members/{at}", f"{member} is in a group already"))
            placed.add((group["subject"], member))
    return faults


def composite_of(content: Mapping[str, Any]) -> Composite:
    """A composite from the JSON in which it is kept; numbers as they were written."""
    parts = (Part(one["indicator"], number(one["weight"]), _mapping(one["mapping"])) for one in content["parts"])
    return Composite(tuple(parts), content["minimum_sample"])


def _mapping(content: Mapping[str, Any]) -> Points:
    if content["kind"] == "linear":
        return Linear(number(content["zero"]), number(content["full"]))
    return Steps(tuple((number(step["at_least"]), number(step["points"])) for step in content["steps"]))


def number(value: float) -> Decimal:
    """The decimal number that somebody wrote; a double is written as its shortest form, which is that again."""
    return Decimal(str(value))


def grades_of(content: Mapping[str, Any]) -> tuple[Grade, ...]:
    """Grades from the JSON in which they are kept."""
    return tuple(Grade(one["code"], one["colour"], number(one["at_least"])) for one in content["grades"])


def groups_of(content: Mapping[str, Any]) -> tuple[Group, ...]:
    """Peer groups from the JSON in which they are kept."""
    return tuple(
        Group(Subject(one["subject"]), one["code"], one["name"], frozenset(one["members"])) for one in content["groups"]
    )


class Compared(StrEnum):
    """What a figure is compared with: 环比 the period before, 同比 the same one of the year before."""

    PREVIOUS = "previous"
    YEAR_BEFORE = "year_before"


POINT_PLACES = Decimal("0.0001")


def change(indicator: str, now: Figure, before: Figure | None) -> float | None:
    """By how much a figure has grown: percentage points for rates, else in its own unit; None where either is nothing.

    Example:
        >>> change("closed_rate", Figure(911, 972, 911 / 972), Figure(737, 972, 737 / 972))
        17.9012
    """
    new = exact_value(indicator, now)
    old = None if before is None else exact_value(indicator, before)
    if new is None or old is None:
        return None
    scale = FULL if INDICATORS[indicator].form is Form.RATE else 1
    return float(rounded((new - old) * scale, POINT_PLACES))
