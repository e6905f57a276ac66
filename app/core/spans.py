"""`from` and `to` of lists and reports: an instant, or a day of the city (`to` inclusive)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.errors import Fault, Invalid


class BadSpan(Invalid):
    slug = "bad-span"
    title = "from or to is not an instant or a day"


def begin_of(value: str, zone: str, *, name: str = "from") -> datetime:
    """The first instant that `from` means.

    Raises: BadSpan for anything but an instant with its zone or a day.
    """
    return _read(value, zone, name, days=0)


def end_of(value: str, zone: str, *, name: str = "to") -> datetime:
    """The first instant after what `to` means: a day counts whole, an instant ends there.

    Raises: BadSpan.
    """
    return _read(value, zone, name, days=1)


def _read(value: str, zone: str, name: str, *, days: int) -> datetime:
    try:
        if len(value) == 10:
            day = date.fromisoformat(value) + timedelta(days=days)
            return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        # A plus sign that was not escaped in the query arrives as a space.
        found = datetime.fromisoformat(value.replace(" ", "+"))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    fault = Fault(f"/{name}", "write 2026-03-10, or 2026-03-10T08:00:00+08:00 with its zone")
    raise BadSpan(f"{name} is not an instant with its zone, nor a day.", faults=[fault])
