"""Calendars on the real database: published from the holiday lists, corrected, kept by version."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError

from app.sla import jobs, service
from app.sla.errors import BadCalendar, CalendarMissing
from app.sla.rules import (
    CLOSED,
    STAGES,
    DayKind,
    Limit,
    Stage,
    Unit,
    due,
    elapsed,
    is_provisional,
)
from tests.factories.sla import a_calendar, a_day_off, city_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = ((time(8), time(12)), (time(14), time(18)))
DAY = Limit(Decimal(1), Unit.WORKING_DAY)
QUARTER = Limit(Decimal("0.25"), Unit.URGENT_HOUR)


def shanghai(*moment):
    return datetime(*moment, tzinfo=SHANGHAI)


def statements(session):
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    return seen


def versions(session, code="city"):
    return session.execute(
        text("SELECT count(*) FROM calendar_versions WHERE code = :code"), {"code": code}
    ).scalar_one()


# ------------------------------------------------------------------ holidays of the libraries


def test_china_has_its_holidays_and_make_up_workdays():
    days = service.published_days("CN")
    assert days.kinds[date(2026, 2, 17)] is DayKind.OFF
    assert days.kinds[date(2026, 2, 14)] is DayKind.WORKING
    assert days.kinds[date(2025, 10, 8)] is DayKind.OFF
    assert days.kinds[date(2025, 9, 28)] is DayKind.WORKING
    assert date(2026, 3, 10) not in days.kinds
    assert days.horizon is not None
    assert days.horizon >= 2026


def test_beyond_the_published_years_china_has_its_statutory_days_and_no_make_up_workdays():
    days = service.published_days("CN")
    beyond = {day: kind for day, kind in days.kinds.items() if day.year > days.horizon}
    assert set(beyond.values()) == {DayKind.OFF}
    assert {day.year for day in beyond} == set(range(days.horizon + 1, days.horizon + 11))
    for year in range(days.horizon + 1, days.horizon + 11):
        assert beyond[date(year, 10, 1)] is DayKind.OFF
        assert beyond[date(year, 5, 1)] is DayKind.OFF


def test_other_countries_follow_their_law():
    berlin, bavaria = service.published_days("DE-BE"), service.published_days("DE-BY")
    assert berlin.kinds[date(2026, 10, 3)] is DayKind.OFF
    assert date(2026, 1, 6) not in berlin.kinds
    assert bavaria.kinds[date(2026, 1, 6)] is DayKind.OFF
    assert berlin.horizon == 2040
    assert service.published_days("none") == service.PublishedDays({}, None)


@pytest.mark.parametrize("source", ["QQ", "DE-XX", "", "de"])
def test_a_country_nobody_knows_is_refused(source):
    with pytest.raises(BadCalendar, match="No holidays are known"):
        service.published_days(source)


# ------------------------------------------------------------------ the city's calendar


def test_the_default_calendar_is_that_of_the_domain(session):
    made = city_calendar(session)
    assert (made.code, made.version, made.tz) == ("city", 1, "Asia/Shanghai")
    assert made.week == (OFFICE,) * 5 + (CLOSED, CLOSED)
    assert made.nominal_day == timedelta(hours=8)
    assert made.hours(date(2026, 2, 14)) == OFFICE
    assert made.hours(date(2026, 2, 17)) == CLOSED
    assert service.calendar(session) == made


def test_spring_festival_2026_and_national_day_2025_are_worked_around(session):
    city = city_calendar(session)
    assert due(shanghai(2026, 2, 14, 17), Limit(Decimal(2), Unit.WORKING_HOUR), city) == shanghai(2026, 2, 24, 9)
    assert due(shanghai(2026, 2, 27, 17), DAY, city) == shanghai(2026, 2, 28, 17)
    assert due(shanghai(2025, 9, 30, 16), DAY, city) == shanghai(2025, 10, 9, 16)
    assert due(shanghai(2025, 10, 10, 16), DAY, city) == shanghai(2025, 10, 11, 16)
    assert not is_provisional(shanghai(2026, 12, 31, 23), city)
    assert is_provisional(shanghai(city.horizon + 1, 1, 1, 0), city)


def test_a_year_of_the_city_has_the_working_days_of_the_notice(session):
    city = city_calendar(session)
    year = elapsed(shanghai(2026, 1, 1), shanghai(2027, 1, 1), Unit.WORKING_DAY, city)
    # 261 weekdays − 19 of them off + 6 worked at weekends (State Council, notice on the holidays of 2026).
    assert year == 248 * timedelta(hours=8)


def test_to_ensure_a_calendar_twice_changes_nothing(session):
    made = city_calendar(session)
    assert city_calendar(session) == made
    assert versions(session) == 1


def test_to_ensure_a_calendar_leaves_what_the_city_changed(session, now):
    city_calendar(session)
    changed = service.set_calendar(
        session, service.Definition(nominal_day=timedelta(hours=7), holidays="none"), now=now
    )
    assert (changed.version, changed.nominal_day) == (2, timedelta(hours=7))
    assert service.ensure_calendar(session, now=now) == changed


def test_a_holiday_list_that_knows_more_becomes_a_new_version(session, now, monkeypatch):
    city_calendar(session)
    more = service.PublishedDays({date(2026, 3, 11): DayKind.OFF}, 2027)
    monkeypatch.setattr("app.sla.service.calendars.published_days", lambda _: more)
    found = service.ensure_calendar(session, now=now)
    assert (found.version, found.horizon) == (2, 2027)
    assert due(shanghai(2026, 3, 10, 16), DAY, service.calendar(session)) == shanghai(2026, 3, 12, 16)


def test_every_night_the_calendars_that_the_lists_know_more_of_are_published(session, now, monkeypatch):
    city_calendar(session)
    a_calendar(session)
    assert service.refresh_calendars(session, now=now) == []
    real = service.published_days
    more = service.PublishedDays({date(2026, 3, 11): DayKind.OFF}, 2027)
    monkeypatch.setattr("app.sla.service.calendars.published_days", lambda s: more if s == "CN" else real(s))
    assert service.refresh_calendars(session, now=now) == ["city"]
    session.commit()
    jobs.refresh_calendars(0)
    assert versions(session) == 2
    assert versions(session, "berlin") == 1
    assert service.calendar(session).horizon == 2027


def test_cities_have_their_own_zones_and_holidays(session):
    city_calendar(session)
    berlin = a_calendar(session)
    assert service.calendar(session, "berlin") == berlin
    friday = datetime(2026, 10, 2, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    assert due(friday, DAY, berlin) == datetime(2026, 10, 5, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    assert service.calendar(session).tz == "Asia/Shanghai"


def test_a_calendar_that_was_never_loaded_says_what_to_do(session, now):
    for attempt in (
        lambda: service.calendar(session),
        lambda: service.timing(session, "nowhere"),
        lambda: service.calendar_at(session, "city", 1),
        lambda: service.drop_correction(session, date(2026, 3, 10), now=now),
        lambda: a_day_off(session, date(2026, 3, 10)),
    ):
        with pytest.raises(CalendarMissing):
            attempt()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tz": "Mars/Olympus"}, "not a time zone"),
        ({"week": (CLOSED,) * 7}, "at least one day"),
        ({"nominal_day": timedelta(0)}, "1 to 1440"),
        ({"nominal_day": timedelta(hours=25)}, "1 to 1440"),
        ({"nominal_day": timedelta(seconds=90)}, "whole minutes"),
        ({"holidays": "QQ"}, "No holidays are known"),
        ({"holidays": "de"}, "No holidays are known"),
        ({"code": ""}, "needs a code"),
        ({"week": (((time(12), time(8)),),) * 7}, "end after they begin"),
    ],
)
def test_a_definition_that_makes_no_calendar_is_refused(session, now, changes, message):
    with pytest.raises(BadCalendar, match=message):
        service.set_calendar(session, service.Definition(**changes), now=now)


# ------------------------------------------------------------------ corrections


def test_a_correction_beats_the_lists_and_is_a_new_version(session):
    before = city_calendar(session)
    after = a_day_off(session, date(2026, 3, 11))
    assert (before.version, after.version) == (1, 2)
    start = shanghai(2026, 3, 10, 16)
    assert due(start, DAY, before) == shanghai(2026, 3, 11, 16)
    assert due(start, DAY, service.calendar(session)) == shanghai(2026, 3, 12, 16)
    assert service.calendar_at(session, "city", 1) == before
    assert service.calendar_at(session, "city", 2) == after


def test_a_correction_may_make_a_holiday_a_workday_with_hours_of_its_own(session, now):
    city_calendar(session)
    short = service.Correction(date(2026, 2, 17), True, "值班", hours=((time(9), time(11)),))
    assert service.set_correction(session, short, now=now).hours(date(2026, 2, 17)) == ((time(9), time(11)),)
    usual = service.Correction(date(2026, 2, 17), True, "值班")
    found = service.set_correction(session, usual, now=now)
    assert (found.version, found.hours(date(2026, 2, 17))) == (3, OFFICE)


def test_the_same_correction_again_is_no_new_version(session):
    city_calendar(session)
    first = a_day_off(session, date(2026, 3, 11))
    assert a_day_off(session, date(2026, 3, 11), note="另一个说明") == first
    assert versions(session) == 2


def test_a_correction_can_be_dropped(session, now):
    before = city_calendar(session)
    a_day_off(session, date(2026, 3, 11))
    found = service.drop_correction(session, date(2026, 3, 11), now=now)
    assert found.version == 3
    assert found.exceptions == before.exceptions


@pytest.mark.parametrize(
    "correction",
    [
        service.Correction(date(2026, 3, 11), False, " "),
        service.Correction(date(2026, 3, 11), False, "停工", hours=OFFICE),
        service.Correction(date(2026, 3, 11), True, "加班", hours=()),
        service.Correction(date(2026, 3, 11), True, "加班", hours=((time(12), time(8)),)),
    ],
)
def test_a_correction_without_meaning_is_refused(session, now, correction):
    city_calendar(session)
    with pytest.raises(BadCalendar):
        service.set_correction(session, correction, now=now)


def test_a_published_version_cannot_be_changed_or_removed(session):
    city_calendar(session)
    for sql in ("UPDATE calendar_versions SET horizon = 1", "DELETE FROM calendar_versions"):
        inner = session.begin_nested()
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(sql))
        inner.rollback()


# ------------------------------------------------------------------ stage limits and speed


def test_stage_limits_begin_as_the_domain_says(session):
    assert service.stage_limits(session) == STAGES


def test_a_stage_limit_is_data(session):
    city_calendar(session)
    hours = Limit(Decimal(10), Unit.WORKING_HOUR)
    service.set_stage_limit(session, Stage.CHECK, hours)
    assert service.stage_limits(session) == {**STAGES, Stage.CHECK: hours}
    assert service.timing(session).stage_limits == {**STAGES, Stage.CHECK: hours}
    assert str(service.stage_limits(session)[Stage.CHECK].amount) == "10"


@pytest.mark.parametrize(
    ("stage", "limit"), [(Stage.HANDLING, QUARTER), (Stage.CHECK, Limit(Decimal(0), Unit.URGENT_HOUR))]
)
def test_a_stage_limit_without_meaning_is_refused(session, stage, limit):
    with pytest.raises(BadCalendar):
        service.set_stage_limit(session, stage, limit)


def test_calendar_and_stage_limits_cost_one_small_statement(session):
    city_calendar(session)
    first = service.timing(session)
    session.commit()
    seen = statements(session)
    again = service.timing(session)
    service.calendar(session)
    selects = [sql for sql in seen if "SAVEPOINT" not in sql]
    assert len(selects) == 1
    assert "sla_state" in selects[0]
    assert again is first


def test_a_rolled_back_version_is_never_taken_for_a_later_one(session):
    city_calendar(session)
    inner = session.begin_nested()
    a_day_off(session, date(2026, 3, 11))
    assert service.calendar(session).hours(date(2026, 3, 11)) == CLOSED
    inner.rollback()
    assert service.calendar(session).version == 1
    other = a_day_off(session, date(2026, 3, 12))
    found = service.calendar(session)
    assert (found.version, found) == (2, other)
    assert found.hours(date(2026, 3, 11)) == OFFICE


def test_only_so_many_calendars_are_kept(session):
    for i in range(20):
        a_calendar(session, code=f"c{i}", tz="UTC", holidays="none")
        assert service.calendar(session, f"c{i}").code == f"c{i}"
    assert len(service.calendars._kept) <= service.calendars._MOST_KEPT


def test_the_first_deadline_of_a_stage_needs_no_working_time(session, now):
    city_calendar(session)
    found = service.timing(session)
    night = datetime(2026, 2, 17, 18, tzinfo=UTC)
    assert due(night, found.stage_limits[Stage.ACCEPT], found.calendar) == night + timedelta(minutes=15)
