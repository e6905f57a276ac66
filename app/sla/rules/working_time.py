"""Elapsed time and deadlines: two functions, each the exact inverse of the other."""

from datetime import datetime, timedelta
from decimal import Decimal

from app.catalog.rules import Limit, Unit
from app.sla.rules.calendar import EPOCH, MICROSECOND, Calendar, aware

HOUR_US = Decimal(3_600_000_000)
DAY_US = Decimal(86_400_000_000)


def budget(limit: Limit, calendar: Calendar) -> timedelta:
    """How much time a limit grants: real time for units that run day and night, else working time.

    A natural day is 24 real hours, also when the clocks change. A working day is the calendar's nominal day.

    Source: domain.md §6

    Example:
        >>> from datetime import time, timedelta
        >>> week = (((time(8), time(12)), (time(14), time(18))),) * 5 + ((), ())
        >>> city = Calendar("city", 1, "Asia/Shanghai", week)
        >>> budget(Limit(Decimal("0.25"), Unit.URGENT_HOUR), city)
        datetime.timedelta(seconds=900)
        >>> budget(Limit(Decimal(2), Unit.WORKING_DAY), city)
        datetime.timedelta(seconds=57600)
    """
    length = HOUR_US
    if limit.unit is Unit.NATURAL_DAY:
        length = DAY_US
    elif limit.unit is Unit.WORKING_DAY:
        length = Decimal(calendar.nominal_day // MICROSECOND)
    return timedelta(microseconds=int(limit.amount * length))


def elapsed(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """Time consumed between two instants: real time for units that run day and night, else working time.

    Negative when `end` lies before `start`, so that parts always add up to the whole.

    Raises: ValueError for naive datetimes.
    Source: domain.md §6
    """
    since, until = _instant(start), _instant(end)
    if unit.runs_always:
        return timedelta(microseconds=until - since)
    if until < since:
        return -elapsed(end, start, unit, calendar)
    first, last = _local_year(start, calendar), _local_year(end, calendar)
    work = calendar.year(last).worked(until) - calendar.year(first).worked(since)
    work += sum(calendar.year(number).total for number in range(first, last))
    return timedelta(microseconds=work)


def due(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """The first instant at which the whole limit has elapsed since `start`.

    `elapsed(start, due(start, limit, calendar), limit.unit, calendar) == budget(limit, calendar)` for every calendar;
    a limit that ends exactly with the working day ends then, not next morning; a limit of nothing ends at once.

    Shape:  the answer is aware, in UTC.
    Raises: ValueError for a naive `start`, or when the deadline lies beyond the year 9998.
    Source: domain.md §6

    Example:
        >>> from datetime import UTC, time
        >>> week = (((time(8), time(12)), (time(14), time(18))),) * 5 + ((), ())
        >>> city = Calendar("city", 1, "Asia/Shanghai", week)
        >>> friday_17_00 = datetime(2026, 3, 13, 9, tzinfo=UTC)
        >>> due(friday_17_00, Limit(Decimal(4), Unit.WORKING_HOUR), city).astimezone(city.zone).isoformat()
        '2026-03-16T11:00:00+08:00'
    """
    return due_in(start, budget(limit, calendar), limit.unit, calendar)


def due_in(start: datetime, time_left: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    """The first instant at which `time_left` of the unit's kind of time has elapsed since `start`.

    After a pause the deadline is `due_in(now, what was left, …)`.

    Shape:  the answer is aware, in UTC.
    Raises: ValueError for a naive `start`, a negative `time_left`, or when the deadline lies beyond the year 9998.
    Source: domain.md §6
    """
    if time_left < timedelta(0):
        raise ValueError("a deadline needs time that is left, not time that is overrun")
    at, work = _instant(start), time_left // MICROSECOND
    if unit.runs_always or work == 0:
        return EPOCH + timedelta(microseconds=at + work)
    number = _local_year(start, calendar)
    year = calendar.year(number)
    work += year.worked(at)
    while work > year.total:
        work -= year.total
        number += 1
        year = calendar.year(number)
    return EPOCH + timedelta(microseconds=year.reached(work))


def _instant(moment: datetime) -> int:
    return (aware(moment) - EPOCH) // MICROSECOND


def _local_year(moment: datetime, calendar: Calendar) -> int:
    return moment.astimezone(calendar.zone).year
