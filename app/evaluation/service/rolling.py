"""Keeping the sums of months that have ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.queries.rolling import Rolled
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.periods import Kind, named


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time of which the entries of a kind are read one by one; half-open."""

    counted: Counted
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Parts:
    """What a time is read from: whole months by kind, and stretches of entries for the rest of it."""

    months: tuple[Rolled, ...]
    stretches: tuple[Stretch, ...]


def parts_of(
    session: Session, kinds: frozenset[Counted], start: datetime, end: datetime, at: datetime, zone: str
) -> Parts:
    """Whole months that have ended as of the view instant and have true sums; everything else one by one."""
    city = ZoneInfo(zone)
    whole = list(_whole_months(start, min(end, at), city))
    if not whole:
        return one_by_one(kinds, start, end)
    known = queries.rolled_months(session, whole[0][0], whole[-1][0] + timedelta(days=1), zone)
    months, stretches = [], []
    for kind in sorted(kinds):
        since = start
        for month, begins, ends in whole:
            if Rolled(month, kind.value) in known:
                months.append(Rolled(month, kind.value))
                if since < begins:
                    stretches.append(Stretch(kind, since, begins))
                since = ends
        if since < end:
            stretches.append(Stretch(kind, since, end))
    return Parts(tuple(months), tuple(stretches))


def one_by_one(kinds: frozenset[Counted], start: datetime, end: datetime) -> Parts:
    """Nothing but entries."""
    return Parts((), tuple(Stretch(kind, start, end) for kind in sorted(kinds)))


def _whole_months(start: datetime, end: datetime, city: ZoneInfo) -> Iterator[tuple[date, datetime, datetime]]:
    """(first day, first instant, first instant after) of every month that lies whole in a time."""
    month = named(Kind.MONTH, start.astimezone(city).date())
    while month.end(city) <= end:
        if month.start(city) >= start:
            yield month.first, month.start(city), month.end(city)
        month = named(Kind.MONTH, month.beyond)


def roll_one(session: Session, zone: str, now: datetime) -> bool:
    """Sum one kind of one month that has no true sums; False when there is none."""
    missing = queries.missing_months(session, [kind.value for kind in Counted], zone, now, 1)
    if missing:
        queries.roll(session, missing[0], zone, now)
    return bool(missing)
