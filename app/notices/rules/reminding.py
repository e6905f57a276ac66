"""Reminders as people are told of them: one by one, or together where they are many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.notices.rules.inbox import Occasion

ONE_BY_ONE = 20
"""So many reminders at a time somebody reads one by one; more are told together."""
OPEN_FOR = timedelta(minutes=10)
"""So long what is told together takes in what follows, as long as nobody has read it and it was sent nowhere."""

BY_AUDIENCE: Mapping[str, Occasion] = {
    "holder": Occasion.REMINDER_RED,
    "unit_manager": Occasion.ESCALATED_UNIT_MANAGER,
    "shift_leader": Occasion.ESCALATED_SHIFT_LEADER,
    "district": Occasion.ESCALATED_DISTRICT,
    "supervisor": Occasion.ESCALATED_SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder as its row has it, with the clock it is about. `since` is when its lamp turned, `at` when it came."""

    id: int
    number: str
    stage: str
    base: str | None
    audience: str
    since: datetime
    due_at: datetime
    at: datetime
    whom: tuple[UUID, ...] = ()

    @property
    def supervision(self) -> bool:
        return self.base == "supervised"

    @property
    def late(self) -> timedelta:
        """How long after the deadline, or after the date of the supervision, it came; negative: before it.

        Of a red lamp the deadline is the instant at which it turned, whatever was granted since.
        """
        return self.at - (self.since if self.base in {"red", "supervised"} else self.due_at)


def occasion_for(reminder: Reminder) -> Occasion:
    """What somebody is told; where the deadline has passed before the warning could be told, that it has passed.

    Example:
        >>> from datetime import UTC
        >>> at = datetime(2026, 3, 10, 2, tzinfo=UTC)
        >>> late = Reminder(1, "N", "handling", "yellow", "holder", at, at - timedelta(hours=1), at)
        >>> str(occasion_for(late))
        'reminder_red'
    """
    if reminder.supervision:
        return Occasion.REMINDER_SUPERVISION
    if reminder.late < timedelta(0):
        return Occasion.REMINDER_YELLOW
    return BY_AUDIENCE[reminder.audience]


def facts_of(reminder: Reminder) -> dict[str, Any]:
    """What the words about a reminder need."""
    return {"stage": reminder.stage, "late_s": int(reminder.late.total_seconds())}


def is_late(reminder: Reminder) -> bool:
    """Whether a deadline has passed, or the date of a supervision."""
    return reminder.late >= timedelta(0)


def together(reminders: Sequence[Reminder], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the words about many reminders need, added to what was told together `before`.

    Shape: reminders the most urgent first; what is said of one case is said of the first.
    """
    facts = dict(before or {"count": 0, "late": 0, **facts_of(reminders[0])})
    return facts | {"count": facts["count"] + len(reminders), "late": facts["late"] + sum(map(is_late, reminders))}


def by_person(reminders: Iterable[Reminder], told: frozenset[tuple[int, UUID]]) -> dict[UUID, list[Reminder]]:
    """Whom each reminder is for and has not been told to, the most urgent first."""
    found: dict[UUID, list[Reminder]] = {}
    for reminder in sorted(reminders, key=lambda one: one.id):
        for person in reminder.whom:
            if (reminder.id, person) not in told:
                found.setdefault(person, []).append(reminder)
    return found
