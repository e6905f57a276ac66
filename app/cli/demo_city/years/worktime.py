"""The calendar's working time over a few years on one line of whole microseconds: what `sla.rules` counts, faster."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from app.sla.rules import Calendar, Limit, budget
from app.sla.rules.calendar import MICROSECOND
from app.sla.rules.clocks import YELLOW_FROM_PERCENT

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """An instant as microseconds since 1970-01-01T00:00Z."""
    return (at - EPOCH) // MICROSECOND


@lru_cache(maxsize=8192)
def _day_text(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%dT")


def instant_text(at: int) -> str:
    """An instant as the chain writes it (`cases.rules.chain.instant`).

    Example:
        >>> instant_text(1_773_108_000_000_000)
        '2026-03-10T02:00:00.000000Z'
    """
    seconds, rest = divmod(at, SECOND)
    day, second = divmod(seconds, 86_400)
    return f"{_day_text(day)}{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{rest:06}Z"


@dataclass(frozen=True, slots=True)
class Span:
    """A limit made ready: how much time it grants in microseconds, and whether that runs day and night."""

    limit: Limit
    whole: int
    always: bool

    @property
    def yellow(self) -> int:
        """What of it may pass before the lamp turns yellow."""
        return self.whole * YELLOW_FROM_PERCENT // 100


class WorkTime:
    """Elapsed time and deadlines of one calendar, as `sla.rules.elapsed` and `due_in` give them."""

    def __init__(self, calendar: Calendar, first: int, last: int) -> None:
        # Exceptions in a plain dictionary: it goes to other processes.
        self.calendar = replace(calendar, exceptions=dict(calendar.exceptions))
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        total = 0
        for number in range(first, last + 1):
            year = calendar.year(number)
            self._starts += year.starts
            self._ends += year.ends
            self._before += [total + before for before in year.before]
            total += year.total
        horizon = calendar.horizon
        self._provisional_from = (
            None if horizon is None else micros(datetime(horizon + 1, 1, 1, tzinfo=calendar.zone).astimezone(UTC))
        )

    def span(self, limit: Limit) -> Span:
        """A limit made ready."""
        return Span(limit, budget(limit, self.calendar) // MICROSECOND, limit.unit.runs_always)

    def _worked(self, at: int) -> int:
        i = bisect_right(self._starts, at) - 1
        if i < 0:
            return 0
        return self._before[i] + min(at, self._ends[i]) - self._starts[i]

    def elapsed(self, since: int, until: int, *, always: bool) -> int:
        """Time of a limit's kind between two instants."""
        return until - since if always else self._worked(until) - self._worked(since)

    def due_in(self, start: int, left: int, *, always: bool) -> int:
        """The first instant at which so much time of the limit's kind has passed; at once where nothing is left."""
        if left <= 0:
            return start
        if always:
            return start + left
        work = self._worked(start) + left
        i = bisect_left(self._before, work) - 1
        return self._starts[i] + work - self._before[i]

    def is_provisional(self, due: int) -> bool:
        """Whether a deadline lies beyond the published holidays."""
        return self._provisional_from is not None and due >= self._provisional_from

    def longer(self, span: Span, more: Limit) -> Span:
        """A limit with an extension of the same unit."""
        return self.span(Limit(Decimal(span.limit.amount) + more.amount, span.limit.unit))
