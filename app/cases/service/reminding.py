"""What happens to cases because time passes: people are reminded, holds end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.queries import reminders
from app.cases.rules import SYSTEM, Action, State
from app.cases.rules.reminders import Audience, Posts, Reminded, Rung, reached_before, whom
from app.cases.service.acting import act_on
from app.cases.service.work import THE_SYSTEM, Command
from app.catalog.rules import Limit, Unit
from app.sla import service as sla
from app.sla.rules import Calendar, local_day

log = structlog.get_logger()


def ladder(session: Session) -> list[Rung]:
    """The ladders of this city."""
    return [
        Rung(
            row.ladder,
            row.rung,
            row.base,
            Limit(row.delay, Unit(row.unit)),
            Limit(row.supervised_delay, Unit(row.unit)),
            Audience(row.audience),
        )
        for row in reminders.ladder(session)
    ]


def remind(session: Session, *, now: datetime, most: int) -> int:
    """Record the most urgent reminders that are due, and whom they go to; how many.

    Each rung of a clock is recorded once and never again, however many workers run and whenever they were stopped.
    Fewer than `most` mean that nothing is left that nobody else is busy with.
    """
    calendar = sla.calendar(session)
    borders = [_border(rung, now, calendar) for rung in ladder(session)]
    due = reminders.due_reminders(session, borders, now=now, most=most)
    if not due:
        return 0
    posts = Posts.of(reminders.posts(session, now))
    reminders.add_reminders(session, [_values(row, posts, now) for row in due])
    return len(due)


def _border(rung: Rung, now: datetime, calendar: Calendar) -> dict[str, Any]:
    return {
        "ladder": rung.ladder,
        "rung": rung.rung,
        "base": rung.base,
        "audience": rung.audience.value,
        "before": reached_before(now, rung.delay, calendar),
        "supervised_before": reached_before(now, rung.supervised_delay, calendar),
    }


def _values(row: Row[Any], posts: Posts, now: datetime) -> dict[str, Any]:
    case = Reminded(State(row.state), row.current_cell, row.lead_id, row.handler_id, row.holder_id, tuple(row.asked))
    return {
        "case_id": row.case_id,
        "ordinal": row.ordinal,
        "rung": row.rung,
        "audience": row.audience,
        "whom": list(whom(Audience(row.audience), case, posts)),
        "since": row.since,
        "at": now,
        "base": row.base,
    }


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came of a batch: the numbers that went on, and the cases that would not."""

    numbers: list[str]
    failed: list[UUID]


def resume_ended_holds(session: Session, *, now: datetime, most: int, without: Sequence[UUID] = ()) -> Resumed:
    """Let cases go on whose hold has reached its date, the earliest first; each once, by the system.

    A case that cannot go on is left as it is and named, so that it does not keep the others waiting: pass it as
    `without` next time.
    """
    today = local_day(now, sla.calendar(session))
    found = reminders.ended_holds(session, today, most, without)
    done = Resumed([], [])
    for case in queries.lock_by_id(session, *found):
        try:
            with session.begin_nested():
                act_on(session, case, Command(Action.RESUME), principal=THE_SYSTEM, now=now, standing=SYSTEM)
        except OperationalError:
            raise  # the database itself is in trouble: the whole batch is tried again later
        except Exception:
            log.exception("hold.not_resumed", number=case["number"])
            done.failed.append(case["id"])
        else:
            done.numbers.append(case["number"])
    return done
