"""Periods of evaluation: a day, an ISO week, a month, a quarter, a year, half-open in the city's zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

YEARS = range(2000, 2201)
MONTHS_OF_QUARTER = 3


class Kind(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its name.

    Shape: `first` is its first day, `beyond` the first day after it.
    """

    name: str
    kind: Kind
    first: date
    beyond: date

    def start(self, zone: ZoneInfo) -> datetime:
        """The first instant of the period, in UTC."""
        return _midnight(self.first, zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """The first instant after the period, in UTC."""
        return _midnight(self.beyond, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def period_of(name: str) -> Period:
    """A period by its name: `2026-10-05`, `2026-W41`, `2026-10`, `2026-Q4` or `2026`.

    Raises: ValueError, with what to write instead.
    Source: figures.md, "Periods and subjects"

    Example:
        >>> period_of("2026-Q4").first.isoformat(), period_of("2026-W01").first.isoformat()
        ('2026-10-01', '2025-12-29')
    """
    for pattern, made in _FORMS:
        if (found := pattern.fullmatch(name)) is not None:
            year = int(found[1])
            if year not in YEARS:
                raise ValueError(f"{name} is not between {YEARS.start} and {YEARS.stop - 1}")
            try:
                return made(name, *(int(part) for part in found.groups()))
            except ValueError as error:
                raise ValueError(f"{name} is in no calendar: {error}") from error
    raise ValueError(f"{name!r} is no period: write 2026-10-05, 2026-W41, 2026-10, 2026-Q4 or 2026")


def _day(name: str, year: int, month: int, day: int) -> Period:
    first = date(year, month, day)
    return Period(name, Kind.DAY, first, first + timedelta(days=1))


def _week(name: str, year: int, week: int) -> Period:
    first = date.fromisocalendar(year, week, 1)
    return Period(name, Kind.WEEK, first, first + timedelta(days=7))


def _month(name: str, year: int, month: int) -> Period:
    return Period(name, Kind.MONTH, date(year, month, 1), _months_later(year, month, 1))


def _quarter(name: str, year: int, quarter: int) -> Period:
    month = (quarter - 1) * MONTHS_OF_QUARTER + 1
    return Period(name, Kind.QUARTER, date(year, month, 1), _months_later(year, month, MONTHS_OF_QUARTER))


def _year(name: str, year: int) -> Period:
    return Period(name, Kind.YEAR, date(year, 1, 1), date(year + 1, 1, 1))


def _months_later(year: int, month: int, more: int) -> date:
    years, months = divmod(month - 1 + more, 12)
    return date(year + years, months + 1, 1)


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Period]], ...] = (
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"), _day),
    (re.compile(r"([0-9]{4})-W([0-9]{2})"), _week),
    (re.compile(r"([0-9]{4})-([0-9]{2})"), _month),
    (re.compile(r"([0-9]{4})-Q([1-4])"), _quarter),
    (re.compile(r"([0-9]{4})"), _year),
)


def named(kind: Kind, day: date) -> Period:
    """The period of this kind in which a day lies."""
    return period_of(_NAMES[kind](day))


_NAMES: MappingProxyType[Kind, Callable[[date], str]] = MappingProxyType(
    {
        Kind.DAY: lambda day: day.isoformat(),
        Kind.WEEK: lambda day: f"{day.isocalendar().year:04d}-W{day.isocalendar().week:02d}",
        Kind.MONTH: lambda day: f"{day.year:04d}-{day.month:02d}",
        Kind.QUARTER: lambda day: f"{day.year:04d}-Q{(day.month - 1) // MONTHS_OF_QUARTER + 1}",
        Kind.YEAR: lambda day: f"{day.year:04d}",
    }
)


def before(period: Period) -> Period:
    """The period of the same kind just before (环比)."""
    return named(period.kind, period.first - timedelta(days=1))


def year_before(period: Period) -> Period:
    """The same period of the year before (同比); of 29 February the 28th, of week 53 the last week of that year."""
    year = int(period.name[:4]) - 1
    if period.kind is Kind.WEEK:
        last = date(year, 12, 28).isocalendar().week
        return period_of(f"{year:04d}-W{min(int(period.name[-2:]), last):02d}")
    if period.kind is Kind.DAY and (period.first.month, period.first.day) == (2, 29):
        return period_of(f"{year:04d}-02-28")
    return period_of(f"{year:04d}{period.name[4:]}")
