"""One cell: what it says in one way only, and how it is written so that no spreadsheet takes it for a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.accounts.rules import normal_username
from app.administration.rules.sheets import Column, Kind

# What makes a spreadsheet compute, in both widths. Source: OWASP, CSV Injection.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_TRUE = frozenset({"true", "yes", "y", "1", "是"})
_FALSE = frozenset({"false", "no", "n", "0", "否"})
LARGEST = Decimal(10) ** 12
PLACES = 4


def guarded(text: str) -> str:
    """The text as a cell of a CSV file: with an apostrophe before what a spreadsheet would compute.

    Example:
        >>> guarded("=1+1")
        "'=1+1"
        >>> guarded("310101")
        '310101'
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The exact inverse of `guarded`; other apostrophes stay.

    Example:
        >>> unguarded(guarded("'=1+1"))
        "'=1+1"
        >>> unguarded("'s-Hertogenbosch")
        "'s-Hertogenbosch"
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def canonical(column: Column, cell: str, zone: ZoneInfo) -> str:
    """What a cell says, written in the one way in which exports write it.

    zone: that of instants without an offset.
    Raises: ValueError with what to write instead.
    """
    text = cell.strip().replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        text = column.empty
    if not text:
        if column.required:
            message = "must not be empty"
            raise ValueError(message)
        return ""
    if _CONTROL.search(text):
        message = "holds characters that cannot be printed: type it anew"
        raise ValueError(message)
    found = _READERS[column.kind](text, zone)
    if len(found) > column.longest:
        message = f"has {len(found)} characters, at most {column.longest} fit"
        raise ValueError(message)
    if column.allowed:
        _check_allowed(column, found)
    return found


def _check_allowed(column: Column, found: str) -> None:
    for one in found.split() if column.kind is Kind.WORDS else (found,):
        if one not in column.allowed:
            message = f"{shown(one)} is not known: use {', '.join(column.allowed)}"
            raise ValueError(message)


def shown(text: str) -> str:
    """A cell in a sentence: short, so that a pasted page does not become the message."""
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _text(text: str, _zone: ZoneInfo) -> str:
    return text


def _number(text: str, _zone: ZoneInfo) -> str:
    try:
        found = Decimal(text)
    except InvalidOperation:
        message = f"{shown(text)} is no number; write 2 or 0.5"
        raise ValueError(message) from None
    if not found.is_finite() or abs(found) >= LARGEST:
        message = f"{shown(text)} is no number that can be kept"
        raise ValueError(message)
    if found != round(found, PLACES):
        message = f"has more than {PLACES} decimals"
        raise ValueError(message)
    return plain(found)


def plain(number: Decimal | str) -> str:
    """A number without exponent and without zeros that say nothing.

    Example:
        >>> plain(Decimal("2.50"))
        '2.5'
        >>> plain(Decimal("100"))
        '100'
    """
    found = Decimal(number).normalize()
    return f"{found:f}" if found else "0"


def _whole(text: str, zone: ZoneInfo) -> str:
    found = _number(text, zone)
    if "." in found:
        message = f"{shown(text)} is no whole number"
        raise ValueError(message)
    return found


def _flag(text: str, _zone: ZoneInfo) -> str:
    if text.lower() in _TRUE:
        return "true"
    if text.lower() in _FALSE:
        return "false"
    message = f"{shown(text)} is neither true nor false"
    raise ValueError(message)


def _day(text: str, _zone: ZoneInfo) -> str:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> str:
    message = f"{shown(text)} is no date; write 2026-03-10"
    raise ValueError(message)


def _instant(text: str, zone: ZoneInfo) -> str:
    try:
        found = datetime.fromisoformat(_day(text, zone) if _DAY.fullmatch(text) else text)
        return instant_text(found if found.tzinfo else found.replace(tzinfo=zone), zone)
    except (ValueError, OverflowError):
        message = f"{shown(text)} is no time; write 2026-03-10 10:00"
        raise ValueError(message) from None


def instant_text(at: datetime, zone: ZoneInfo) -> str:
    """An instant in the city's time, to the second, with its offset so that it means one moment only."""
    return at.astimezone(zone).isoformat(sep=" ", timespec="seconds")


def _words(text: str, _zone: ZoneInfo) -> str:
    return " ".join(re.split(r"[\s,，、;；]+", text.strip(" ,，、;；")))


def _hours(text: str, zone: ZoneInfo) -> str:
    spans = _words(re.sub(r"\s*[-–—~～至]\s*", "-", text.replace("：", ":")), zone).split()
    return " ".join(_span(one) for one in spans)


def _span(text: str) -> str:
    found = _SPAN.fullmatch(text)
    if found is None:
        message = f"{shown(text)} are no hours; write 08:00-12:00 14:00-18:00"
        raise ValueError(message)
    begin_h, begin_m, end_h, end_m = map(int, found.groups())
    try:
        begin = time(begin_h, begin_m)
        end = "24:00" if (end_h, end_m) == (24, 0) else f"{time(end_h, end_m):%H:%M}"
    except ValueError:
        message = f"{shown(text)} is no time of the day"
        raise ValueError(message) from None
    return f"{begin:%H:%M}-{end}"


def _username(text: str, _zone: ZoneInfo) -> str:
    return normal_username(text)


def _code(text: str, _zone: ZoneInfo) -> str:
    if text.split() != [text]:
        message = f"{shown(text)} has spaces in it: a code has none"
        raise ValueError(message)
    return text


_READERS: Mapping[Kind, Callable[[str, ZoneInfo], str]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.NUMBER: _number,
        Kind.WHOLE: _whole,
        Kind.FLAG: _flag,
        Kind.DAY: _day,
        Kind.INSTANT: _instant,
        Kind.WORDS: _words,
        Kind.HOURS: _hours,
        Kind.USERNAME: _username,
        Kind.CODE: _code,
    }
)
