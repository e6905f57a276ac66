"""Whether the camera and the reporter say the same. Disagreement is flagged, never a reason to drop a photo."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

# A phone's first fix indoors or between towers is off by a few hundred metres; an unconverted GCJ-02 point is off by
# 100 to 700 m. Beyond 1 000 m the photo was taken somewhere else (or its position was).
FAR_M = 1_000.0
# Reports are written after the photo; half a day covers a shift whose photos are sent when the network is back.
EARLY = timedelta(hours=12)
# A camera may be a few minutes ahead of the phone's stated instant, not more.
LATE = timedelta(minutes=10)

POSITION_DIFFERS = "exif-position-differs"
TIME_DIFFERS = "exif-time-differs"

_MEAN_RADIUS_M = 6_371_008.8


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points on the mean sphere (haversine), good to 0.5 %.

    Units:  points as (lon, lat) in degrees; result in metres.
    Source: R₁ of Moritz, Geodetic Reference System 1980.

    Example:
        >>> round(distance_m((121.0, 31.0), (121.0, 31.01)))
        1112
    """
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(lon), math.radians(lat)) for lon, lat in (one, other))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * _MEAN_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def compare_exif(
    exif_position: tuple[float, float] | None,
    exif_time: datetime | None,
    stated_position: tuple[float, float] | None,
    captured_at: datetime | None,
) -> list[str]:
    """The flags of a photo against what its reporter states; what either side does not say is not compared.

    The position differs beyond 1 000 m. The time differs when the photo is more than 12 hours older than the stated
    instant, or more than 10 minutes younger.
    Units:  positions as (lon, lat) in degrees, EPSG:4326; instants aware.
    Source: domain.md §2; the thresholds are ours (ADR 0008).

    Example:
        >>> compare_exif((121.0, 31.0), None, (121.0, 31.02), None)
        ['exif-position-differs']
    """
    flags = []
    if exif_position and stated_position and distance_m(exif_position, stated_position) > FAR_M:
        flags.append(POSITION_DIFFERS)
    if exif_time and captured_at and not captured_at - EARLY <= exif_time <= captured_at + LATE:
        flags.append(TIME_DIFFERS)
    return flags
