"""Whom the system asks, over the whole domain of what decides it."""

import doctest
from itertools import permutations, product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.rules import asking
from app.cases.rules.asking import Candidate, whom_to_ask

ids = st.integers(1, 40).map(lambda n: UUID(int=n))
people = st.lists(
    st.builds(
        Candidate,
        user_id=ids,
        on_shift=st.booleans(),
        distance_m=st.none() | st.floats(0, 50_000, allow_nan=False),
        in_zone=st.booleans(),
        load=st.integers(0, 20),
        took_part=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.user_id,
)
left_out = st.lists(ids, max_size=6)


def test_examples():
    assert doctest.testmod(asking).failed == 0


def person(n=1, *, on_shift=True, distance_m=None, in_zone=False, load=0, took_part=False):
    return Candidate(UUID(int=n), on_shift, distance_m, in_zone, load, took_part)


# Each line: who comes first, and why, against the second.
@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(person(2), person(1, on_shift=False, in_zone=True), id="on shift before everybody else"),
        pytest.param(person(2, distance_m=9_000.0), person(1, in_zone=True), id="a known place before the zone"),
        pytest.param(person(2, distance_m=90.0, load=9), person(1, distance_m=91.0, in_zone=True), id="the nearest"),
        pytest.param(person(2, distance_m=0.0), person(1, distance_m=0.5), id="on the spot is a place"),
        pytest.param(person(2, in_zone=True, load=9), person(1), id="then of the duty zone"),
        pytest.param(person(2, in_zone=True), person(1, in_zone=True, load=1), id="then who has least to do"),
        pytest.param(person(1), person(2), id="then by id"),
        pytest.param(person(2, distance_m=9e6), person(1, distance_m=1.0, took_part=True), id="not who verified it"),
        pytest.param(person(1, took_part=True), person(2, on_shift=False, in_zone=True), id="on shift all the same"),
        pytest.param(
            person(2, on_shift=False, in_zone=True),
            person(1, on_shift=False, in_zone=True, load=1),
            id="off shift who has least to do",
        ),
        pytest.param(
            person(1, on_shift=False, in_zone=True, took_part=True),
            person(2, on_shift=False, in_zone=True),
            id="off shift by id, whoever verified it",
        ),
    ],
)
def test_who_comes_first(first, second):
    for order in permutations([first, second]):
        assert whom_to_ask(order, without=[]) == first.user_id


def test_nobody_off_shift_outside_the_zone_is_asked():
    assert whom_to_ask([person(1, on_shift=False)], without=[]) is None
    assert whom_to_ask([], without=[]) is None


def test_on_shift_only_asks_nobody_else():
    off = person(1, on_shift=False, in_zone=True)
    assert whom_to_ask([off], without=[], on_shift_only=True) is None
    assert whom_to_ask([off, person(2)], without=[], on_shift_only=True) == UUID(int=2)


def test_the_order_holds_over_every_pair_of_the_domain():
    """Exhaustively: of two, the one that is asked is the first by the sentence in the rule."""
    domain = [
        person(1, on_shift=on, distance_m=metres, in_zone=zone, load=load, took_part=took)
        for on, metres, zone, load, took in product([0, 1], [None, 0.0, 7.5], [0, 1], [0, 3], [0, 1])
    ]
    for one, other in product(domain, domain):
        other_person = other._replace(user_id=UUID(int=2))
        assert whom_to_ask([one, other_person], []) == sentence(one, other_person)


def sentence(one, other):
    """The sentence read by itself, not as a sort key."""
    on = [who for who in (one, other) if who.on_shift]
    if not on:
        zone = [who for who in (one, other) if who.in_zone]
        least = [who for who in zone if who.load == min(each.load for each in zone)]
        return least[0].user_id if least else None
    fresh_eyes = [who for who in on if not who.took_part] or on
    placed = [who for who in fresh_eyes if who.distance_m is not None]
    nearest = [who for who in placed if who.distance_m == min(each.distance_m for each in placed)] or fresh_eyes
    zone = [who for who in nearest if who.in_zone] or nearest
    least = [who for who in zone if who.load == min(each.load for each in zone)]
    return least[0].user_id


@given(people, left_out, st.booleans())
def test_whoever_is_left_out_is_never_asked(candidates, without, on_shift_only):
    asked = whom_to_ask(candidates, without, on_shift_only=on_shift_only)
    assert asked not in without


@given(people, left_out)
def test_somebody_on_shift_is_asked_where_there_is_one(candidates, without):
    left = [one for one in candidates if one.user_id not in without]
    asked = next((one for one in left if one.user_id == whom_to_ask(candidates, without)), None)
    if any(one.on_shift for one in left):
        assert asked is not None
        assert asked.on_shift
        fresh_eyes = [one for one in left if one.on_shift and not one.took_part]
        assert asked.took_part is (not fresh_eyes)
    else:
        assert (asked is None) is not any(one.in_zone for one in left)


@given(people, left_out, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(candidates, without, chance):
    mixed = list(candidates)
    chance.shuffle(mixed)
    assert whom_to_ask(mixed, without) == whom_to_ask(candidates, without)
