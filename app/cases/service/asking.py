"""Asking inspectors: whom, what they answer, and whom instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.errors import TaskClosed, TaskNotFound
from app.cases.queries import asking
from app.cases.queries.asking import await_answers, expire_offers
from app.cases.rules import SYSTEM, Action
from app.cases.rules.asking import whom_to_ask
from app.cases.service import telling
from app.cases.service.work import THE_SYSTEM, Command, Work
from app.core.auth import Principal

__all__ = ["Reoffered", "accept", "await_answers", "decline", "expire_offers", "reoffer", "suggest"]
log = structlog.get_logger()
# What a task asks for; a task to handle is the unit's choice, and nobody is asked instead.
ASKS_FOR = {"verify": Action.REQUEST_VERIFY, "check": Action.FINISH}


def suggest(
    session: Session,
    case: Mapping[str, Any],
    kind: str,
    without: Collection[UUID],
    now: datetime,
    *,
    on_shift_only: bool = False,
) -> UUID | None:
    """The inspector to ask about a case; None where nobody is left. One statement, then the rule.

    With nobody on shift and nobody in the duty zone a check is still somebody's: unasked, no inspector would see it,
    and no desk can name one. Whom to send to verify the operator can say.
    """
    found = asking.candidates(session, case, kind, now)
    first = whom_to_ask(found, without, on_shift_only=on_shift_only)
    if first is None and kind == "check" and not on_shift_only:
        return asking.least_busy(session, case["current_cell"], without, now)
    return first


@dataclass(frozen=True, slots=True)
class Reoffered:
    """What came of a batch: how many went to somebody else, how many stay, and the offers that failed."""

    handed: int
    kept: int
    failed: list[UUID]

    @property
    def looked_at(self) -> int:
        return self.handed + self.kept + len(self.failed)


def reoffer(session: Session, *, now: datetime, most: int, without: Sequence[UUID] = ()) -> Reoffered:
    """Offer to the next on shift what nobody accepted in time, the most urgent first; each once, whoever else works.

    Where nobody else is on shift it stays, and is looked at again after the same time. An offer that cannot go on is
    left as it is and named: pass it as `without` next time.
    """
    handed, kept, failed = 0, 0, []
    for row in asking.unanswered(session, now, most, without):
        try:
            with session.begin_nested():
                moved = _offer_on(session, row, now)
        except OperationalError:
            raise  # the database itself is in trouble: the whole batch is tried again later
        except Exception:
            log.exception("task.not_reoffered", number=row.number, task_id=str(row.task_id))
            failed.append(row.task_id)
        else:
            handed, kept = handed + moved, kept + (not moved)
    return Reoffered(handed, kept, failed)


def _offer_on(session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> bool:
    case = dict(row._mapping)  # noqa: SLF001 -- the documented way to a row's mapping
    since = row.offered_at or row.asked_at
    instead = _next(session, case, row.kind, since, now, on_shift_only=True)
    if instead is None:
        asking.keep_waiting(session, row.task_id, now)
        return False
    asking.end_offer(session, row.task_id, {"closed_at": now, "outcome": row.task_outcome or "lapsed"})
    _ask(session, case, row.kind, instead, since, now)
    return True


def _next(
    session: Session, case: Mapping[str, Any], kind: str, since: datetime, now: datetime, *, on_shift_only: bool
) -> UUID | None:
    """Whom to ask after those who were asked since this round of offers began."""
    without = {*asking.asked_since(session, case["id"], kind, since), *_never(session, case, kind)}
    return suggest(session, case, kind, without, now, on_shift_only=on_shift_only)


def _never(session: Session, case: Mapping[str, Any], kind: str) -> set[UUID]:
    """Who is too close to the case to look at it: who reported it, who did the work."""
    found = [case["reporter_id"]] if kind == "verify" else [case["handler_id"], asking.finisher(session, case)]
    return {one for one in found if one is not None}


def _ask(session: Session, case: dict[str, Any], kind: str, whom: UUID, since: datetime, now: datetime) -> None:
    work = Work(session, case, Command(ASKS_FOR[kind]), THE_SYSTEM, now, SYSTEM)
    telling.ask(work, kind, whom, suggested=True, offered_at=since)


def accept(session: Session, task_id: UUID, *, principal: Principal, now: datetime) -> None:
    """Say that one will do what one was asked; said again, it changes nothing.

    Raises: TaskNotFound, TaskClosed.
    """
    task = _own(session, task_id, principal, lock=True)
    _still_open(task)
    asking.accept_task(session, task_id, now)


def decline(session: Session, task_id: UUID, reason: str, *, principal: Principal, now: datetime) -> None:
    """Say that one will not do it: the next is asked at once. With nobody left it stays, and the desk sees why.

    Raises: TaskNotFound, TaskClosed.
    """
    case = queries.lock_by_id(session, _own(session, task_id, principal).case_id)[0]
    task = _own(session, task_id, principal, lock=True)
    _still_open(task)
    instead, since = None, task.offered_at or task.created_at
    if task.kind in ASKS_FOR:
        instead = _next(session, case, task.kind, since, now, on_shift_only=False)
    said = {"outcome": "declined", "reason": reason, "accepted_at": None}
    if instead is not None:
        asking.end_offer(session, task_id, {**said, "closed_at": now})
        _ask(session, case, task.kind, instead, since, now)
        return
    asking.end_offer(session, task_id, said)
    if task.kind in ASKS_FOR:
        asking.keep_waiting(session, task_id, now)


def _own(session: Session, task_id: UUID, principal: Principal, *, lock: bool = False) -> Row[Any]:
    found = None if principal.id is None else asking.own_task(session, task_id, principal.id, lock=lock)
    if found is None:
        raise TaskNotFound("You were never asked this.")
    return found


def _still_open(task: Row[Any]) -> None:
    if task.closed_at is not None:
        raise TaskClosed(
            "This task is closed: somebody else was asked, or the case went on. Read your open tasks again.",
            outcome=task.outcome,
        )
