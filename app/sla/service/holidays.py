"""Statutory holidays from maintained libraries: which days differ from their weekday, and how far that is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from chinese_calendar import constants as china
from holidays import country_holidays

from app.sla.errors import BadCalendar
from app.sla.rules import DayKind

NONE = "none"
CHINA = "CN"
YEARS_AHEAD = 10
BY_LAW = range(2020, 2041)


@dataclass(frozen=True, slots=True)
class PublishedDays:
    """Days that are off although it is a weekday, or worked although it is none.

    Units:  `horizon` is the last year that is published in full; None where nothing is left to be published.
    """

    kinds: Mapping[date, DayKind]
    horizon: int | None


@cache
def published_days(source: str) -> PublishedDays:
    """The statutory days of a country (`CN`) or a part of it (`DE-BY`); `none` has none.

    China publishes its holidays and make-up workdays (调休) year by year: they come from chinesecalendar. For the ten
    years after the last published one the statutory days come from holidays, without make-up workdays; deadlines there
    are provisional. Elsewhere the days follow from the law and come from holidays.

    Raises: BadCalendar for a country that the library does not know.
    Source: domain.md §6
    """
    if source == NONE:
        return PublishedDays({}, None)
    if source == CHINA:
        return _china()
    return PublishedDays(_statutory(source, BY_LAW), BY_LAW[-1])


def _china() -> PublishedDays:
    horizon = max(china.holidays).year
    kinds = _statutory(CHINA, range(horizon + 1, horizon + 1 + YEARS_AHEAD))
    kinds = {day: kind for day, kind in kinds.items() if kind is DayKind.OFF and day.year > horizon}
    kinds |= dict.fromkeys(china.holidays, DayKind.OFF)
    kinds |= dict.fromkeys(china.workdays, DayKind.WORKING)
    return PublishedDays(kinds, horizon)


def _statutory(source: str, years: range) -> dict[date, DayKind]:
    country, _, part = source.partition("-")
    try:
        found = country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError as unknown:
        raise BadCalendar(f"No holidays are known for {source}: {unknown}. Use none, or add corrections.") from unknown
    kinds = dict.fromkeys(found, DayKind.OFF)
    return kinds | {day: DayKind.WORKING for day in found.weekend_workdays if day.year in years}
