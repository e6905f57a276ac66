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
    CASE_UNMANAGED = "case_unmanaged"  # it lies with an organisation that nobody manages
    CASE_RETURNED = "case_returned"
    CASE_TAKEN_OVER = "case_taken_over"
    CASE_REWORK = "case_rework"
    CASE_CLOSED = "case_closed"
    CASE_REJECTED = "case_rejected"
    CASE_VOID = "case_void"
    CASE_REOPENED = "case_reopened"
    CASE_MERGED = "case_merged"
    CASE_SPLIT = "case_split"
    CASE_SUPERVISED = "case_supervised"
    EXTENSION_DECIDED = "extension_decided"
    HOLD_DECIDED = "hold_decided"
    HOLD_ENDED = "hold_ended"
    APPEAL_DECIDED = "appeal_decided"
    CALL_BACK_OVERDUE = "call_back_overdue"
    DOCUMENT_ISSUED = "document_issued"
    # Of a statement that could not be delivered; its name stands for the number of a case.
    STATEMENT_REFUSED = "statement_refused"
    STATEMENT_FAILED = "statement_failed"
    # Of a published period, whose name stands for the number of a case.
    PERIOD_STALE = "period_stale"
    # The rungs of the ladder of reminders.
    REMINDER_YELLOW = "reminder_yellow"
    REMINDER_RED = "reminder_red"
    REMINDER_SUPERVISION = "reminder_supervision"
    ESCALATED_UNIT_MANAGER = "escalated_unit_manager"
    ESCALATED_SHIFT_LEADER = "escalated_shift_leader"
    ESCALATED_DISTRICT = "escalated_district"
    ESCALATED_SUPERVISOR = "escalated_supervisor"
    REMINDER_DIGEST = "reminder_digest"


class Recipients(StrEnum):
    """Who is told, seen from the case."""

    ASSIGNEE = "assignee"
    UNIT_MANAGERS = "unit_managers"  # of the lead owner; where nobody owns the case, nobody
    OWNER_OR_DESK = "owner_or_desk"  # the same, and where nobody owns it, who dispatches there
    HANDLER = "handler"
    DISPATCHERS = "dispatchers"
    WHO_HELD_IT = "who_held_it"
    REPORTERS = "reporters"  # never the one who did it themselves
    ADDRESSEE = "addressee"  # of a paper; whoever issues it names them
    OWNER = "owner"  # of a statement
    REVIEWERS = "reviewers"  # of the whole city's figures
    REMINDED = "reminded"  # whom the reminder's own row names, or whoever has to ring back


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a case as far as it decides who is told; states None where there were none."""

    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    inputs: Mapping[str, Any]


_OWNER = (Recipients.UNIT_MANAGERS, Recipients.HANDLER)
RECIPIENTS: Mapping[Occasion, tuple[Recipients, ...]] = {
    Occasion.TASK_ASSIGNED: (Recipients.ASSIGNEE,),
    Occasion.CASE_DISPATCHED: (Recipients.UNIT_MANAGERS,),
    Occasion.CASE_UNMANAGED: (Recipients.DISPATCHERS,),
    Occasion.CASE_RETURNED: (Recipients.DISPATCHERS,),
    Occasion.CASE_TAKEN_OVER: (Recipients.WHO_HELD_IT,),
    Occasion.CASE_REWORK: (Recipients.UNIT_MANAGERS,),
    Occasion.CASE_CLOSED: (Recipients.REPORTERS,),
    Occasion.CASE_REJECTED: (Recipients.REPORTERS,),
    Occasion.CASE_VOID: (Recipients.REPORTERS,),
    Occasion.CASE_REOPENED: (Recipients.OWNER_OR_DESK, Recipients.REPORTERS),
    Occasion.CASE_MERGED: (Recipients.REPORTERS,),
    Occasion.CASE_SPLIT: (Recipients.REPORTERS,),
    Occasion.CASE_SUPERVISED: _OWNER,
    Occasion.EXTENSION_DECIDED: (Recipients.UNIT_MANAGERS,),
    Occasion.HOLD_DECIDED: (Recipients.UNIT_MANAGERS,),
    Occasion.HOLD_ENDED: _OWNER,
    Occasion.APPEAL_DECIDED: (Recipients.UNIT_MANAGERS,),
    Occasion.CALL_BACK_OVERDUE: (Recipients.REMINDED,),
    Occasion.DOCUMENT_ISSUED: (Recipients.ADDRESSEE,),
    Occasion.STATEMENT_REFUSED: (Recipients.OWNER,),
    Occasion.STATEMENT_FAILED: (Recipients.OWNER,),
    Occasion.PERIOD_STALE: (Recipients.REVIEWERS,),
    Occasion.REMINDER_YELLOW: (Recipients.REMINDED,),
    Occasion.REMINDER_RED: (Recipients.REMINDED,),
    Occasion.REMINDER_SUPERVISION: (Recipients.REMINDED,),
    Occasion.ESCALATED_UNIT_MANAGER: (Recipients.REMINDED,),
    Occasion.ESCALATED_SHIFT_LEADER: (Recipients.REMINDED,),
    Occasion.ESCALATED_DISTRICT: (Recipients.REMINDED,),
    Occasion.ESCALATED_SUPERVISOR: (Recipients.REMINDED,),
    Occasion.REMINDER_DIGEST: (Recipients.REMINDED,),
}
BY_ACTION = {
    "dispatch": Occasion.CASE_DISPATCHED,
    "return": Occasion.CASE_RETURNED,
    "take_over": Occasion.CASE_TAKEN_OVER,
    "reopen": Occasion.CASE_REOPENED,
    "split": Occasion.CASE_SPLIT,
    "supervise": Occasion.CASE_SUPERVISED,
    "decide_extension": Occasion.EXTENSION_DECIDED,
    "decide_hold": Occasion.HOLD_DECIDED,
    "resume": Occasion.HOLD_ENDED,
    "decide_appeal": Occasion.APPEAL_DECIDED,
}
WORK = frozenset({Occasion.CASE_DISPATCHED, Occasion.CASE_REWORK})
"""What gives the unit work; where nobody manages it, the desk is told that nobody will do it."""
BY_END = {
    "closed": Occasion.CASE_CLOSED,
    "rejected": Occasion.CASE_REJECTED,
    "void": Occasion.CASE_VOID,
    "merged": Occasion.CASE_MERGED,
}

URGENT = frozenset(
    {
        Occasion.TASK_ASSIGNED,
        Occasion.CASE_SUPERVISED,
        Occasion.REMINDER_RED,
        Occasion.REMINDER_SUPERVISION,
        Occasion.ESCALATED_UNIT_MANAGER,
        Occasion.ESCALATED_SHIFT_LEADER,
        Occasion.ESCALATED_DISTRICT,
        Occasion.ESCALATED_SUPERVISOR,
        Occasion.REMINDER_DIGEST,
    }
)
"""What goes to a contact unless its owner chose otherwise, and rings at night as well."""


def audiences(occasion: Occasion) -> tuple[str, ...]:
    """For whom an occasion has messages: staff always, citizens where reporters are told.

    Example:
        >>> audiences(Occasion.CASE_MERGED), audiences(Occasion.CASE_RETURNED)
        (('staff', 'citizen'), ('staff',))
    """
    return ("staff", "citizen") if Recipients.REPORTERS in RECIPIENTS[occasion] else ("staff",)


def occasion_of(happened: Happening) -> Occasion | None:
    """What somebody is told of after this event; None for nothing.

    Example:
        >>> str(occasion_of(Happening("check", {"state": "to_check"}, {"state": "handling"}, {"verdict": "failed"})))
        'case_rework'
    """
    state = happened.after.get("state")
    if state != happened.before.get("state") and state in BY_END:
        return BY_END[state]
    if happened.action == "return" and happened.inputs.get("recalled"):
        return None  # the desk took it back itself
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
