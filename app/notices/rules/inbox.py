"""Who has to be told of what, and when a phone may ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any


class Occasion(StrEnum):
    """What a notice is about; each has its message in every language."""

    TASK_ASSIGNED = "task_assigned"
    CASE_DISPATCHED = "case_dispatched"
    CASE_RETURNED = "case_returned"
    CASE_TAKEN_OVER = "case_taken_over"
    CASE_REWORK = "case_rework"
    CASE_CLOSED = "case_closed"
    CASE_REJECTED = "case_rejected"


class Recipients(StrEnum):
    """Who is told, seen from the case."""

    ASSIGNEE = "assignee"
    UNIT_MANAGERS = "unit_managers"
    DISPATCHERS = "dispatchers"
    WHO_HELD_IT = "who_held_it"
    REPORTERS = "reporters"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a case as far as it decides who is told; states None where there were none."""

    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    inputs: Mapping[str, Any]


RECIPIENTS: Mapping[Occasion, Recipients] = {
    Occasion.TASK_ASSIGNED: Recipients.ASSIGNEE,
    Occasion.CASE_DISPATCHED: Recipients.UNIT_MANAGERS,
    Occasion.CASE_RETURNED: Recipients.DISPATCHERS,
    Occasion.CASE_TAKEN_OVER: Recipients.WHO_HELD_IT,
    Occasion.CASE_REWORK: Recipients.UNIT_MANAGERS,
    Occasion.CASE_CLOSED: Recipients.REPORTERS,
    Occasion.CASE_REJECTED: Recipients.REPORTERS,
}
BY_ACTION = {
    "dispatch": Occasion.CASE_DISPATCHED,
    "return": Occasion.CASE_RETURNED,
    "take_over": Occasion.CASE_TAKEN_OVER,
}
BY_END = {"closed": Occasion.CASE_CLOSED, "rejected": Occasion.CASE_REJECTED}


def occasion_of(happened: Happening) -> Occasion | None:
    """What somebody is told of after this event; None for nothing.

    Example:
        >>> str(occasion_of(Happening("check", {"state": "to_check"}, {"state": "handling"}, {"verdict": "failed"})))
        'case_rework'
    """
    state = happened.after.get("state")
    if state != happened.before.get("state") and state in BY_END:
        return BY_END[state]
    if happened.action == "check" and happened.inputs.get("verdict") == "failed":
        return Occasion.CASE_REWORK
    return BY_ACTION.get(happened.action)


QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""City time in which no phone rings, unless it is urgent."""


def may_ring_at(now: datetime, zone: tzinfo, *, urgent: bool = False) -> datetime:
    """The first instant from now on at which a message may be sent to a phone.

    Example:
        >>> from datetime import UTC
        >>> from zoneinfo import ZoneInfo
        >>> may_ring_at(datetime(2026, 3, 10, 13, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).isoformat()
        '2026-03-11T08:00:00+08:00'
    """
    local = now.astimezone(zone)
    if urgent or QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    morning = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(morning, QUIET_UNTIL, zone)
