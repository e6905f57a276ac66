"""Scores: mappings, weights, parts with nothing to count, grades, ranks and comparisons, over their domain."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.evaluation.rules.indicators import INDICATORS, Figure, Subject
from app.evaluation.rules.scores import (
    Composite,
    Grade,
    Group,
    Linear,
    Part,
    Steps,
    Unranked,
    change,
    composite_of,
    faults_of_composite,
    faults_of_grades,
    faults_of_groups,
    grade_of,
    group_of,
    ranks,
    rounded,
    score,
    unranked,
)

pytestmark = pytest.mark.slow

SHARE, FEW = Linear(Decimal(0), Decimal(1)), Linear(Decimal(1), Decimal(0))
RATES = ("closed_rate", "on_time_handled_rate", "rework_rate")
GRADES = tuple(
    Grade(code, colour, Decimal(least))
    for code, colour, least in (
        ("A", "green", 90),
        ("B", "blue", 75),
        ("C", "yellow", 60),
        ("D", "red", 40),
        ("E", "black", 0),
    )
)
decimals = st.decimals(-1000, 1000, places=2)
values = st.fractions(-2000, 2000, max_denominator=1000)
scores = st.decimals(0, 100, places=2)


def rate(numerator, denominator):
    return Figure(numerator, denominator, numerator / denominator if denominator else None)


@st.composite
def rates(draw):
    denominator = draw(st.integers(0, 500))
    return rate(draw(st.integers(0, denominator)), denominator)


@st.composite
def weights(draw):
    """Weights of four places that make 1."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), min_size=2, max_size=2)))
    return [Decimal(after - before) / 10_000 for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]


def composite(shares, minimum=10):
    mappings = (SHARE, SHARE, FEW)
    return Composite(tuple(Part(*part) for part in zip(RATES, shares, mappings, strict=True)), minimum)


@settings(deadline=None)
@given(decimals, decimals, values)
def test_a_linear_mapping_stays_between_nothing_and_all_and_meets_its_ends(zero, full, value):
    assume(zero != full)
    mapping = Linear(zero, full)
    assert 0 <= mapping.points(value) <= 100
    assert (mapping.points(Fraction(zero)), mapping.points(Fraction(full))) == (0, 100)
    assert mapping.points((Fraction(zero) + Fraction(full)) / 2) == 50
    assert mapping.points(value) == 100 - Linear(full, zero).points(value)


@settings(deadline=None)
@given(st.lists(st.tuples(decimals, scores), min_size=1, unique_by=lambda step: step[0]), values)
def test_steps_give_the_points_of_the_last_one_reached(steps, value):
    rising = tuple(zip(sorted(least for least, _ in steps), sorted(points for _, points in steps), strict=True))
    reached = [points for least, points in rising if value >= least]
    assert Steps(rising).points(value) == (reached[-1] if reached else 0)
    assert all(Steps(rising).points(Fraction(least)) == points for least, points in rising)


@settings(deadline=None)
@given(weights(), st.lists(rates(), min_size=3, max_size=3))
def test_a_score_is_the_weighted_mean_of_the_parts_that_count(shares, figures):
    found = score(composite(shares), dict(zip(RATES, figures, strict=True)))
    points = [
        None if figure.denominator == 0 else Fraction(figure.numerator, figure.denominator) * 100 for figure in figures
    ]
    points[2] = None if points[2] is None else 100 - points[2]
    there = [(Fraction(share), one) for share, one in zip(shares, points, strict=True) if one is not None]
    assert found.left_out == tuple(name for name, one in zip(RATES, points, strict=True) if one is None)
    assert Fraction(found.weight) == sum(share for share, _ in there)
    assert found.sample == max(figure.denominator for figure in figures)
    if not there:
        assert found.value is None
        return
    mean = sum(share * one for share, one in there) / sum(share for share, _ in there)
    assert abs(Fraction(found.value) - mean) <= Fraction(1, 200)
    assert min(one for _, one in there) - 1 <= found.value <= max(one for _, one in there) + 1


def test_a_score_of_nothing_is_nothing_and_volume_alone_is_no_score():
    by = composite_of(
        {
            "parts": [
                {
                    "indicator": "dispatched",
                    "weight": 0.1,
                    "mapping": {"kind": "steps", "steps": [{"at_least": 0, "points": 40}]},
                },
                {"indicator": "closed_rate", "weight": 0.9, "mapping": {"kind": "linear", "zero": 0, "full": 1}},
            ],
            "minimum_sample": 10,
        }
    )
    nothing = {"dispatched": Figure(0, None, 0), "closed_rate": rate(0, 0)}
    assert score(by, nothing).value is None
    assert score(by, nothing | {"dispatched": Figure(500, None, 500)}).value is None
    worked = score(by, nothing | {"closed_rate": rate(1, 2)})
    assert (worked.value, worked.weight, worked.left_out) == (Decimal("49.00"), 1, ())
    assert unranked(worked, by) is Unranked.SAMPLE
    assert unranked(score(by, nothing), by) is Unranked.NO_DATA


def test_the_public_worked_figures():
    by = Composite((Part("closed_rate", Decimal(1), SHARE),))
    assert score(by, {"closed_rate": rate(911, 972)}).value == Decimal("93.72")
    assert score(by, {"closed_rate": rate(737, 972)}).value == Decimal("75.82")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("100", "A"),
        ("90", "A"),
        ("89.99", "B"),
        ("75", "B"),
        ("74.99", "C"),
        ("60", "C"),
        ("59.99", "D"),
        ("40", "D"),
        ("39.99", "E"),
        ("0", "E"),
    ],
)
def test_a_grade_begins_at_its_border(value, code):
    assert grade_of(Decimal(value), GRADES).code == code


def test_what_is_shown_as_ninety_is_an_a():
    """89.995 is shown as 90.00."""
    found = score(Composite((Part("closed_rate", Decimal(1), SHARE),)), {"closed_rate": rate(17_999, 20_000)})
    assert (found.value, grade_of(found.value, GRADES).code) == (Decimal("90.00"), "A")
    assert grade_of(None, GRADES) is None


@settings(deadline=None)
@given(st.fractions(-1000, 1000))
def test_rounding_is_half_up_and_symmetric(value):
    found = rounded(value)
    assert abs(Fraction(found) - value) <= Fraction(1, 200)
    assert rounded(-value) == -found


@settings(deadline=None)
@given(st.lists(st.none() | scores))
def test_ranks_are_competition_ranks(listed):
    found = ranks(listed)
    there = [one for one in listed if one is not None]
    for value, rank in zip(listed, found, strict=True):
        assert rank == (None if value is None else 1 + sum(other > value for other in there))
    assert sorted(rank for rank in found if rank)[:1] == [1] * bool(there)


def test_equals_share_a_rank_and_the_next_is_skipped():
    assert ranks([Decimal(9), Decimal(8), Decimal(8), Decimal(7)]) == [1, 2, 2, 4]


@settings(deadline=None)
@given(weights())
def test_weights_that_make_one_exactly_are_taken(shares):
    assert faults_of_composite(Subject.UNIT, composite(shares)) == []


@settings(deadline=None)
@given(weights(), st.integers(0, 2), st.sampled_from([Decimal("0.0001"), Decimal("-0.0001")]))
def test_weights_that_miss_one_by_a_hair_are_not(shares, place, hair):
    shares[place] += hair
    assume(0 < shares[place] <= 1)
    assert [fault.pointer for fault in faults_of_composite(Subject.UNIT, composite(shares))] == ["/parts"]


def test_what_cannot_be_a_score_is_said_with_its_place():
    parts = (
        Part("missed_rate", Decimal("0.5"), SHARE),
        Part("closed_rate", Decimal("0.33333"), Linear(Decimal(1), Decimal(1))),
        Part("closed_rate", Decimal(0), Steps(((Decimal(5), Decimal(60)), (Decimal(5), Decimal(40))))),
    )
    assert [fault.pointer for fault in faults_of_composite(Subject.UNIT, Composite(parts))] == [
        "/parts/0/indicator",
        "/parts/1/weight",
        "/parts/1/mapping/full",
        "/parts/2/weight",
        "/parts/2/mapping/steps/1/at_least",
        "/parts/2/mapping/steps/1/points",
        "/parts/1/indicator",
        "/parts/2/indicator",
        "/parts",
    ]
    volume = Composite((Part("dispatched", Decimal(1), SHARE),))
    assert [fault.pointer for fault in faults_of_composite(Subject.UNIT, volume)] == ["/parts"]


def test_grades_fall_to_nothing():
    assert faults_of_grades(GRADES) == []
    wrong = (GRADES[1], GRADES[0], GRADES[1])
    assert {fault.pointer for fault in faults_of_grades(wrong)} == {
        "/grades/1/at_least",
        "/grades/2/at_least",
        "/grades/0/code",
        "/grades/2/code",
    }


def test_everybody_is_in_one_peer_group():
    groups = [Group(Subject.UNIT, "large", "大", frozenset({"U01"}))]
    assert group_of(groups, Subject.UNIT, "U01") == "large"
    assert group_of(groups, Subject.UNIT, "U02") == group_of(groups, Subject.DISTRICT, "U01") == "default"
    sent = [
        {"subject": "unit", "code": "large", "name": "大", "members": ["U01", "U01"]},
        {"subject": "unit", "code": "large", "name": "大", "members": ["U02"]},
        {"subject": "district", "code": "default", "name": "大", "members": ["U01"]},
    ]
    assert [fault.pointer for fault in faults_of_groups(sent)] == [
        "/groups/0/members/1",
        "/groups/1/code",
        "/groups/2/code",
    ]


@settings(deadline=None)
@given(rates(), rates())
def test_rates_are_compared_in_percentage_points(now, before):
    found = change("closed_rate", now, before)
    if now.denominator == 0 or before.denominator == 0:
        assert found is None
    else:
        assert found == pytest.approx((now.value - before.value) * 100, abs=0.0001)
    assert change("closed_rate", now, None) is None


def test_counts_and_times_are_compared_in_their_own_unit():
    assert change("filed", Figure(12, None, 12), Figure(20, None, 20)) == -8
    assert change("handling_median_s", Figure(None, 3, 90.5), Figure(None, 2, 60.0)) == 30.5
    assert set(RATES) <= set(INDICATORS)
