"""Keeping the sums of months that have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.queries.rolling import Rolled, SumRow
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.periods import Kind, named

LOOSE = 2_000
"""So many rows of changes may lie beside the sums of a month before they are put together."""


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


def claim_month(session: Session, zone: str, now: datetime) -> Rolled | None:
    """A kind of a month that has no true sums, claimed for whoever asks; None when there is none."""
    return queries.claim_month(session, [kind.value for kind in Counted], zone, now)


def month_sums(session: Session, wanted: Rolled, zone: str) -> list[SumRow]:
    """Its sums, from the entries."""
    return queries.month_sums(session, wanted, zone)


def keep_month(session: Session, wanted: Rolled, zone: str, rows: Sequence[SumRow], now: datetime) -> bool:
    """Keep them, unless an entry of it changed since it was claimed."""
    return queries.keep_month(session, wanted, zone, rows, now)


def forget_months(session: Session) -> None:
    """Let everything be summed again."""
    queries.forget_months(session)


def tie_month(session: Session) -> bool:
    """Put the sums of one month together that many changes have scattered."""
    return queries.tie_month(session, LOOSE)
