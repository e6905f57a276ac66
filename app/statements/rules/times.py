"""Of which time a statement is: days that move with the day on which it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from app.evaluation.rules.periods import Kind, before, named


class Time(StrEnum):
    """A time by its name, seen from today in the city."""

    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_WEEK = "last_week"
    LAST_30_DAYS = "last_30_days"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    LAST_QUARTER = "last_quarter"
    LAST_YEAR = "last_year"


class Span(NamedTuple):
    """First and last day, and what they are called: a period, or two days."""

    first: date
    last: date
    name: str


_PERIODS: Mapping[Time, Kind] = MappingProxyType(
    {
        Time.YESTERDAY: Kind.DAY,
        Time.LAST_WEEK: Kind.WEEK,
        Time.LAST_MONTH: Kind.MONTH,
        Time.LAST_QUARTER: Kind.QUARTER,
        Time.LAST_YEAR: Kind.YEAR,
    }
)


def _back(days: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=days), today - timedelta(days=1))


SPANS: Mapping[Time, Callable[[date], tuple[date, date]]] = MappingProxyType(
    {
        Time.LAST_7_DAYS: _back(7),
        Time.LAST_30_DAYS: _back(30),
        Time.THIS_MONTH: lambda today: (today.replace(day=1), today),
    }
)
"""Times that are not the period before this one."""


def span_of(time: Time, today: date) -> Span:
    """The days of a time.

    Example:
        >>> span_of(Time.LAST_7_DAYS, date(2026, 11, 22)).name, span_of(Time.LAST_WEEK, date(2026, 11, 22)).name
        ('2026-11-15/2026-11-21', '2026-W46')
    """
    if time in SPANS:
        return of_days(*SPANS[time](today))
    period = before(named(_PERIODS[time], today))
    return Span(period.first, period.beyond - timedelta(days=1), period.name)


def of_days(first: date, last: date) -> Span:
    """A time from one day to another."""
    return Span(first, last, f"{first.isoformat()}/{last.isoformat()}")


def period_name(time: Time, today: date) -> str | None:
    """The period that a time is, for what is asked for by period; None for a time that is none.

    Example:
        >>> period_name(Time.THIS_MONTH, date(2026, 11, 22)), period_name(Time.LAST_7_DAYS, date(2026, 11, 22))
        ('2026-11', None)
    """
    if time is Time.THIS_MONTH:
        return named(Kind.MONTH, today).name
    return None if time in SPANS else span_of(time, today).name
