"""Arithmetic of validity: from an instant on, up to but not including another one, or open."""

from collections.abc import Iterable
from datetime import datetime


def free_times(
    begins: datetime, ends: datetime | None, taken: Iterable[tuple[datetime, datetime | None]]
) -> list[tuple[datetime, datetime | None]]:
    """The parts of a time that are not taken yet, in ascending order.

    Shape:  times are (from, to), `to` is exclusive and None where the time is open; those taken do not overlap.

    Example:
        >>> day = lambda number: datetime(2026, 3, number)
        >>> free = free_times(day(1), None, [(day(3), day(5))])
        >>> [(a.day, b and b.day) for a, b in free]
        [(1, 3), (5, None)]
    """
    free: list[tuple[datetime, datetime | None]] = []
    at: datetime | None = begins
    for start, stop in sorted(taken, key=lambda time: time[0]):
        if at is None or (stop is not None and stop <= at) or (ends is not None and start >= ends):
            continue
        if start > at:
            free.append((at, start))
        at = stop
    if at is not None and (ends is None or at < ends):
        free.append((at, ends))
    return free
