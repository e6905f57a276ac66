"""People who leave, and organisations that close: what they had goes to somebody before anybody misses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import Role
from app.cases import queries
from app.cases.queries import asking, leaving
from app.cases.rules import SYSTEM, Action
from app.cases.service import telling
from app.cases.service.asking import suggest
from app.cases.service.standing import HOLDING_ROLES
from app.cases.service.work import THE_SYSTEM, Command, Work
from app.core.jobs import enqueue
from app.sla import service as sla
from app.sla.rules import local_day

log = structlog.get_logger()
JOB = "cases.hand_back_of"
MOST_LISTED = 500
POSTS: Mapping[str, Sequence[str]] = {
    str(state): sorted(role.value for role in roles) for state, roles in HOLDING_ROLES.items()
}


def disable_user(
    session: Session, user_id: UUID, *, expected: int | None, now: datetime, actor_id: UUID | None
) -> list[str]:
    """Shut a member of staff out; the numbers of the cases they had in person, which a job gives back.

    Raises: UserNotFound, LastAdmin, Stale.
    """
    accounts.find_member(session, user_id)
    accounts.disable_user(session, user_id, expected=expected, now=now, actor_id=actor_id)
    return _left(session, user_id, now)


def end_grant(
    session: Session, user_id: UUID, grant_id: UUID, *, expected: int | None, now: datetime, actor_id: UUID | None
) -> list[str]:
    """End a grant; the numbers of the cases that its holder can do nothing about any more.

    Raises: UserNotFound, GrantNotFound, LastAdmin, Stale.
    """
    accounts.end_grant(session, user_id, grant_id, expected=expected, now=now, actor_id=actor_id)
    return _left(session, user_id, now)


def revoke(
    session: Session,
    user_id: UUID,
    role: Role | str,
    area_code: str | None = None,
    *,
    now: datetime,
    actor_id: UUID | None = None,
) -> tuple[int, list[str]]:
    """End somebody's valid grants of a role, on one area or on all.

    How many, and the numbers of the cases that they can do nothing about any more, which a job gives back.

    Raises: UserNotFound, LastAdmin.
    """
    ended = accounts.revoke(session, user_id, role, area_code, now=now, actor_id=actor_id)
    return ended, _left(session, user_id, now) if ended else []


def _left(session: Session, user_id: UUID, now: datetime) -> list[str]:
    numbers = list(leaving.left_numbers(session, user_id, POSTS, now, MOST_LISTED))
    if numbers:
        enqueue(session, "cases.hand_back_of", user_id=str(user_id), queueing_lock=f"{JOB}:{user_id}")
    return numbers


def close_organization(
    session: Session, organization_id: UUID, *, expected: int | None, now: datetime, actor_id: UUID | None
) -> Row[*tuple[Any, ...]]:
    """End an organisation that no open case, routing rule, grant, person or organisation depends on any more.

    Raises: OrganizationNotFound, OrganizationInUse, Stale.
    """
    today = local_day(now, sla.calendar(session))
    return accounts.close_organization(
        session,
        organization_id,
        lambda asked, closing: leaving.uses_of(asked, closing, today),
        expected=expected,
        now=now,
        actor_id=actor_id,
    )


@dataclass(frozen=True, slots=True)
class HandedBack:
    """What came of a batch: the numbers that were given back, and the cases where that failed."""

    numbers: list[str]
    failed: list[UUID]


def hand_back(
    session: Session, *, now: datetime, most: int, person: UUID | None = None, without: Sequence[UUID] = ()
) -> HandedBack:
    """Give back what this person, or anybody, has in person and can do nothing about any more.

    Who was to look at a case is replaced by the next inspector; work goes to a manager of the unit that leads, who
    assigns it anew; a case that was taken over at a desk is the desk's again. Fewer than `most` mean that nothing is
    left that nobody else is busy with. One that fails is left as it is and named, so that it does not keep the others
    waiting: pass it as `without` next time.
    """
    done = HandedBack([], [])
    found = leaving.lock_left(session, person, POSTS, now, most=most, without=without)
    for case in queries.lock_by_id(session, *found):
        try:
            with session.begin_nested():
                _give_back(session, case, now)
        except OperationalError:
            raise  # the database itself is in trouble: the whole batch is tried again later
        except Exception:
            log.exception("case.not_handed_back", number=case["number"])
            done.failed.append(case["id"])
        else:
            done.numbers.append(case["number"])
    return done


def _give_back(session: Session, case: dict[str, Any], now: datetime) -> None:
    leaving.release(session, case["id"], POSTS, now)
    for task in leaving.left_tasks(session, case["id"], now):
        asking.end_offer(session, task.id, {"closed_at": now, "outcome": "lapsed"})
        instead = _next(session, case, task, now)
        if instead is not None:
            action = Action.ASSIGN if task.kind == "handle" else Action.REQUEST_VERIFY
            work = Work(session, case, Command(action), THE_SYSTEM, now, SYSTEM)
            telling.ask(work, task.kind, instead, suggested=task.kind != "handle")


def _next(session: Session, case: Mapping[str, Any], task: Row[*tuple[Any, ...]], now: datetime) -> UUID | None:
    """Who is asked instead; where nobody is left it is the desk's or the unit's, as before anybody was asked."""
    if task.kind == "handle":
        return None if case["lead_id"] is None else leaving.manager_of(session, case["lead_id"], now)
    near = [case["reporter_id"]] if task.kind == "verify" else [case["handler_id"], asking.finisher(session, case)]
    without = {task.assignee_id, *(one for one in near if one is not None)}
    return suggest(session, case, task.kind, without, now)
