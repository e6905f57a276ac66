"""Working hours as they are written in tables and settings: `[["08:00", "12:00"], ["14:00", "18:00"]]`."""

from collections.abc import Mapping, Sequence
from datetime import time

from app.sla.rules.calendar import Hours, check_hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = "24:00"


def hours_of(written: Sequence[Sequence[str]]) -> Hours:
    """The hours of one day from their written form; "24:00" closes at midnight.

    Raises: ValueError for anything that is not a list of [opens, closes] in order.

    Example:
        >>> hours_of([["08:00", "12:00"], ["20:00", "24:00"]])
        ((datetime.time(8, 0), datetime.time(12, 0)), (datetime.time(20, 0), datetime.time(0, 0)))
    """
    hours = []
    for interval in written:
        if len(interval) != 2 or isinstance(interval, str):
            raise ValueError(f"hours are pairs such as ['08:00', '12:00'], not {interval!r}")
        opens, closes = interval
        hours.append((time.fromisoformat(opens), time.min if closes == MIDNIGHT else time.fromisoformat(closes)))
    check_hours(tuple(hours))
    return tuple(hours)


def hours_text(hours: Hours) -> list[list[str]]:
    """The written form of one day's hours."""
    return [[_clock(opens), MIDNIGHT if closes == time.min else _clock(closes)] for opens, closes in hours]


def week_of(written: Mapping[str, Sequence[Sequence[str]]]) -> tuple[Hours, ...]:
    """The hours of Monday to Sunday from `{"mon": [["08:00", "12:00"]], …}`; a day that is left out is off.

    Raises: ValueError for a name that is no weekday, and as `hours_of`.
    """
    if unknown := sorted(set(written) - set(WEEKDAYS)):
        raise ValueError(f"{unknown[0]!r} is no weekday; use {', '.join(WEEKDAYS)}")
    return tuple(hours_of(written.get(name, ())) for name in WEEKDAYS)


def week_text(week: tuple[Hours, ...]) -> dict[str, list[list[str]]]:
    """The written form of a week; days off are left out."""
    return {name: hours_text(hours) for name, hours in zip(WEEKDAYS, week, strict=True) if hours}


def _clock(moment: time) -> str:
    return moment.isoformat("minutes") if moment.second == moment.microsecond == 0 else moment.isoformat()
