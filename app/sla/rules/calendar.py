"""A working calendar: when a city works, day by day, and that time laid out on the one line of real time."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Interval = tuple[time, time]
Hours = tuple[Interval, ...]

CLOSED: Hours = ()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
LAST_YEAR = 9998


class DayKind(StrEnum):
    """What a list of holidays says of a day that differs from its weekday."""

    WORKING = "working"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class WorkYear:
    """The working time of one local year as intervals on the line of real time.

    Units:  microseconds since 1970-01-01T00:00Z; `before[i]` is the working time of the year before interval i.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def worked(self, instant: int) -> int:
        """Working time of the year up to an instant of that year."""
        i = bisect_right(self.starts, instant) - 1
        if i < 0:
            return 0
        return self.before[i] + min(instant, self.ends[i]) - self.starts[i]

    def reached(self, work: int) -> int:
        """The first instant at which `work` (above 0, at most `total`) of the year's working time is done."""
        i = bisect_left(self.before, work) - 1
        return self.starts[i] + work - self.before[i]


@dataclass(frozen=True)
class Calendar:
    """When a city works. A stored deadline names the code and the version of the calendar it was computed with.

    Shape:  `week` has the hours of Monday to Sunday; `exceptions` has the hours of the days that differ (`CLOSED` for a
            holiday). An interval is (opens, closes) of local wall time; `time.min` as the close means midnight.
    Units:  `nominal_day` is the working time that one working day of a limit stands for; `horizon` is the last year
            whose holidays are published, None where they follow from the law alone.
    Raises: ValueError for hours that overlap, a week without work, an unknown time zone.
    Source: domain.md §6
    """

    code: str
    version: int
    tz: str
    week: tuple[Hours, ...]
    nominal_day: timedelta = timedelta(hours=8)
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    horizon: int | None = None
    _years: dict[int, WorkYear] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a calendar on which a deadline could not be found."""
        if len(self.week) != 7:
            raise ValueError(f"a week has 7 days of hours, not {len(self.week)}")
        if not any(self.week):
            raise ValueError("a calendar needs working time on at least one day of the week")
        if self.nominal_day <= timedelta(0):
            raise ValueError("the nominal working day must be longer than nothing")
        for hours in (*self.week, *self.exceptions.values()):
            check_hours(hours)
        zone_of(self.tz)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone whose wall clock the hours mean."""
        return zone_of(self.tz)

    def hours(self, day: date) -> Hours:
        """The working hours of a local day."""
        exception = self.exceptions.get(day)
        return self.week[day.weekday()] if exception is None else exception

    def year(self, number: int) -> WorkYear:
        """The working time of a local year; computed once and kept with the calendar.

        Raises: ValueError beyond the years that dates can name.
        """
        found = self._years.get(number)
        if found is None:
            if not 1 < number <= LAST_YEAR:
                raise ValueError(f"no deadline can be computed in the year {number}: the limit is too long")
            found = self._years[number] = lay_out(self, number)
        return found


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name such as `Asia/Shanghai`.

    Raises: ValueError for a name that the IANA database does not have.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(
            f"{name!r} is not a time zone of the IANA database; use one such as Asia/Shanghai"
        ) from unknown


def check_hours(hours: Hours) -> None:
    """Refuse intervals that are empty, overlap, stand in the wrong order or carry a time zone of their own.

    Raises: ValueError saying which.
    """
    if any(moment.tzinfo is not None for interval in hours for moment in interval):
        raise ValueError("working hours are wall times of the calendar's zone and carry no zone themselves")
    for opens, closes in hours:
        if closes != time.min and opens >= closes:
            raise ValueError(f"hours end after they begin: {opens}–{closes}; write a night as two intervals")
    for (_, closes), (opens, _) in pairwise(hours):
        if closes == time.min or opens < closes:
            raise ValueError(f"the hours before {closes} and from {opens} overlap or stand in the wrong order")


def lay_out(calendar: Calendar, number: int) -> WorkYear:
    """The intervals of a local year in real time: a night with a clock change has 23 or 25 hours as it happens."""
    starts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    total = 0
    day, last = date(number, 1, 1), date(number, 12, 31)
    while day <= last:
        for opens, closes in calendar.hours(day):
            closing_day = day + DAY if closes == time.min else day
            start = instant_of(datetime.combine(day, opens), calendar.zone)
            end = instant_of(datetime.combine(closing_day, closes), calendar.zone)
            if end > start:
                starts.append(start)
                ends.append(end)
                before.append(total)
                total += end - start
        day += DAY
    return WorkYear(tuple(starts), tuple(ends), tuple(before), total)


def instant_of(wall: datetime, zone: ZoneInfo) -> int:
    """The instant at which a wall clock first shows a time, or passes it where the clocks leap over it.

    Shape:  `wall` is naive.
    Units:  microseconds since 1970-01-01T00:00Z; never falls when `wall` rises.
    """
    early = wall.replace(tzinfo=zone, fold=0)
    late = wall.replace(tzinfo=zone, fold=1)
    if not _leaps(early, late):
        return (early - EPOCH) // MICROSECOND
    # The wall time does not exist. Read with either offset it gives one instant on each side of the leap.
    low, high = (late - EPOCH) // MICROSECOND, (early - EPOCH) // MICROSECOND
    before = (EPOCH + low * MICROSECOND).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if (EPOCH + middle * MICROSECOND).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _leaps(early: datetime, late: datetime) -> bool:
    """Whether a wall time falls into a leap forward: then the earlier reading has the smaller offset."""
    first, second = early.utcoffset(), late.utcoffset()
    return first is not None and second is not None and first < second


def hours_on(kind: DayKind, week: tuple[Hours, ...]) -> Hours:
    """The hours of a day that a list of holidays calls working or off.

    A make-up workday (调休) stands in for a weekday, so it has the hours of the week's first day that has any.
    """
    if kind is DayKind.OFF:
        return CLOSED
    return next(filter(None, week), CLOSED)


def local_day(instant: datetime, calendar: Calendar) -> date:
    """The day that people of the calendar's zone write at an instant.

    Raises: ValueError for a naive datetime.
    """
    return aware(instant).astimezone(calendar.zone).date()


def is_provisional(due_at: datetime, calendar: Calendar) -> bool:
    """Whether a deadline lies beyond the published holidays, so that their publication may move it.

    Raises: ValueError for a naive datetime.
    """
    return calendar.horizon is not None and local_day(due_at, calendar).year > calendar.horizon


def aware(instant: datetime) -> datetime:
    """The instant itself, once it is known to be one.

    Raises: ValueError for a naive datetime, because nobody can say when that is.
    """
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; give an aware datetime")
    return instant
