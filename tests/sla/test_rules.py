"""Working time over its whole domain: laws by properties, and examples worked by hand."""

import doctest
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sla.rules import (
    CLOSED,
    STAGES,
    Calendar,
    DayKind,
    Hours,
    Lamp,
    Limit,
    Stage,
    Unit,
    budget,
    calendar,
    clocks,
    deadline,
    due,
    due_in,
    elapsed,
    hours_of,
    hours_on,
    hours_text,
    is_provisional,
    lamp,
    local_day,
    notation,
    week_of,
    week_text,
    working_time,
)

OFFICE: Hours = ((time(8), time(12)), (time(14), time(18)))
ROUND_THE_CLOCK: Hours = ((time.min, time.min),)
WEEK = (OFFICE,) * 5 + (CLOSED, CLOSED)
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY, NOTHING = timedelta(hours=1), timedelta(days=1), timedelta(0)

# General Office of the State Council, notices on the holidays of 2025 and 2026: the days that matter below.
CHINA = {
    date(2025, 9, 28): OFFICE,
    **{date(2025, 10, day): CLOSED for day in range(1, 9)},
    date(2025, 10, 11): OFFICE,
    date(2026, 2, 14): OFFICE,
    **{date(2026, 2, day): CLOSED for day in range(15, 24)},
    date(2026, 2, 28): OFFICE,
}


def city(**changes):
    return Calendar(
        **{
            "code": "city",
            "version": 7,
            "tz": "Asia/Shanghai",
            "week": WEEK,
            "exceptions": CHINA,
            "horizon": 2026,
            **changes,
        }
    )


def limit(amount, unit):
    return Limit(Decimal(str(amount)), Unit(unit))


def shanghai(*moment):
    return datetime(*moment, tzinfo=SHANGHAI)


# ------------------------------------------------------------------ worked by hand


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        # An ordinary Tuesday.
        ((2026, 3, 10, 10), 2, "working_hour", (2026, 3, 10, 12)),
        ((2026, 3, 10, 10), 2.5, "working_hour", (2026, 3, 10, 14, 30)),
        ((2026, 3, 10, 10), 6, "working_hour", (2026, 3, 10, 18)),
        ((2026, 3, 10, 8), 1, "working_day", (2026, 3, 10, 18)),
        ((2026, 3, 10, 10), 1, "working_day", (2026, 3, 11, 10)),
        ((2026, 3, 10, 10), 5, "working_day", (2026, 3, 17, 10)),
        ((2026, 3, 10, 10), 15, "working_day", (2026, 3, 31, 10)),
        # Outside of working time nothing passes.
        ((2026, 3, 10, 12, 30), 1, "working_hour", (2026, 3, 10, 15)),
        ((2026, 3, 10, 3), 1, "working_hour", (2026, 3, 10, 9)),
        ((2026, 3, 10, 23), 1, "working_hour", (2026, 3, 11, 9)),
        ((2026, 3, 14, 9), 1, "working_hour", (2026, 3, 16, 9)),
        ((2026, 3, 10, 18), 4, "working_hour", (2026, 3, 11, 12)),
        ((2026, 3, 10, 17), 4, "working_hour", (2026, 3, 11, 11)),
        # Day and night.
        ((2026, 3, 14, 23), 2, "urgent_hour", (2026, 3, 15, 1)),
        ((2026, 3, 14, 23), 0.25, "urgent_hour", (2026, 3, 14, 23, 15)),
        ((2026, 3, 14, 23), 2, "natural_day", (2026, 3, 16, 23)),
        # National Day 2025: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked.
        ((2025, 9, 27, 9), 1, "working_day", (2025, 9, 28, 18)),
        ((2025, 9, 30, 16), 1, "working_day", (2025, 10, 9, 16)),
        ((2025, 9, 30, 18), 1, "working_hour", (2025, 10, 9, 9)),
        ((2025, 10, 10, 16), 1, "working_day", (2025, 10, 11, 16)),
        ((2025, 10, 11, 16), 1, "working_day", (2025, 10, 13, 16)),
        ((2025, 10, 3, 10), 2, "natural_day", (2025, 10, 5, 10)),
        # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 February worked.
        ((2026, 2, 13, 16), 1, "working_day", (2026, 2, 14, 16)),
        ((2026, 2, 14, 17), 2, "working_hour", (2026, 2, 24, 9)),
        ((2026, 2, 13, 16), 3, "working_day", (2026, 2, 25, 16)),
        ((2026, 2, 27, 17), 1, "working_day", (2026, 2, 28, 17)),
        ((2026, 2, 28, 17), 1, "working_day", (2026, 3, 2, 17)),
        # From one year into the next.
        ((2025, 12, 31, 17), 2, "working_hour", (2026, 1, 1, 9)),
        ((2025, 12, 31, 17), 1, "working_hour", (2025, 12, 31, 18)),
    ],
)
def test_a_deadline_falls_where_a_person_would_put_it(start, amount, unit, expected):
    found = due(shanghai(*start), limit(amount, unit), city())
    assert found == shanghai(*expected)
    assert found.tzinfo is UTC


def test_a_day_may_have_hours_of_its_own():
    short = city(exceptions={date(2026, 3, 10): ((time(9), time(11)),)})
    assert due(shanghai(2026, 3, 10, 8), limit(3, "working_hour"), short) == shanghai(2026, 3, 11, 9)


def test_a_working_day_is_the_nominal_day_of_its_calendar():
    seven = city(nominal_day=timedelta(hours=7))
    assert budget(limit(2, "working_day"), seven) == 14 * HOUR
    assert due(shanghai(2026, 3, 10, 8), limit(1, "working_day"), seven) == shanghai(2026, 3, 10, 17)


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (0.25, "urgent_hour", timedelta(minutes=15)),
        (2, "working_hour", 2 * HOUR),
        (1.5, "working_day", 12 * HOUR),
        (3, "natural_day", 3 * DAY),
        (0, "working_day", NOTHING),
        (0.0001, "urgent_hour", timedelta(milliseconds=360)),
    ],
)
def test_a_limit_grants_its_time(amount, unit, expected):
    assert budget(limit(amount, unit), city()) == expected


@pytest.mark.parametrize("unit", list(Unit))
def test_a_limit_of_nothing_ends_at_once_even_at_night(unit):
    midnight = shanghai(2026, 3, 14, 0)
    assert due(midnight, limit(0, unit), city()) == midnight


def test_elapsed_counts_only_working_time():
    monday, next_monday = shanghai(2026, 3, 9, 0), shanghai(2026, 3, 16, 0)
    assert elapsed(monday, next_monday, Unit.WORKING_HOUR, city()) == 40 * HOUR
    assert elapsed(monday, next_monday, Unit.WORKING_DAY, city()) == 40 * HOUR
    assert elapsed(monday, next_monday, Unit.URGENT_HOUR, city()) == 7 * DAY
    assert elapsed(monday, next_monday, Unit.NATURAL_DAY, city()) == 7 * DAY
    assert elapsed(next_monday, monday, Unit.WORKING_HOUR, city()) == -40 * HOUR
    assert elapsed(shanghai(2026, 2, 14, 18), shanghai(2026, 2, 24, 8), Unit.WORKING_HOUR, city()) == NOTHING
    assert elapsed(shanghai(2025, 12, 31, 17), shanghai(2027, 1, 1, 9), Unit.WORKING_HOUR, city(exceptions={})) == (
        2 * HOUR + 261 * 8 * HOUR
    )


# ------------------------------------------------------------------ clock changes


def always_open(tz):
    return city(tz=tz, week=(ROUND_THE_CLOCK,) * 7, exceptions={}, horizon=None)


@pytest.mark.parametrize(
    ("tz", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/Havana", date(2026, 3, 8), 23),  # leaps at midnight
        ("America/Havana", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Pacific/Apia", date(2011, 12, 30), 0),  # a day that Samoa never had
        ("Asia/Shanghai", date(2026, 3, 29), 24),
    ],
)
def test_a_day_has_as_many_hours_as_really_pass(tz, day, hours):
    open_ = always_open(tz)
    year = open_.year(day.year)
    zone = ZoneInfo(tz)
    begins = calendar.instant_of(datetime.combine(day, time.min), zone)
    ends = calendar.instant_of(datetime.combine(day + DAY, time.min), zone)
    assert year.worked(ends) - year.worked(begins) == ends - begins == hours * 3_600_000_000


def test_a_night_shift_over_the_leap_is_an_hour_shorter():
    night = ((time(1), time(5)),)
    berlin = city(tz="Europe/Berlin", week=(night,) * 7, exceptions={})
    zone = ZoneInfo("Europe/Berlin")
    spring = datetime(2026, 3, 29, 0, tzinfo=zone)
    autumn = datetime(2026, 10, 25, 0, tzinfo=zone)
    assert elapsed(spring, spring + DAY, Unit.WORKING_HOUR, berlin) == 3 * HOUR
    assert elapsed(autumn, autumn + DAY, Unit.WORKING_HOUR, berlin) == 5 * HOUR
    assert due(spring, limit(3, "working_hour"), berlin) == datetime(2026, 3, 29, 5, tzinfo=zone)
    assert due(autumn, limit(4, "working_hour"), berlin) == datetime(2026, 10, 25, 4, tzinfo=zone)


def test_hours_that_the_clocks_leap_over_begin_and_end_at_the_leap():
    zone = ZoneInfo("Europe/Berlin")
    leap = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()) * 1_000_000
    for wall in (datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 3)):
        assert calendar.instant_of(wall, zone) == leap
    assert calendar.instant_of(datetime(2026, 3, 29, 1, 59, 59, 999_999), zone) == leap - 1
    assert calendar.instant_of(datetime(2026, 3, 29, 3, 0, 0, 1), zone) == leap + 1
    lost = city(tz="Europe/Berlin", week=(((time(2), time(3)),),) * 7, exceptions={})
    assert due(datetime(2026, 3, 28, 12, tzinfo=UTC), limit(1, "working_hour"), lost) == datetime(
        2026, 3, 30, 1, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("tz", "leap", "wall", "minutes"),
    [
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 8, 2), 60),
        ("America/Havana", datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 8, 0), 60),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 10, 4, 2), 30),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2011, 12, 30), 24 * 60),
    ],
)
def test_every_wall_time_of_a_leap_is_the_leap_itself(tz, leap, wall, minutes):
    expected = (leap - calendar.EPOCH) // working_time.MICROSECOND
    for minute in range(0, minutes, 7):
        moment = wall + timedelta(minutes=minute, microseconds=minute)
        assert calendar.instant_of(moment, ZoneInfo(tz)) == expected


def test_hours_that_come_twice_are_counted_once_each_from_the_first():
    zone = ZoneInfo("Europe/Berlin")
    halves = ((time(1), time(2, 30)), (time(2, 30), time(4)))
    berlin = city(tz="Europe/Berlin", week=(halves,) * 7, exceptions={})
    midnight = datetime(2026, 10, 25, 0, tzinfo=zone)
    assert elapsed(midnight, midnight + DAY, Unit.WORKING_HOUR, berlin) == 4 * HOUR
    assert due(midnight, limit(1.5, "working_hour"), berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_natural_days_are_24_real_hours_when_the_clocks_change():
    berlin = city(tz="Europe/Berlin")
    saturday = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert due(saturday, limit(1, "natural_day"), berlin).astimezone(berlin.zone).hour == 13


# ------------------------------------------------------------------ laws


ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Havana", "UTC")
DAYS_OF_HOURS = (
    CLOSED,
    OFFICE,
    ROUND_THE_CLOCK,
    ((time(9), time(17)),),
    ((time.min, time(3)), (time(22), time.min)),
    ((time(1), time(2)), (time(2), time(5)), (time(6), time(7))),
)
calendars = st.builds(
    lambda tz, week, exceptions, minutes: city(
        tz=tz, week=(*week[:6], OFFICE), exceptions=exceptions, nominal_day=timedelta(minutes=minutes)
    ),
    st.sampled_from(ZONES),
    st.lists(st.sampled_from(DAYS_OF_HOURS), min_size=7, max_size=7),
    st.dictionaries(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.sampled_from(DAYS_OF_HOURS), max_size=40),
    st.integers(1, 24 * 60),
)
instants = st.datetimes(datetime(2024, 12, 1), datetime(2027, 1, 31), timezones=st.just(UTC))
limits = st.builds(Limit, st.decimals(0, 300, places=4) | st.integers(0, 40).map(Decimal), st.sampled_from(list(Unit)))


@given(instants, limits, calendars)
@settings(deadline=None)
def test_the_deadline_is_the_exact_inverse_of_elapsed_time(start, granted, cal):
    end = due(start, granted, cal)
    assert elapsed(start, end, granted.unit, cal) == budget(granted, cal)
    if granted.amount:
        assert elapsed(start, end - working_time.MICROSECOND, granted.unit, cal) < budget(granted, cal)


@given(instants, limits, st.decimals(0, 100, places=4), calendars)
@settings(deadline=None)
def test_two_limits_after_one_another_are_their_sum(start, first, amount, cal):
    second = Limit(amount, first.unit)
    both = Limit(first.amount + second.amount, first.unit)
    assert due(due(start, first, cal), second, cal) == due(start, both, cal)


@given(instants, st.timedeltas(NOTHING, timedelta(days=40)), limits, st.decimals(0, 9, places=2), calendars)
@settings(deadline=None)
def test_a_later_start_or_a_longer_limit_never_ends_earlier(start, later, granted, more, cal):
    end = due(start, granted, cal)
    assert start <= end <= due(start + later, granted, cal)
    assert end <= due(start, Limit(granted.amount + more, granted.unit), cal)


@given(st.lists(instants, min_size=3, max_size=3), st.sampled_from(list(Unit)), calendars)
@settings(deadline=None)
def test_elapsed_time_adds_up_in_any_order(moments, unit, cal):
    a, b, c = moments
    assert elapsed(a, b, unit, cal) + elapsed(b, c, unit, cal) == elapsed(a, c, unit, cal)
    assert elapsed(a, a, unit, cal) == NOTHING


@given(instants, limits, st.integers(0, 100), st.timedeltas(NOTHING, timedelta(days=30)), calendars)
@settings(deadline=None)
def test_a_pause_gives_back_exactly_what_was_left(start, granted, percent, pause, cal):
    before = due_in(start, budget(granted, cal) * percent // 100, granted.unit, cal)
    spent = elapsed(start, before, granted.unit, cal)
    again = before + pause
    resumed = deadline(again, granted, cal, spent=spent)
    assert spent + elapsed(again, resumed.due_at, granted.unit, cal) == budget(granted, cal)


@given(instants, st.integers(0, 14 * 96), calendars)
@settings(deadline=None, max_examples=40)
def test_elapsed_time_is_what_a_watch_counts_every_quarter_of_an_hour(start, quarters, cal):
    quarter = timedelta(minutes=15)
    start = start.replace(minute=0, second=0, microsecond=0)
    worked = NOTHING
    for i in range(quarters):
        wall = (start + i * quarter).astimezone(cal.zone)
        moment = wall.time()
        if any(opens <= moment and (closes == time.min or moment < closes) for opens, closes in cal.hours(wall.date())):
            worked += quarter
    assert elapsed(start, start + quarters * quarter, Unit.WORKING_HOUR, cal) == worked


@given(st.sampled_from(ZONES), st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), st.timedeltas(NOTHING, DAY))
@settings(deadline=None)
def test_wall_time_never_runs_backwards(tz, wall, later):
    zone = ZoneInfo(tz)
    assert calendar.instant_of(wall, zone) <= calendar.instant_of(wall + later, zone)


# ------------------------------------------------------------------ deadlines and lamps


def test_a_deadline_names_its_calendar_and_when_it_turns_yellow():
    found = deadline(shanghai(2026, 3, 10, 8), limit(1, "working_day"), city())
    assert found.yellow_at == shanghai(2026, 3, 10, 16, 24)
    assert found.due_at == shanghai(2026, 3, 10, 18)
    assert (found.calendar_code, found.calendar_version, found.provisional) == ("city", 7, False)


def test_a_deadline_that_goes_on_counts_what_is_spent():
    day = limit(1, "working_day")
    found = deadline(shanghai(2026, 3, 12, 8), day, city(), spent=5 * HOUR)
    assert found.due_at == shanghai(2026, 3, 12, 11)
    assert found.yellow_at == shanghai(2026, 3, 12, 9, 24)
    spent_to_yellow = deadline(shanghai(2026, 3, 12, 8), day, city(), spent=7 * HOUR)
    assert spent_to_yellow.yellow_at == shanghai(2026, 3, 12, 8)
    assert spent_to_yellow.due_at == shanghai(2026, 3, 12, 9)
    overrun = deadline(shanghai(2026, 3, 12, 8), day, city(), spent=9 * HOUR)
    assert overrun.yellow_at == overrun.due_at == shanghai(2026, 3, 12, 8)


def test_time_that_is_overrun_has_no_deadline():
    with pytest.raises(ValueError, match="time that is left"):
        due_in(shanghai(2026, 3, 10, 8), -working_time.MICROSECOND, Unit.URGENT_HOUR, city())


@pytest.mark.parametrize(
    ("minute", "paused", "expected"),
    [
        (0, False, Lamp.GREEN),
        (48, False, Lamp.GREEN),
        (49, False, Lamp.YELLOW),
        (60, False, Lamp.YELLOW),
        (61, False, Lamp.RED),
        (0, True, Lamp.GREY),
        (61, True, Lamp.GREY),
    ],
)
def test_the_lamp_follows_the_clock(minute, paused, expected):
    start = shanghai(2026, 3, 10, 10)
    stored = deadline(start, limit(1, "urgent_hour"), city())
    assert lamp(start + timedelta(minutes=minute), stored.yellow_at, stored.due_at, paused=paused) is expected


def test_the_lamp_changes_in_the_instant_after_its_border():
    start = shanghai(2026, 3, 10, 10)
    stored = deadline(start, limit(1, "urgent_hour"), city())
    tick = working_time.MICROSECOND
    assert lamp(stored.yellow_at, stored.yellow_at, stored.due_at) is Lamp.GREEN
    assert lamp(stored.yellow_at + tick, stored.yellow_at, stored.due_at) is Lamp.YELLOW
    assert lamp(stored.due_at, stored.yellow_at, stored.due_at) is Lamp.YELLOW
    assert lamp(stored.due_at + tick, stored.yellow_at, stored.due_at) is Lamp.RED


def test_a_deadline_beyond_the_published_holidays_is_provisional():
    new_year = shanghai(2027, 1, 1, 0)
    assert is_provisional(new_year, city())
    assert not is_provisional(new_year - working_time.MICROSECOND, city())
    assert not is_provisional(new_year, city(horizon=None))
    assert deadline(shanghai(2026, 12, 31, 17), limit(2, "working_hour"), city()).provisional


def test_the_local_day_is_that_of_the_calendar():
    assert local_day(datetime(2026, 3, 9, 16, tzinfo=UTC), city()) == date(2026, 3, 10)
    assert local_day(datetime(2026, 3, 9, 15, 59, tzinfo=UTC), city()) == date(2026, 3, 9)


def test_stage_limits_are_those_of_the_domain():
    quarter, half = limit(0.25, "urgent_hour"), limit(0.5, "urgent_hour")
    assert {
        Stage.ACCEPT: quarter,
        Stage.FILE: quarter,
        Stage.DISPATCH: quarter,
        Stage.CLOSE: quarter,
        Stage.VERIFY: half,
        Stage.CHECK: half,
    } == STAGES


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("unit", list(Unit))
def test_naive_instants_are_refused(unit):
    naive, good = datetime(2026, 3, 10, 10), shanghai(2026, 3, 10, 10)
    hour = limit(1, unit)
    for attempt in (
        lambda: due(naive, hour, city()),
        lambda: due(naive, limit(0, unit), city()),
        lambda: elapsed(naive, good, unit, city()),
        lambda: elapsed(good, naive, unit, city()),
        lambda: deadline(naive, hour, city()),
        lambda: lamp(naive, good, good),
        lambda: lamp(good, naive, good),
        lambda: lamp(good + HOUR, good, naive),
        lambda: is_provisional(naive, city()),
        lambda: local_day(naive, city()),
    ):
        with pytest.raises(ValueError, match="no time zone"):
            attempt()


@pytest.mark.parametrize("amount", ["-0.0001", "10000.0001", "NaN", "Infinity", "0.00001"])
def test_amounts_that_no_clock_can_keep_are_refused(amount):
    with pytest.raises(ValueError, match="a limit"):
        Limit(Decimal(amount), Unit.WORKING_DAY)


@pytest.mark.parametrize("amount", ["0", "0.0001", "10000", "2.50000"])
def test_amounts_at_the_border_are_kept(amount):
    assert Limit(Decimal(amount), Unit.WORKING_DAY).amount == Decimal(amount)


def test_a_deadline_beyond_the_calendar_of_dates_is_refused():
    far = datetime(9998, 12, 30, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="the limit is too long"):
        due(far, limit(9, "working_day"), city())


def test_years_are_laid_out_from_the_second_to_the_last_but_one_that_dates_name():
    for number in (2, 9998):
        assert city(exceptions={}).year(number).total > 0
    for number in (1, 9999):
        with pytest.raises(ValueError, match=f"in the year {number}"):
            city().year(number)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"week": (OFFICE,) * 6}, "7 days"),
        ({"week": (CLOSED,) * 7}, "at least one day"),
        ({"nominal_day": NOTHING}, "nominal"),
        ({"tz": "Mars/Olympus"}, "not a time zone"),
        ({"tz": ""}, "not a time zone"),
        ({"tz": "../etc"}, "not a time zone"),
        ({"week": (((time(12), time(8)),),) * 7}, "end after they begin"),
        ({"week": (((time(8), time(8)),),) * 7}, "end after they begin"),
        ({"week": (((time(8), time(12)), (time(11), time(18))),) * 7}, "overlap"),
        ({"week": (((time(8), time.min), (time(9), time(10))),) * 7}, "overlap"),
        ({"week": (((time(14), time(18)), (time(8), time(12))),) * 7}, "wrong order"),
        ({"exceptions": {date(2026, 1, 1): ((time(9), time(8)),)}}, "end after they begin"),
        ({"week": (((time(8, tzinfo=UTC), time(12)),),) * 7}, "no zone themselves"),
    ],
)
def test_a_calendar_without_meaning_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        city(**changes)


def test_hours_may_touch():
    touching = city(week=(((time(8), time(12)), (time(12), time(16))),) * 7, exceptions={})
    assert due(shanghai(2026, 3, 10, 8), limit(6, "working_hour"), touching) == shanghai(2026, 3, 10, 14)


# ------------------------------------------------------------------ days and notation


def test_a_make_up_workday_has_the_hours_of_a_working_weekday():
    assert hours_on(DayKind.OFF, WEEK) == CLOSED
    assert hours_on(DayKind.WORKING, WEEK) == OFFICE
    late = ((time(10), time(16)),)
    assert hours_on(DayKind.WORKING, (CLOSED, late, *WEEK[2:])) == late


def test_hours_are_written_and_read_back():
    for hours in DAYS_OF_HOURS:
        assert hours_of(hours_text(hours)) == hours
    assert hours_text(((time(8, 0, 30), time.min),)) == [["08:00:30", "24:00"]]
    assert week_of(week_text(WEEK)) == WEEK
    assert week_text(WEEK) == {
        day: [["08:00", "12:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
    }


@pytest.mark.parametrize(
    "written", [["ab"], [["08:00"]], [["08:00", "12:00", "13:00"]], [["8 o'clock", "12:00"]], [["12:00", "08:00"]]]
)
def test_hours_that_cannot_be_read_are_refused(written):
    with pytest.raises(ValueError, match=r"hours|isoformat"):
        hours_of(written)


def test_a_week_knows_its_days():
    with pytest.raises(ValueError, match="'funday' is no weekday"):
        week_of({"funday": []})


def test_any_offset_means_the_same_instant():
    tokyo = shanghai(2026, 3, 10, 10).astimezone(timezone(timedelta(hours=9)))
    assert due(tokyo, limit(1, "working_hour"), city()) == shanghai(2026, 3, 10, 11)


@pytest.mark.parametrize("module", [calendar, clocks, notation, working_time])
def test_examples_in_the_documentation_hold(module):
    assert doctest.testmod(module).failed == 0
