"""Papers of the city: their kinds, what becomes of one, and how its number reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum


class DocumentKind(StrEnum):
    """What a paper is; each has words of its own. The row of `document_kinds` has what differs between cities."""

    RECTIFICATION = "rectification"  # 限期整改通知书
    SUPERVISION = "supervision"  # 督办通知


class DocumentState(StrEnum):
    """What became of a paper. A cancelled one stays in the register under its number."""

    ISSUED = "issued"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Delivery(StrEnum):
    """How a paper reached its addressee. Source: 民事诉讼法 ch. 7 s. 2, whose ways administrations use too."""

    DIRECT = "direct"  # 直接送达
    LEFT = "left"  # 留置送达
    POST = "post"  # 邮寄送达
    ELECTRONIC = "electronic"  # 电子送达
    ENTRUSTED = "entrusted"  # 委托送达


NUMBER_FORMAT = re.compile(r"[^{}]*\{year\}[^{}]*\{serial\}[^{}]*")
DUE_WITHIN = timedelta(days=366)
"""A date further away is a slip of the pen."""
AHEAD = timedelta(minutes=5)
"""So far a client's clock may be ahead."""


def number_of(number_format: str, year: int, serial: int) -> str:
    """The number as it is printed.

    Raises: ValueError for a format without {year} and then {serial}, or with anything else in braces.

    Example:
        >>> number_of("城管督〔{year}〕{serial}号", 2026, 7)
        '城管督〔2026〕7号'
    """
    if not NUMBER_FORMAT.fullmatch(number_format):
        raise ValueError(f"{number_format!r} needs {{year}} and then {{serial}}, and nothing else in braces")
    return number_format.format(year=year, serial=serial)


def year_of(now: datetime, zone: tzinfo) -> int:
    """The year whose range a paper's number comes from: the city's, not that of UTC.

    Example:
        >>> from datetime import UTC
        >>> from zoneinfo import ZoneInfo
        >>> year_of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
        2027
    """
    return now.astimezone(zone).year


def issues(posts: Iterable[tuple[str, str]], roles: Sequence[str], cell: str) -> bool:
    """Whether one of somebody's posts (role, area code) is one of the roles over the ground that this cell lies in.

    Example:
        >>> issues([("supervisor", "310101")], ["supervisor"], "310101001001001")
        True
    """
    return any(role in roles and cell.startswith(area) for role, area in posts)


def due_fault(due_at: datetime, now: datetime) -> str | None:
    """What is wrong with the instant until which something is to be done; None where nothing is."""
    if due_at <= now:
        return "lies in the past: name an instant to come"
    if due_at > now + DUE_WITHIN:
        return "is more than a year away: check the year"
    return None


def delivery_fault(at: datetime, issued_at: datetime, now: datetime) -> str | None:
    """What is wrong with the instant of a delivery; None where nothing is."""
    if at > now + AHEAD:
        return "lies in the future: record a delivery when it has happened"
    if at < issued_at:
        return "lies before the document was issued"
    return None
