"""What a calendar says of a single day, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.sla.rules.calendar import Calendar, Hours


class Why(StrEnum):
    """Why a day is worked or off. Source: domain.md §6."""

    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP_DAY = "make_up_day"  # 调休: worked although the week says off
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class DayOf:
    """A day of a calendar. `provisional`: beyond the published holidays, so that their publication may change it."""

    day: date
    hours: Hours
    why: Why
    note: str | None
    provisional: bool


def days_of(calendar: Calendar, notes: Mapping[date, str], first: date, last: date) -> Iterator[DayOf]:
    """The days from the first to the last, both included.

    Shape:  notes has the corrected days with what was said about each.

    Example:
        >>> from datetime import time
        >>> office = ((time(8), time(12)),)
        >>> week, moved = (office,) * 5 + ((), ()), {date(2026, 3, 8): office}
        >>> calendar = Calendar("city", 1, "Asia/Shanghai", week, exceptions=moved)
        >>> [str(one.why) for one in days_of(calendar, {}, date(2026, 3, 6), date(2026, 3, 8))]
        ['weekday', 'weekend', 'make_up_day']
    """
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        hours = calendar.hours(day)
        provisional = calendar.horizon is not None and day.year > calendar.horizon
        yield DayOf(day, hours, _why(calendar, notes, day), notes.get(day), provisional)


def _why(calendar: Calendar, notes: Mapping[date, str], day: date) -> Why:
    if day in notes:
        return Why.CORRECTION
    if day in calendar.exceptions:
        return Why.MAKE_UP_DAY if calendar.exceptions[day] else Why.HOLIDAY
    return Why.WEEKDAY if calendar.hours(day) else Why.WEEKEND
