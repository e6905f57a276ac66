"""Periods: names, days, instants in the city's zone, and those they are compared with."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evaluation.rules.periods import Kind, before, named, period_of, year_before

CITY = ZoneInfo("Asia/Shanghai")
days = st.dates(date(2002, 1, 1), date(2199, 12, 31))
kinds = st.sampled_from(Kind)


@pytest.mark.parametrize(
    ("name", "first", "beyond"),
    [
        ("2026-10-05", "2026-10-05", "2026-10-06"),
        ("2026-W41", "2026-10-05", "2026-10-12"),
        ("2026-W01", "2025-12-29", "2026-01-05"),
        ("2026-W53", "2026-12-28", "2027-01-04"),
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
    ],
)
def test_a_period_by_its_name(name, first, beyond):
    found = period_of(name)
    assert (found.name, found.first.isoformat(), found.beyond.isoformat()) == (name, first, beyond)


@pytest.mark.parametrize(
    "name", ["", "2026-13", "2026-00", "2026-Q5", "2026-W54", "2025-W53", "2026-02-30", "26-10", "2026-1", "1999", "x"]
)
def test_what_is_no_period_says_so(name):
    with pytest.raises(ValueError, match=rf"^'?{name}'? is "):
        period_of(name)


def test_a_period_is_the_citys_and_half_open():
    month = period_of("2026-10")
    assert month.start(CITY) == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert month.end(CITY) == datetime(2026, 10, 31, 16, tzinfo=UTC)


def test_where_clocks_change_a_day_has_the_hours_it_has():
    day = period_of("2026-03-29")
    berlin = ZoneInfo("Europe/Berlin")
    assert day.end(berlin) - day.start(berlin) == timedelta(hours=23)


@given(days, kinds)
def test_every_day_lies_in_one_period_of_a_kind(day, kind):
    found = named(kind, day)
    assert found.first <= day < found.beyond
    assert period_of(found.name) == found
    assert named(kind, found.beyond - timedelta(days=1)) == found
    assert named(kind, found.beyond).first == found.beyond


@given(days, kinds)
def test_the_period_before_ends_where_this_one_begins(day, kind):
    found = named(kind, day)
    assert before(found).beyond == found.first
    assert before(found).kind is kind


@given(days, kinds)
def test_the_year_before_has_the_same_place_in_its_year(day, kind):
    found = named(kind, day)
    earlier = year_before(found)
    assert earlier.kind is kind
    assert int(found.name[:4]) - int(earlier.name[:4]) == 1
    assert timedelta(days=357) <= found.first - earlier.first <= timedelta(days=372)


def test_what_the_year_before_did_not_have_is_the_last_it_had():
    assert year_before(period_of("2024-02-29")).name == "2023-02-28"
    assert year_before(period_of("2027-W52")).name == "2026-W52"
    assert year_before(period_of("2026-W53")).name == "2025-W52"
