"""What a track can be."""

import doctest
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.duty import rules
from app.duty.rules import AHEAD_AT_MOST, JUMP_M_S, Fix, judge, jumps, metres

BEGAN = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=2)
SECOND = timedelta(seconds=1)
HERE = (121.4737, 31.2304)

instants = st.integers(-7_200, 14_400).map(lambda s: BEGAN + s * SECOND)
fixes = st.builds(
    Fix,
    instants,
    st.floats(121.0, 122.0, allow_nan=False),
    st.floats(31.0, 32.0, allow_nan=False),
    st.none() | st.floats(0, 2_000),
)


def test_examples():
    assert doctest.testmod(rules).failed == 0


def a_fix(seconds: float, lon: float = HERE[0], lat: float = HERE[1], accuracy_m: float | None = 5.0) -> Fix:
    return Fix(BEGAN + seconds * SECOND, lon, lat, accuracy_m)


def judged(*given, last=None):
    return judge(given, started_at=BEGAN, last=last, now=NOW)


def test_points_come_in_any_order_and_are_kept_in_that_of_time():
    found = judged(a_fix(30), a_fix(10), a_fix(20))
    assert [point.fix for point in found.points] == [a_fix(10), a_fix(20), a_fix(30)]
    assert (found.refused, found.repeated) == ((), 0)


@pytest.mark.parametrize(
    ("at", "word"),
    [
        (BEGAN - timedelta(microseconds=1), "before the shift"),
        (NOW + AHEAD_AT_MOST + timedelta(microseconds=1), "future"),
        (BEGAN, None),
        (NOW + AHEAD_AT_MOST, None),
    ],
)
def test_before_the_shift_and_in_the_future_nobody_was_anywhere(at, word):
    found = judge([a_fix(10), Fix(at, *HERE)], started_at=BEGAN, last=None, now=NOW)
    if word is None:
        assert (found.refused, len(found.points)) == ((), 2)
    else:
        assert [one.place for one in found.refused] == [1]
        assert word in found.refused[0].detail
        assert len(found.points) == 1


def test_an_instant_said_twice_is_one_point_the_first_one():
    found = judged(a_fix(10), a_fix(10, lon=121.5))
    assert [point.fix for point in found.points] == [a_fix(10)]
    assert found.repeated == 1


def test_a_jump_is_marked_and_kept():
    found = judged(a_fix(10), a_fix(20, lon=121.6), a_fix(30, lon=121.6))
    assert [point.jumped for point in found.points] == [False, True, False]
    # 120 m in ten seconds is a car.
    assert not judged(a_fix(10), a_fix(20, lat=HERE[1] + 0.001)).points[1].jumped
    # What both accuracies explain is no jump.
    assert not judged(a_fix(10), a_fix(20, lat=HERE[1] + 0.01, accuracy_m=900.0)).points[1].jumped


def test_the_first_point_is_measured_from_the_last_position_if_that_is_older():
    assert judged(a_fix(20, lon=121.6), last=a_fix(10)).points[0].jumped
    assert not judged(a_fix(20, lon=121.6), last=a_fix(20)).points[0].jumped
    assert not judged(a_fix(20, lon=121.6), last=a_fix(25)).points[0].jumped


def test_metres_are_those_of_the_earth():
    assert metres(a_fix(0, 121.0, 31.0), a_fix(0, 121.0, 32.0)) == pytest.approx(110_900, rel=0.005)
    assert metres(a_fix(0, 121.0, 31.0), a_fix(0, 122.0, 31.0)) == pytest.approx(95_500, rel=0.005)
    assert metres(a_fix(0, 0.0, 0.0), a_fix(0, 180.0, 0.0)) == pytest.approx(20_015_000, rel=0.001)


@given(st.lists(fixes, max_size=30), st.none() | fixes)
def test_every_position_is_kept_once_or_refused_with_its_place(given_fixes, last):
    found = judge(given_fixes, started_at=BEGAN, last=last, now=NOW)
    kept = [point.fix.at for point in found.points]
    assert len(found.points) + len(found.refused) + found.repeated == len(given_fixes)
    assert kept == sorted(set(kept))
    assert all(BEGAN <= at <= NOW + AHEAD_AT_MOST for at in kept)
    for one in found.refused:
        assert not BEGAN <= given_fixes[one.place].at <= NOW + AHEAD_AT_MOST


@given(st.lists(fixes, max_size=12, unique_by=lambda fix: fix.at), st.randoms(use_true_random=False))
def test_the_order_of_sending_changes_nothing(given_fixes, chance: random.Random):
    mixed = list(given_fixes)
    chance.shuffle(mixed)
    first, second = judged(*given_fixes), judged(*mixed)
    assert first.points == second.points
    assert len(first.refused) == len(second.refused)


@given(fixes, fixes)
def test_nobody_jumps_who_had_time_enough(one, other):
    before, after = sorted([one, other], key=lambda fix: fix.at)
    apart = metres(before, after)
    enough = after._replace(at=before.at + timedelta(seconds=apart / JUMP_M_S + 1))
    assert not jumps(before, enough)
