"""Telling a caller how it ended: when that is due, when one may give up, when reopening is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.cases.rules import END_STATES, REOPEN_WITHIN, State
from app.core.errors import Fault, Invalid
from app.reports.errors import NotTriedEnough

TRIES_BEFORE_GIVING_UP = 2
"""How often nobody has to have answered before a call-back may end as not reached (local; this is the default)."""
TRIES_AT_MOST = 20

ENDS = END_STATES - {State.MERGED}
"""Ends that a caller is told of. A merged report goes on with the other case, whose end is told."""


class CallBackState(StrEnum):
    """How a call-back stands. What is overdue is due as well."""

    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


def ended_in(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> State | None:
    """The end that an event brought; None where it brought none.

    Example:
        >>> ended_in({"state": "to_close"}, {"state": "closed"}).value
        'closed'
    """
    state = State(after["state"])
    was = None if before is None else before.get("state")
    return state if state in ENDS and was != state else None


def opened_again(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Whether an event took a case back from an end that was to be told."""
    return before is not None and before.get("state") in ENDS and after["state"] not in END_STATES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which call-backs are asked for; `area` a code of any level, None for all."""

    state: CallBackState
    area: str | None
    now: datetime


def standing_of(due_at: datetime, done_at: datetime | None, now: datetime) -> CallBackState:
    """How a call-back stands at this instant; due in the very instant of its deadline, overdue after."""
    if done_at is not None:
        return CallBackState.DONE
    return CallBackState.OVERDUE if due_at < now else CallBackState.DUE


def may_reopen(state: str, closed_at: datetime | None, reopened_at: datetime | None, now: datetime) -> bool:
    """Whether the caller's "not solved" may still reopen the case: closed, within seven days, once.

    What this says is shown; what decides is the table of moves.
    """
    lately = closed_at is not None and now - closed_at <= REOPEN_WITHIN
    return state == State.CLOSED and lately and reopened_at is None


def check_done(*, reached: bool, satisfied: bool | None, reopen: bool, attempts: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to end a call-back in a way that cannot be.

    Raises: Invalid with faults; NotTriedEnough for giving up early.
    """
    faults = []
    if not reached and satisfied is not None:
        faults.append(Fault("/satisfied", "nobody answered, so leave it out"))
    if reopen and satisfied is not False:
        faults.append(Fault("/reopen", "only for a caller who is not satisfied: send satisfied false"))
    if faults:
        raise Invalid("The call-back cannot have ended like this.", faults=faults)
    tried = sum(1 for attempt in attempts if not attempt["reached"])
    if not reached and tried < TRIES_BEFORE_GIVING_UP:
        raise NotTriedEnough(
            f"Nobody answered {tried} of {TRIES_BEFORE_GIVING_UP} times: note the attempts first, then give up.",
            attempts=tried,
            needed=TRIES_BEFORE_GIVING_UP,
        )
