"""Lamps that turn are told once each, the most urgent first."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.cases import service
from tests.factories.cases import act, to_state
from tests.factories.reports import a_report


@pytest.fixture
def told(session):
    def numbers():
        rows = session.execute(text("SELECT number FROM changes WHERE kind = 'case.lamp' ORDER BY seq")).scalars()
        return list(rows)

    return numbers


def test_each_lamp_is_told_once(session, city, now, told):
    """A received case has fifteen minutes: yellow after twelve."""
    number = a_report(session, city, now)["number"]
    minutes = [11, 12, 13, 14, 15, 16, 60]
    counts = [service.tell_lamps(session, now=now + timedelta(minutes=passed), most=10) for passed in minutes]
    assert counts == [0, 1, 0, 0, 1, 0, 0]
    assert told() == [number, number]


def test_after_a_stop_red_comes_first_and_once(session, city, now, told):
    fresh = a_report(session, city, now + timedelta(minutes=17))["number"]
    first = a_report(session, city, now)["number"]
    second = a_report(session, city, now + timedelta(minutes=1))["number"]
    later = now + timedelta(minutes=30)
    assert service.tell_lamps(session, now=later, most=2) == 2
    assert service.tell_lamps(session, now=later, most=2) == 1
    assert service.tell_lamps(session, now=later, most=2) == 0
    assert told() == [first, second, fresh]


def test_a_clock_on_hold_or_done_is_not_told(session, city, now, told):
    held = a_report(session, city, now)["number"]
    to_state(session, city, held, "on_hold", now)
    closed = a_report(session, city, now)["number"]
    to_state(session, city, closed, "closed", now)
    assert service.tell_lamps(session, now=now + timedelta(days=3), most=10) == 0
    assert told() == []


def test_an_extended_clock_is_told_again_when_it_turns_again(session, city, now, told):
    number = a_report(session, city, now)["number"]
    to_state(session, city, number, "handling", now)
    # Four working hours from ten o'clock, with the noon break: yellow at 15:12, red at 16:00.
    yellow = now + timedelta(hours=5, minutes=13)
    assert service.tell_lamps(session, now=yellow, most=10) == 1
    act(session, city, number, "request_extension", "unit1", yellow, limit=4, unit="working_hour", reason="零件未到")
    act(session, city, number, "decide_extension", "leader", yellow, granted=True)
    assert service.tell_lamps(session, now=yellow + timedelta(hours=1), most=10) == 0
    assert service.tell_lamps(session, now=now + timedelta(days=1), most=10) == 1
    assert told() == [number, number]
