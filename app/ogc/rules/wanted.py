"""What a request for items says, read as the specification has it.

Source: OGC API - Features - Part 1: Core (OGC 17-069r4), 7.15.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from app.core.errors import Fault
from app.ogc.errors import BadParameter
from app.ogc.rules.collections import Collection

LIMIT, LIMIT_AT_MOST = 10, 10_000
FORMATS = ("json", "html")
Box: TypeAlias = tuple[float, float, float, float]
Format: TypeAlias = Literal["json", "html"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: `boxes` are (west, south, east, north) in degrees, two where a box crosses 180°; `begin` inclusive,
    `end` exclusive; `after` is the cursor of the page before.
    """

    limit: int = LIMIT
    boxes: tuple[Box, ...] = ()
    begin: datetime | None = None
    end: datetime | None = None
    filters: tuple[tuple[str, str], ...] = ()
    after: str | None = None


def check_names(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse parameters that nobody knows, as the specification asks.

    Raises: BadParameter.
    """
    names = sorted(known)
    unknown = sorted(set(given) - set(names))
    if unknown:
        faults = [Fault(f"/{name}", f"take of {', '.join(names)}") for name in unknown]
        raise BadParameter(f"There is no parameter {', '.join(unknown)} here.", faults=faults)


def wanted_of(collection: Collection, given: Mapping[str, str]) -> Wanted:
    """What the parameters of a request for items mean.

    Raises: BadParameter.
    """
    queryables = collection.queryables
    check_names(given, {"f", "limit", "bbox", "datetime", "after", *queryables})
    begin, end = _span(given["datetime"]) if "datetime" in given else (None, None)
    for name, value in given.items():
        if "\x00" in value:
            raise _bad(name, "holds a character that no text has")
        if name in queryables and queryables[name].values and value not in queryables[name].values:
            raise _bad(name, f"take one of {', '.join(queryables[name].values)}")
    return Wanted(
        limit=_limit(given["limit"]) if "limit" in given else LIMIT,
        boxes=_boxes(given["bbox"]) if "bbox" in given else (),
        begin=begin,
        end=end,
        filters=tuple((name, value) for name, value in given.items() if name in queryables),
        after=given.get("after"),
    )


def _bad(name: str, detail: str) -> BadParameter:
    return BadParameter(f"{name}: {detail}.", faults=[Fault(f"/{name}", detail)])


def _limit(text: str) -> int:
    """More than the most is no error but the most, as the specification has it (/req/core/fc-limit-response-1)."""
    if not text.isascii() or not text.isdecimal() or len(text) > 12 or int(text) < 1:
        raise _bad("limit", f"write a whole number from 1 to {LIMIT_AT_MOST}")
    return min(int(text), LIMIT_AT_MOST)


def _boxes(text: str) -> tuple[Box, ...]:
    """Four numbers, or six with heights, that nothing here has. A box whose west lies east of its east crosses 180°."""
    advice = "write west,south,east,north in degrees: 121.4,31.2,121.5,31.3"
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise _bad("bbox", advice) from None
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise _bad("bbox", advice)
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise _bad("bbox", advice)
    if west > east:
        return (west, south, 180.0, north), (-180.0, south, east, north)
    return ((west, south, east, north),)


def _span(text: str) -> tuple[datetime | None, datetime | None]:
    """An instant, or an interval whose ends may be open: `..` or nothing."""
    first, slash, last = text.partition("/")
    if not slash:
        return _instant(first), _instant_after(first)
    begin = None if first in {"", ".."} else _instant(first)
    end = None if last in {"", ".."} else _instant_after(last)
    if (begin is None and end is None) or (begin is not None and end is not None and end <= begin):
        raise _bad("datetime", "the interval has no end, or ends before it begins")
    return begin, end


def _instant_after(text: str) -> datetime:
    """The first instant after what the text means: a day counts whole, and so does a second, as features show them."""
    step = timedelta(days=1) if len(text) == 10 else timedelta(seconds=1)
    try:
        return _instant(text) + step
    except OverflowError:
        raise _bad("datetime", "lies beyond the year 9999") from None


def _instant(text: str) -> datetime:
    try:
        # A plus sign that was not escaped in the query arrives as a space.
        found = datetime.fromisoformat(text.replace(" ", "+"))
        if len(text) == 10:
            return found.replace(tzinfo=UTC)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _bad("datetime", "write 2026-03-10T00:00:00Z, 2026-03-10, or two of them with / between, open with ..")


def format_of(asked: str | None, accepted: str) -> Format:
    """As JSON, unless a browser asks, or `f` says otherwise.

    Raises: BadParameter.

    Example:
        >>> format_of(None, "text/html,application/xhtml+xml,*/*;q=0.8")
        'html'
        >>> format_of(None, "application/geo+json, application/json")
        'json'
    """
    if asked is None:
        return "html" if "text/html" in accepted and "json" not in accepted else "json"
    if asked == "json":
        return "json"
    if asked == "html":
        return "html"
    raise _bad("f", f"take one of {', '.join(FORMATS)}")
