"""Every indicator worked out by hand, three times at least, with the cases on each of its four sides.

The lives are those of `stories`; each line below says which of them stand where and why. The hand's word is held
against the product's and against the naive count, so that none of the two can be wrong unnoticed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from app.core import clock
from app.evaluation import service
from app.evaluation.rules.indicators import AREAS, INDICATORS, Side, Subject
from tests.evaluation.compared import SIDES, View, shown
from tests.evaluation.conftest import at
from tests.evaluation.histories import Made, history, holders
from tests.evaluation.naive.counting import Figure
from tests.evaluation.naive.figures import Facts
from tests.evaluation.stories import FARTHER, FIRST, SECOND, Lives
from tests.walk.naive_time import NaiveCalendar

pytestmark = pytest.mark.slow

FIGURES = Path(__file__).parents[2] / "docs" / "figures.md"
TUE, WED, MARCH = "2026-03-10", "2026-03-11", "2026-03"
CITY, DISTRICT, STREET, COMMUNITY, CELL, UNIT, INSPECTOR, OPERATOR, LEADER, DISPATCHER = Subject
NEARER, FURTHER = "310101", "310102"
NAMED = re.compile(r"`([a-z0-9_]+)`")


@dataclass(frozen=True)
class Example:
    """What a figure is as of an hour; lists of labels, one for each time that a case counts.

    Shape: `value` where it is not the share of the numerator in the denominator; `total` of a mean: the sum.
    """

    indicator: str
    subject: Subject
    code: str
    period: str
    hour: float
    numerator: str
    denominator: str
    exempt: str = ""
    deferred: str = ""
    value: float | None = None
    total: int | None = None

    @property
    def sides(self) -> dict[str, Counter[str]]:
        return {side: Counter(getattr(self, side).split()) for side in SIDES}

    @property
    def figure(self) -> tuple[float | None, ...]:
        """(numerator, denominator, value, exempt, deferred), as the API has them."""
        some, of, exempt, deferred = (self.sides[side].total() for side in SIDES)
        if self.indicator in {"filed", "reports", "dispatched"}:
            return some, None, some, exempt, deferred
        if self.indicator.endswith("_s"):
            return None, of, self.value, exempt, deferred
        if self.total is not None:
            return self.total, of, self.value, exempt, deferred
        return some, of, some / of if of else None, exempt, deferred

    def __str__(self) -> str:
        return f"{self.indicator} of {self.subject} {self.code} in {self.period} at {self.hour}"


ONE_TO_EIGHT = "A B C D E F G H"
BY_HAND = (
    # U01 on Tuesday at 22:00: A and H by 17:00, B and D after 18:00, C never; E is on hold though 18:00 has passed, F
    # was extended to Wednesday, G went back and is nobody's.
    Example("on_time_handled_rate", UNIT, "U01", TUE, 10, "A H", "A B C D H", deferred="E"),
    # At 18:30: D was finished at 17:00 and nobody has checked it yet; B and C are overdue.
    Example("on_time_handled_rate", UNIT, "U01", TUE, 6.5, "A D H", "A B C D H", deferred="E"),
    # U02 before and after J's appeal is granted: forced I counts at its deadline, void K nowhere, L is on hold.
    Example("on_time_handled_rate", UNIT, "U02", TUE, 8.5, "", "I J", deferred="L"),
    Example("on_time_handled_rate", UNIT, "U02", TUE, 10, "", "I", exempt="J", deferred="L"),
    # Wednesday: E and F by their later deadlines, G by the fresh one of U02; H was opened again and is overdue.
    Example("on_time_handled_rate", DISTRICT, NEARER, WED, 31, "E F G", "E F G H"),
    Example("handled_rate", UNIT, "U01", TUE, 10, "A B D H", "A B C D H", deferred="E"),
    Example("handled_rate", UNIT, "U02", TUE, 8.5, "J", "I J", deferred="L"),
    # The city's March on Wednesday evening: C, reopened H and forced I were not handled.
    Example("handled_rate", CITY, "", MARCH, 31, "A B D E F G", "A B C D E F G H I", exempt="J", deferred="L"),
    Example("overdue_open_rate", UNIT, "U01", TUE, 6.5, "B C", "A B C D H", deferred="E"),
    # A day later E counts on Wednesday and H was opened again: both have left Tuesday.
    Example("overdue_open_rate", UNIT, "U01", TUE, 31, "C", "A B C D"),
    Example("overdue_open_rate", DISTRICT, FURTHER, TUE, 10, "I", "I", exempt="J", deferred="L"),
    Example("closed_rate", UNIT, "U01", TUE, 10, "A B D H", "A B C D H", deferred="E"),
    Example("closed_rate", UNIT, "U01", WED, 31, "E", "E F H"),
    # At 20:00: B was closed at 19:42, D is only just finished again.
    Example("closed_rate", COMMUNITY, FIRST, TUE, 8, "A B", "A B C D"),
    # By force is closed.
    Example("closed_rate", UNIT, "U02", TUE, 10, "I", "I", exempt="J", deferred="L"),
    # B and D are closed, but were late; I is closed, but was not handled; F and G are in time, but not closed.
    Example("on_time_closed_rate", UNIT, "U01", TUE, 10, "A H", "A B C D H", deferred="E"),
    Example("on_time_closed_rate", UNIT, "U02", TUE, 10, "", "I", exempt="J", deferred="L"),
    Example("on_time_closed_rate", STREET, "310101001", WED, 31, "E", "E F G H"),
    # D's check fails at 19:00.
    Example("rework_rate", UNIT, "U01", TUE, 10, "D", "A B C D H", deferred="E"),
    Example("rework_rate", UNIT, "U01", TUE, 6.5, "", "A B C D H", deferred="E"),
    Example("rework_rate", CELL, FIRST + "004", MARCH, 31, "D", "D"),
    Example("extension_rate", UNIT, "U01", TUE, 10, "", "A B C D H", deferred="E"),
    Example("extension_rate", UNIT, "U01", WED, 31, "F", "E F H"),
    Example("extension_rate", CELL, SECOND + "002", MARCH, 22, "F", "F"),
    # E's hold is over and it counts on Wednesday; at 10:00 it is neither done nor due, G is done on the very instant.
    Example("hold_rate", UNIT, "U01", WED, 31, "E", "E F H"),
    Example("hold_rate", COMMUNITY, SECOND, WED, 22, "", "F G"),
    # L has a granted hold, but is deferred as long as that lasts.
    Example("hold_rate", UNIT, "U02", TUE, 10, "", "I", exempt="J", deferred="L"),
    # P was filed by being accepted: the operator's, no shift leader's. K is filed at 12:54. H's reopening is no filing.
    Example("filed", DISTRICT, NEARER, TUE, 10, ONE_TO_EIGHT + " P", ONE_TO_EIGHT + " P"),
    Example("filed", OPERATOR, "operator", TUE, 0.5, ONE_TO_EIGHT + " I J L", ONE_TO_EIGHT + " I J L"),
    Example("filed", LEADER, "leader", TUE, 10, ONE_TO_EIGHT + " I J K L", ONE_TO_EIGHT + " I J K L"),
    Example("filed", DISTRICT, NEARER, WED, 31, "Q", "Q"),
    # What an inspector sent, whatever became of it; all that was reported of a place, also what was merged.
    Example("reports", INSPECTOR, "inspector1", TUE, 10, "P S T", "P S T"),
    Example("reports", DISTRICT, FURTHER, TUE, 10, "I J K L V1 V2 V3 V4", "I J K L V1 V2 V3 V4"),
    Example("reports", CELL, FIRST + "002", TUE, 10, "B R T", "B R T"),
    Example("reports", DISTRICT, NEARER, WED, 31, "Q", "Q"),
    # K is void from 13:54 on.
    Example("accurate_filing_rate", DISTRICT, FURTHER, TUE, 1.5, "I J K L", "I J K L"),
    Example("accurate_filing_rate", DISTRICT, FURTHER, TUE, 10, "I J L", "I J K L"),
    Example("accurate_filing_rate", LEADER, "leader", TUE, 10, ONE_TO_EIGHT + " I J L", ONE_TO_EIGHT + " I J K L"),
    Example(
        "accurate_filing_rate", OPERATOR, "operator", TUE, 10, ONE_TO_EIGHT + " I J L P", ONE_TO_EIGHT + " I J K L P"
    ),
    # L on its very instant, K at 12:54. V1 and V2 were never accepted nor filed: overdue, of an area and nobody.
    Example("on_time_filing_rate", LEADER, "leader", TUE, 10, ONE_TO_EIGHT + " I J L", ONE_TO_EIGHT + " I J K L"),
    # At 12:30 K is overdue since 12:21: that is the operator's who accepted it; no shift leader has filed it.
    Example("on_time_filing_rate", OPERATOR, "operator", TUE, 0.5, ONE_TO_EIGHT + " I J L", ONE_TO_EIGHT + " I J K L"),
    Example("on_time_filing_rate", LEADER, "leader", TUE, 0.5, ONE_TO_EIGHT + " I J L", ONE_TO_EIGHT + " I J L"),
    Example("on_time_filing_rate", DISTRICT, FURTHER, TUE, 10, "I J L", "I J K L V1 V2"),
    # C at 13:00 is late. G went back at 15:00: its second clock, due at 15:15, is the dispatcher's once they did it.
    Example("on_time_dispatch_rate", DISPATCHER, "dispatcher", TUE, 10, "A B D E F G H", ONE_TO_EIGHT),
    Example("on_time_dispatch_rate", DISPATCHER, "dispatcher", TUE, 31, "A B D E F G H", ONE_TO_EIGHT + " G"),
    # P was due at 13:21 and nobody dispatched it.
    Example("on_time_dispatch_rate", COMMUNITY, FIRST, TUE, 10, "A B D", "A B C D P"),
    # What goes to its owner by itself is in time.
    Example("on_time_dispatch_rate", DISTRICT, FURTHER, TUE, 10, "I J K L", "I J K L"),
    # All were due at 12:36: V1 before, V4 on the instant, V2 later, V3 never: they were asked by name.
    Example("on_time_verify_rate", INSPECTOR, "inspector3", TUE, 10, "V1 V4", "V1 V2 V3 V4"),
    Example("on_time_verify_rate", INSPECTOR, "inspector3", TUE, 0.6, "V1 V4", "V1 V4"),
    Example("on_time_verify_rate", COMMUNITY, FARTHER, TUE, 1, "V1 V4", "V1 V2 V3 V4"),
    # B's took 36 minutes, D's first one two hours; H's check stays, though H was opened again.
    Example("on_time_check_rate", INSPECTOR, "inspector1", TUE, 10, "A D", "A B D D"),
    Example("on_time_check_rate", INSPECTOR, "outsider", TUE, 31, "H", "H"),
    Example("on_time_check_rate", INSPECTOR, "inspector3", TUE, 10, "J", "J"),
    # Nobody came to F and G: of an area, and of nobody.
    Example("on_time_check_rate", COMMUNITY, SECOND, WED, 31, "E", "E F G"),
    Example("on_time_check_rate", INSPECTOR, "outsider", WED, 31, "E", "E"),
    # D after 24 minutes. T was never accepted: the shift leader's alone. Forced I had no such clock.
    Example("on_time_close_rate", LEADER, "leader", TUE, 10, "A B H J T", "A B D H J T"),
    Example("on_time_close_rate", OPERATOR, "operator", TUE, 10, "A B H J", "A B D H J"),
    Example("on_time_close_rate", DISTRICT, FURTHER, TUE, 10, "J", "J"),
    # G comes back at 15:00.
    Example("accurate_dispatch_rate", DISPATCHER, "dispatcher", TUE, 2.5, ONE_TO_EIGHT, ONE_TO_EIGHT),
    Example("accurate_dispatch_rate", DISPATCHER, "dispatcher", TUE, 10, "A B C D E F H", ONE_TO_EIGHT),
    Example("accurate_dispatch_rate", DISPATCHER, "dispatcher", WED, 31, "G", "G"),
    Example("accurate_dispatch_rate", DISTRICT, FURTHER, TUE, 10, "I J K L", "I J K L"),
    Example("dispatched", UNIT, "U01", TUE, 10, ONE_TO_EIGHT, ONE_TO_EIGHT),
    Example("dispatched", UNIT, "U02", WED, 31, "G", "G"),
    Example("dispatched", COMMUNITY, SECOND, WED, 31, "G", "G"),
    Example("dispatched", DISPATCHER, "dispatcher", MARCH, 31, ONE_TO_EIGHT + " G", ONE_TO_EIGHT + " G"),
    # P was filed, T put right on the spot and closed at 13:12, S rejected.
    Example("valid_report_rate", INSPECTOR, "inspector1", TUE, 1.15, "P", "P S T"),
    Example("valid_report_rate", INSPECTOR, "inspector1", TUE, 10, "P T", "P S T"),
    # V4 was not real; V1 and V2 await filing, V3 the inspector; void K had been filed.
    Example("valid_report_rate", DISTRICT, FURTHER, TUE, 10, "I J K L", "I J K L V4"),
    # R went into B, which was filed.
    Example("valid_report_rate", CELL, FIRST + "002", TUE, 10, "B R T", "B R T"),
    # Of what was filed only P was found by an inspector; of the first community inspector1 holds the zone.
    Example("missed_rate", DISTRICT, NEARER, TUE, 10, ONE_TO_EIGHT, ONE_TO_EIGHT + " P"),
    Example("missed_rate", INSPECTOR, "inspector1", TUE, 10, "A B C D", "A B C D P"),
    Example("missed_rate", INSPECTOR, "outsider", TUE, 10, "E F G H", "E F G H"),
    Example("missed_rate", CELL, FIRST + "004", TUE, 10, "D", "D P"),
    # Q is filed on Wednesday in the place of A. H was opened again: no closing holds any more.
    Example("repeat_rate", UNIT, "U01", TUE, 10, "", "A B D H"),
    Example("repeat_rate", UNIT, "U01", TUE, 31, "A", "A B D"),
    Example("repeat_rate", UNIT, "U02", TUE, 10, "", "I J"),
    Example("repeat_rate", COMMUNITY, FIRST, TUE, 31, "A", "A B D T"),
    # A 5, B 3, J 4: (5 + 3) / 2, 5 / 1 before B's, 12 / 3 of the city.
    Example("satisfaction_mean", UNIT, "U01", TUE, 10, "A B", "A B", value=4, total=8),
    Example("satisfaction_mean", UNIT, "U01", TUE, 7, "A", "A", value=5, total=5),
    Example("satisfaction_mean", CITY, "", TUE, 10, "A B J", "A B J", value=4, total=12),
    # 4 is enough.
    Example("satisfaction_share", UNIT, "U01", TUE, 10, "A", "A B"),
    Example("satisfaction_share", UNIT, "U02", TUE, 10, "J", "J"),
    Example("satisfaction_share", CITY, "", TUE, 10, "A J", "A B J"),
    # A and H 3 hours each, B and D 4 by 18:00: (10 800 + 14 400) / 2.
    Example("handling_median_s", UNIT, "U01", TUE, 10, "A B D H", "A B D H", deferred="E", value=12_600),
    # E 1 + 2 hours without its hold, F 4 + 1.
    Example("handling_median_s", UNIT, "U01", WED, 31, "E F", "E F", value=14_400),
    # G 2 hours, by the clock of U02.
    Example("handling_median_s", DISTRICT, NEARER, WED, 31, "E F G", "E F G", value=10_800),
    # Of 4 the place 0.9 × 3 = 2.7 lies between two of 14 400; of 2 it is 0.9: 10 800 + 0.9 × 7 200; of 3 it is 1.8.
    Example("handling_p90_s", UNIT, "U01", TUE, 10, "A B D H", "A B D H", deferred="E", value=14_400),
    Example("handling_p90_s", UNIT, "U01", WED, 31, "E F", "E F", value=17_280),
    Example("handling_p90_s", DISTRICT, NEARER, WED, 31, "E F G", "E F G", value=16_560),
)


def test_every_indicator_has_three_examples():
    """Every one of the table in docs/figures.md, for areas and for whoever else it is of."""
    found = Counter(example.indicator for example in BY_HAND)
    rows = [line.split("|")[1] for line in FIGURES.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert set(found) == {name for row in rows for name in NAMED.findall(row)} | {"dispatched"} == set(INDICATORS)
    assert not [name for name, times in found.items() if times < 3]
    for name, one in INDICATORS.items():
        kinds = {example.subject for example in BY_HAND if example.indicator == name}
        assert kinds & AREAS, name
        assert kinds >= one.subjects - AREAS, name


@pytest.mark.usefixtures("asked_once")
def test_the_product_and_the_naive_count_say_what_the_hand_says(session, city):
    numbers = Lives(session, city).tell()
    labels = {number: label for label, number in numbers.items()}
    made, now = told(session, city, numbers), clock.now()
    wrong = []
    for (hour, subject, period), examples in groupby(sorted(BY_HAND, key=place), key=place):
        view = View.of(session, made, at(hour), now)
        naive, product = view.naive(subject, period), Answers(view, view.asked(subject, period), now)
        for one in examples:
            for who, (figure, lists) in (("product", product.of(one)), ("naive", by_naive(naive, one))):
                named = {side: Counter({labels[case]: times for case, times in lists[side].items()}) for side in SIDES}
                if (figure, named) != (one.figure, one.sides):
                    wrong.append(f"{one}, {who}: {figure} {named}, by hand {one.figure} {one.sides}")
    assert not wrong, "\n".join(wrong)


def place(one):
    return one.hour, one.subject, one.period


def told(session, city, numbers):
    """What the API tells of the lives, for the naive count."""

    def rows(sql):
        return list(session.connection().exec_driver_sql(sql))

    reader, now = city.who(session, "operator", clock.now()), clock.now()
    calendars = [NaiveCalendar.of(row[0]) for row in rows("SELECT to_jsonb(v) FROM calendar_versions v")]
    return Made(
        numbers=list(numbers.values()),
        told={number: history(session, number, reader, now) for number in numbers.values()},
        facts=Facts({one.version: one for one in calendars}, holders(rows)),
        users={str(one): name for name, one in city.people.items()},
        units={str(one): code for code, one in city.units.items()},
        actions=Counter(),
    )


class Answers:
    """What the product says of one kind of subject in a period: the figures of all of them, asked for once."""

    def __init__(self, view, asked, now):
        self.session, self.asked, self.now = view.session, asked, now
        found = service.indicators_of(view.session, asked, service.wanted_indicators(asked.subject, ()), now=now)
        self.figures = {"" if asked.subject is CITY else code: figures for _, code, _, figures in found}

    def of(self, one):
        figure, indicator = self.figures[one.code][one.indicator], INDICATORS[one.indicator]
        lists = {
            side: Counter(
                item["number"]
                for item in service.cases_behind(
                    self.session, self.asked, indicator, one.code, Side(side), now=self.now
                )
            )
            for side in SIDES
        }
        return (figure.numerator, figure.denominator, figure.value, figure.exempt, figure.deferred), lists


def by_naive(naive, one):
    keys = (one.code,) if one.subject is not CITY else tuple({code for code, _ in naive})
    figure = next((naive[key, one.indicator] for key in keys if (key, one.indicator) in naive), Figure(one.indicator))
    return shown(figure), {side: getattr(figure, side) for side in SIDES}
