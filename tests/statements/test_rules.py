"""When statements are due, of which time they are, who may be sent them."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evaluation.rules.periods import period_of
from app.statements.rules import Every, Schedule, Time, What, latest_due, next_due, period_name, span_of
from app.statements.rules.kinds import FORMATS, TAKES

# Clocks that jump at night and at midnight, that jump by half an hour, and that left out a whole day.
ZONES = [
    ZoneInfo(name)
    for name in ("Asia/Shanghai", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia")
]
SCHEDULES = st.builds(
    Schedule,
    every=st.sampled_from(list(Every)),
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    weekday=st.integers(1, 7),
    day=st.integers(1, 31),
)
INSTANTS = st.datetimes(datetime(2009, 1, 1), datetime(2038, 1, 1), timezones=st.just(UTC))
LONGEST = {Every.DAY: 3, Every.WEEK: 9, Every.MONTH: 33, Every.QUARTER: 94}


@given(SCHEDULES, INSTANTS, st.sampled_from(ZONES))
def test_between_the_last_instant_and_the_next_there_is_none(schedule, instant, zone):
    after, until = next_due(schedule, instant, zone), latest_due(schedule, instant, zone)
    assert until <= instant < after
    assert after - until <= timedelta(days=LONGEST[schedule.every])
    assert next_due(schedule, until, zone) == after
    assert latest_due(schedule, after - timedelta(microseconds=1), zone) == until
    assert latest_due(schedule, after, zone) == after


@given(SCHEDULES, INSTANTS, st.sampled_from(ZONES))
def test_an_instant_is_the_time_of_the_right_day_by_the_citys_clock(schedule, instant, zone):
    local = next_due(schedule, instant, zone).astimezone(zone)
    meant = datetime.combine(local.date(), schedule.at, zone)
    # The clock left the time out: it came as much later as the clock jumped.
    jumped = meant.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != meant.replace(tzinfo=None)
    if local.time() != schedule.at and not jumped:
        meant = datetime.combine(local.date() - timedelta(days=1), schedule.at, zone)
        assert meant.astimezone(UTC).astimezone(zone) == local
        return
    day = local.date()
    if schedule.every is Every.WEEK:
        assert day.isoweekday() == schedule.weekday
    if schedule.every in {Every.MONTH, Every.QUARTER}:
        assert day.day == min(schedule.day, monthrange(day.year, day.month)[1])
    if schedule.every is Every.QUARTER:
        assert day.month in {1, 4, 7, 10}


def test_every_day_of_a_year_has_one_instant_also_where_the_clock_is_changed():
    daily, zone = Schedule(Every.DAY, time(2, 30)), ZoneInfo("Europe/Berlin")
    due, found = datetime(2026, 1, 1, tzinfo=UTC), []
    while (due := next_due(daily, due, zone)) < datetime(2026, 12, 31, tzinfo=UTC):
        found.append(due.astimezone(zone))
    assert [one.date() for one in found] == [date(2026, 1, 1) + timedelta(days=days) for days in range(364)]
    assert {one.time() for one in found} == {time(2, 30), time(3, 30)}


@given(st.sampled_from(list(Time)), st.dates(date(2005, 1, 1), date(2100, 1, 1)))
def test_a_time_is_over_or_ends_today(named, today):
    span = span_of(named, today)
    assert span.first <= span.last <= today
    period = period_name(named, today)
    assert (period is None) == (named in {Time.LAST_7_DAYS, Time.LAST_30_DAYS})
    if period is not None:
        assert period_of(period).first == span.first
    if named is not Time.THIS_MONTH:
        assert span.last < today


@pytest.mark.parametrize("what", list(What))
def test_everything_that_can_be_run_says_what_it_takes_and_gives(what):
    assert what in TAKES
    assert FORMATS[what]
