"""When a statement is due: by the city's clock, once each day, week, month or quarter."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MONTHS = 12
MONTHS_OF_QUARTER = 3


class Every(StrEnum):
    """How often."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Schedule:
    """At which time of which days.

    Shape: `weekday` 1 = Monday … 7, of weeks; `day` 1 … 31 of the month, or of the first month of the quarter: where
           the month is shorter its last day.
    """

    every: Every
    at: time
    weekday: int = 1
    day: int = 1


def next_due(schedule: Schedule, after: datetime, zone: ZoneInfo) -> datetime:
    """The first due instant later than an instant, in UTC.

    A time that the clock leaves out on that day is as much later as the clock jumps; one that comes twice counts once,
    the first time.

    Example:
        >>> monthly = Schedule(Every.MONTH, time(8), day=31)
        >>> next_due(monthly, datetime(2026, 2, 1, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).isoformat()
        '2026-02-28T00:00:00+00:00'
        >>> daily = Schedule(Every.DAY, time(2, 30))
        >>> next_due(daily, datetime(2026, 3, 29, 0, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
        '2026-03-29T01:30:00+00:00'
    """
    # A day earlier, as a time that the clock leaves out may be due on the next day.
    begin = after.astimezone(zone).date() - timedelta(days=1)
    return next(due for day in _days(schedule, begin, 1) if (due := _instant(day, schedule.at, zone)) > after)


def latest_due(schedule: Schedule, until: datetime, zone: ZoneInfo) -> datetime:
    """The last due instant that is not later than an instant, in UTC.

    Example:
        >>> weekly = Schedule(Every.WEEK, time(8), weekday=1)
        >>> latest_due(weekly, datetime(2026, 11, 22, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).isoformat()
        '2026-11-16T00:00:00+00:00'
    """
    begin = until.astimezone(zone).date() + timedelta(days=1)
    return next(due for day in _days(schedule, begin, -1) if (due := _instant(day, schedule.at, zone)) <= until)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _days(schedule: Schedule, begin: date, step: int) -> Iterator[date]:
    """The days of a schedule from a day on, or back from it where `step` is -1."""
    if schedule.every in {Every.DAY, Every.WEEK}:
        day, pace = begin, 1
        if schedule.every is Every.WEEK:
            day, pace = begin + timedelta(days=step * (step * (schedule.weekday - begin.isoweekday()) % 7)), 7
        while True:
            yield day
            day += timedelta(days=step * pace)
    months = MONTHS_OF_QUARTER if schedule.every is Every.QUARTER else 1
    month = begin.year * MONTHS + begin.month - 1
    month -= month % months
    while True:
        day = _of_month(*divmod(month, MONTHS), schedule.day)
        if (day - begin).days * step >= 0:
            yield day
        month += step * months


def _of_month(year: int, month: int, day: int) -> date:
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))
