"""The periods of docs/figures.md: half-open stretches of the city's local time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def bounds(written: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of a period, and the first one after it."""
    first, last = _days(written)
    return _midnight(first, zone), _midnight(last, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _days(written: str) -> tuple[date, date]:
    if "W" in written:
        year, week = written.split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        return monday, monday + timedelta(days=7)
    if "Q" in written:
        year, quarter = written.split("-Q")
        return _months(int(year), 3 * int(quarter) - 2, 3)
    parts = [int(part) for part in written.split("-")]
    if len(parts) == 1:
        return _months(parts[0], 1, 12)
    if len(parts) == 2:
        return _months(parts[0], parts[1], 1)
    day = date(*parts)
    return day, day + timedelta(days=1)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = month + count - 1
    return date(year, month, 1), date(year + after // 12, after % 12 + 1, 1)
