"""The clocks of a case: its stages, the deadline of a stage as it is stored, and the lamp it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.catalog.rules import Limit, Unit
from app.sla.rules.calendar import Calendar, aware, is_provisional
from app.sla.rules.working_time import budget, due_in

YELLOW_FROM_PERCENT = 80


class Stage(StrEnum):
    """What a clock of a case measures, in the order in which a case passes them. Source: api.md, Cases."""

    ACCEPT = "accept"
    VERIFY = "verify"
    FILE = "file"
    DISPATCH = "dispatch"
    HANDLING = "handling"
    CHECK = "check"
    CLOSE = "close"


class Lamp(StrEnum):
    """How a clock stands. Grey means that it is paused."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


_QUARTER = Limit(Decimal("0.25"), Unit.URGENT_HOUR)
_HALF = Limit(Decimal("0.5"), Unit.URGENT_HOUR)

STAGES: Mapping[Stage, Limit] = MappingProxyType(
    {
        Stage.ACCEPT: _QUARTER,
        Stage.VERIFY: _HALF,
        Stage.FILE: _QUARTER,
        Stage.DISPATCH: _QUARTER,
        Stage.CHECK: _HALF,
        Stage.CLOSE: _QUARTER,
    }
)  # The limits a new city starts with (domain.md §6); handling has that of the filing condition.


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline as it is stored, with the calendar that anybody can compute it from again.

    Units:  `yellow_at` and `due_at` are aware, in UTC.
    """

    yellow_at: datetime
    due_at: datetime
    provisional: bool
    calendar_code: str
    calendar_version: int


def deadline(start: datetime, limit: Limit, calendar: Calendar, *, spent: timedelta = timedelta(0)) -> Deadline:
    """When a clock that starts, or goes on after a pause, turns yellow and when it is due.

    A clock that goes on has `spent` some of its limit already; what is overrun is due at once.

    Units:  `spent` is time of the limit's kind, as `elapsed` measures it.
    Raises: ValueError for a naive `start` or a deadline beyond the year 9998.
    Source: domain.md §6 (80 %; the deadline is the inverse of elapsed working time)
    """
    whole = budget(limit, calendar)
    nothing = timedelta(0)
    yellow_at = due_in(start, max(whole * YELLOW_FROM_PERCENT // 100 - spent, nothing), limit.unit, calendar)
    due_at = due_in(start, max(whole - spent, nothing), limit.unit, calendar)
    return Deadline(yellow_at, due_at, is_provisional(due_at, calendar), calendar.code, calendar.version)


def lamp(now: datetime, yellow_at: datetime, due_at: datetime, *, paused: bool = False) -> Lamp:
    """How a clock stands: green to 80 % of the limit, yellow to 100 %, red after; grey while paused.

    Both borders belong to the better colour: a case finished in the very instant of its deadline is in time.

    Raises: ValueError for naive datetimes.
    Source: domain.md §6
    """
    if paused:
        return Lamp.GREY
    if aware(now) <= aware(yellow_at):
        return Lamp.GREEN
    return Lamp.YELLOW if now <= aware(due_at) else Lamp.RED
