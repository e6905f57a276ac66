"""Working time counted the plain way: day by day, stretch by stretch. Shares no code with the product's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_AND_NIGHT = {"urgent_hour": timedelta(hours=1), "natural_day": DAY}
Stretch = tuple[datetime, datetime]


@dataclass
class NaiveCalendar:
    """A published version of the calendar, as its row says it: the week, and the days that differ."""

    version: int
    published_at: datetime
    zone: ZoneInfo
    week: Mapping[str, list[list[str]]]
    days: Mapping[str, list[list[str]]]
    nominal_day: timedelta
    horizon: int | None
    _kept: dict[date, list[Stretch]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> NaiveCalendar:
        nominal = timedelta(minutes=row["nominal_minutes"])
        published_at = datetime.fromisoformat(row["published_at"])
        zone = ZoneInfo(row["tz"])
        return cls(row["version"], published_at, zone, row["week"], row["days"], nominal, row["horizon"])

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def stretches(self, day: date) -> list[Stretch]:
        """When the city works on a day, as instants."""
        if day not in self._kept:
            written = self.days.get(day.isoformat(), self.week.get(WEEKDAYS[day.weekday()], []))
            self._kept[day] = [(self._at(day, opens), self._at(day, closes)) for opens, closes in written]
        return self._kept[day]

    def _at(self, day: date, wall: str) -> datetime:
        if wall in {"24:00", "00:00:00"}:
            return datetime.combine(day + DAY, time(), self.zone).astimezone(UTC)
        return datetime.combine(day, time.fromisoformat(wall), self.zone).astimezone(UTC)

    def _from(self, at: datetime) -> Iterator[Stretch]:
        day = self.local_day(at)
        while True:
            yield from self.stretches(day)
            day += DAY

    def length(self, amount: Decimal, unit: str) -> timedelta:
        """What a limit grants."""
        one = DAY_AND_NIGHT.get(unit) or (timedelta(hours=1) if unit == "working_hour" else self.nominal_day)
        return timedelta(microseconds=int(amount * (one // timedelta(microseconds=1))))

    def spent(self, since: datetime, until: datetime, unit: str) -> timedelta:
        """How much of a unit's kind of time lies between two instants."""
        if until <= since:
            return timedelta(0)
        if unit in DAY_AND_NIGHT:
            return until - since
        total, day, last = timedelta(0), self.local_day(since), self.local_day(until)
        while day <= last:
            for opens, closes in self.stretches(day):
                total += max(min(closes, until) - max(opens, since), timedelta(0))
            day += DAY
        return total

    def after(self, since: datetime, left: timedelta, unit: str) -> datetime:
        """The first instant at which so much of a unit's kind of time has passed."""
        if left <= timedelta(0):
            return since
        if unit in DAY_AND_NIGHT:
            return since + left
        for opens, closes in self._from(since):
            here = max(closes - max(opens, since), timedelta(0))
            if left <= here:
                return max(opens, since) + left
            left -= here
        raise AssertionError("the days never end")
