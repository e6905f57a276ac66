"""The planned past: enough of it, in all states, and never ahead of the clock."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from app.catalog.rules import Condition, Limit, Unit
from app.cli.demo_city.lives import PAST, Ground, plan_past, wall_time
from app.cli.demo_city.matters import MATTERS, WITHOUT_RULE
from app.cli.demo_city.places import Places

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "grid_data"
NOBODY = UUID(int=0)
MOMENTS = [
    datetime(2026, 3, 10, 2, 0, tzinfo=UTC),
    datetime(2026, 10, 4, 20, 15, tzinfo=UTC),
    datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
]


def a_condition(amount, unit):
    return Condition(NOBODY, NOBODY, 1, "", Limit(Decimal(amount), unit), "")


@pytest.fixture(scope="module")
def ground():
    limits = [a_condition(*one) for one in ((2, Unit.URGENT_HOUR), (4, Unit.WORKING_HOUR), (15, Unit.WORKING_DAY))]
    return Ground(Places(DATA), {(m.scheme, m.kind, m.code): limits for m in (*MATTERS, WITHOUT_RULE)})


@pytest.mark.parametrize("now", MOMENTS)
def test_nothing_is_planned_ahead_of_now_nor_before_the_past_began(ground, now):
    lives = plan_past(ground, now, Random(1))
    assert len(lives) >= 500
    for life in lives:
        instants = [life.opened_at, *(at for _, at in life.steps)]
        assert instants == sorted(instants)
        assert instants[-1] < now
        assert instants[0] > now - PAST - timedelta(days=30)


def test_cases_are_opened_in_order(ground):
    opened = [life.opened_at for life in plan_past(ground, MOMENTS[0], Random(1))]
    assert opened == sorted(opened)


def test_the_same_dice_plan_the_same_past(ground):
    assert plan_past(ground, MOMENTS[0], Random(5)) == plan_past(ground, MOMENTS[0], Random(5))


def test_every_matter_occurs_and_lies_on_fitting_ground(ground):
    lives = plan_past(ground, MOMENTS[0], Random(1))
    assert Counter(life.matter for life in lives).keys() == {*MATTERS, WITHOUT_RULE}
    assert all(life.place.cell.startswith("9901") for life in lives)
    assert all(life.joined.cell == life.place.cell for life in lives)


def test_what_an_inspector_fixed_on_the_spot_that_inspector_reported(ground):
    for life in plan_past(ground, MOMENTS[0], Random(1)):
        if "self_handle" in dict(life.steps):
            assert life.reporter in life.place.inspectors
            assert life.matter.self_handled
        if "rate" in dict(life.steps):
            assert life.reporter.startswith("citizen")


def test_a_limit_lasts_longer_on_the_wall_than_in_working_time():
    assert wall_time(a_condition(2, Unit.URGENT_HOUR)) == timedelta(hours=2)
    assert wall_time(a_condition(5, Unit.WORKING_DAY)) == timedelta(days=7)
