"""Days and hours of the city as half-open stretches of instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Stretch(NamedTuple):
    """A stretch of time: `begin` belongs to it, `end` does not."""

    begin: datetime
    end: datetime


def days_back(now: datetime, days: int, zone: str) -> list[tuple[date, Stretch]]:
    """The last so many days of the city up to today, oldest first; a day of a change of the clock is longer or shorter.

    Example:
        >>> now = datetime(2026, 3, 10, 2, tzinfo=UTC)
        >>> [day.isoformat() for day, _ in days_back(now, 2, "Asia/Shanghai")]
        ['2026-03-09', '2026-03-10']
    """
    city = ZoneInfo(zone)
    today = now.astimezone(city).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -2, -1)]
    edges = [datetime.combine(day, time(), city).astimezone(UTC) for day in dates]
    return [(day, Stretch(*edge)) for day, edge in zip(dates, pairwise(edges), strict=False)]


def hours_of_day(day: Stretch, zone: str) -> list[tuple[str, Stretch]]:
    """The hours of a day, each with what a clock on the wall says; an hour that a clock shows twice is there twice."""
    city = ZoneInfo(zone)
    count = round((day.end - day.begin) / timedelta(hours=1))
    begins = [day.begin + timedelta(hours=hour) for hour in range(count)]
    return [(begin.astimezone(city).strftime("%H:%M"), Stretch(begin, begin + timedelta(hours=1))) for begin in begins]
