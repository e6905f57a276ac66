"""How long something took, in parts that people say; and how far and which way something lies."""

from __future__ import annotations

import math
from typing import NamedTuple

from app.sla.rules import Unit

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400
EARTH_M = 6_371_008.8


class Span(NamedTuple):
    """A stretch of time in days, hours and minutes, the last rounded down."""

    days: int
    hours: int
    minutes: int


def span(seconds: float, unit: Unit) -> Span:
    """A stretch in the parts that fit its kind of time: working time has no days, since nobody works around the clock.

    Example:
        >>> span(93_600, Unit.NATURAL_DAY)
        Span(days=1, hours=2, minutes=0)
        >>> span(93_600, Unit.WORKING_HOUR)
        Span(days=0, hours=26, minutes=0)
    """
    whole = max(int(seconds), 0)
    days, rest = divmod(whole, DAY_S) if unit.runs_always else (0, whole)
    return Span(days, rest // HOUR_S, rest % HOUR_S // MINUTE_S)


def distance_m(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Metres between two points (lon, lat in degrees, WGS 84), on a sphere.

    Example:
        >>> round(distance_m((121.47, 31.23), (121.47, 31.231)))
        111
    """
    (lon1, lat1), (lon2, lat2) = ((math.radians(x), math.radians(y)) for x, y in (here, there))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))
