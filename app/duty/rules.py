"""What a track can be, and when a shift was forgotten."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from app.core.errors import Fault

AHEAD_AT_MOST = timedelta(minutes=5)
"""How far a phone's clock may be ahead. Source: docs/api.md, conventions."""
JUMP_M_S = 50.0
"""Nobody on patrol is faster (180 km/h): what looks like it is a wrong position, or a ride by train."""
EARTH_M = 6_371_008.8
"""Mean radius of the earth. Source: IUGG, R1 of GRS 80."""


class EndReason(StrEnum):
    """Who ended a shift."""

    SELF = "self"
    DESK = "desk"
    FORGOTTEN = "forgotten"


class Terms(NamedTuple):
    """What a city asks of people on duty. Source: docs/adr/0017-duty.md."""

    answer_within_s: int
    position_fresh_s: int
    shift_at_most_s: int
    tracks_kept_days: int


HOUR_S, DAY_S = 3_600, 86_400
BOUNDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "answer_within_s": (60, DAY_S),
        "position_fresh_s": (60, DAY_S),
        "shift_at_most_s": (HOUR_S, 2 * DAY_S),
        "tracks_kept_days": (1, 3_660),
    }
)
"""The least and the most that each of the terms may be, in the unit that its name ends in."""


def terms_faults(terms: Terms) -> list[Fault]:
    """What is wrong with the terms, each with its name.

    Example:
        >>> terms_faults(Terms(600, 1800, 57_600, 0))
        [Fault(pointer='/tracks_kept_days', detail='is between 1 and 3660')]
    """
    return [
        Fault(f"/{name}", f"is between {least} and {most}")
        for name, (least, most) in BOUNDS.items()
        if not least <= getattr(terms, name) <= most
    ]


class Fix(NamedTuple):
    """Where somebody was at an instant. Units: degrees, WGS 84; `accuracy_m` the radius of the error."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None


class Point(NamedTuple):
    """A position of a track; `jumped`: nobody gets there so fast from the point before."""

    fix: Fix
    jumped: bool


class Refusal(NamedTuple):
    """Why the position at this place of the request is not part of the track."""

    place: int
    detail: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What of the positions can be a track, in the order of time; `repeated` said an instant again."""

    points: tuple[Point, ...]
    refused: tuple[Refusal, ...]
    repeated: int


def judge(fixes: Sequence[Fix], *, started_at: datetime, last: Fix | None, now: datetime) -> Judged:
    """Which positions belong to the track of a shift that began at `started_at`, in whatever order they came.

    One from before the shift or from the future is refused. One that cannot be reached is kept and marked: where
    somebody was is not ours to decide.
    """
    refused: list[Refusal] = []
    by_instant: dict[datetime, Fix] = {}
    repeated = 0
    for place, fix in enumerate(fixes):
        if (why := _impossible(fix.at, started_at, now)) is not None:
            refused.append(Refusal(place, why))
        elif fix.at in by_instant:
            repeated += 1
        else:
            by_instant[fix.at] = fix
    return Judged(_track(sorted(by_instant.values()), last), tuple(refused), repeated)


def _impossible(at: datetime, started_at: datetime, now: datetime) -> str | None:
    # Many phones say whole seconds: one taken in the second in which the shift began belongs to it.
    if at < started_at.replace(microsecond=0):
        return "taken before the shift began: positions are kept of shifts only"
    if at > now + AHEAD_AT_MOST:
        return "lies in the future: set the clock of the device"
    return None


def _track(fixes: Sequence[Fix], last: Fix | None) -> tuple[Point, ...]:
    points = []
    before = last
    for fix in fixes:
        known = before is not None and before.at < fix.at
        points.append(Point(fix, jumped=known and before is not None and jumps(before, fix)))
        before = fix
    return tuple(points)


def jumps(before: Fix, after: Fix) -> bool:
    """Whether nobody gets from one position to the later one in time, however wrong both are within their accuracy.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
        >>> jumps(Fix(noon, 121.47, 31.23), Fix(noon + timedelta(seconds=10), 121.48, 31.23))
        True
        >>> jumps(Fix(noon, 121.47, 31.23), Fix(noon + timedelta(seconds=10), 121.47, 31.231))
        False
    """
    apart = metres(before, after) - (before.accuracy_m or 0.0) - (after.accuracy_m or 0.0)
    return apart > JUMP_M_S * (after.at - before.at).total_seconds()


def metres(one: Fix, other: Fix) -> float:
    """Metres between two positions along the sphere, within half a percent of those on the ellipsoid.

    Source: the haversine formula.
    """
    half_lat = math.radians(other.lat - one.lat) / 2
    half_lon = math.radians(other.lon - one.lon) / 2
    across = math.cos(math.radians(one.lat)) * math.cos(math.radians(other.lat))
    chord = math.sin(half_lat) ** 2 + across * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))
