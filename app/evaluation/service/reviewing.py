"""Reviews of large cities: asked for, made by the worker, seen while they are made, started again when it died."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.errors import DomainError, Forbidden
from app.core.ids import new_id
from app.core.jobs import enqueue
from app.core.row_versions import check_version
from app.evaluation import queries
from app.evaluation.errors import PeriodNotReady
from app.evaluation.queries.figures import Window
from app.evaluation.queries.periods import Chunk
from app.evaluation.rules.periods import Period, period_of
from app.evaluation.rules.reviewing import ATTEMPTS, ReviewState, is_alive, is_large, percent
from app.evaluation.service.freezing import Freeze
from app.evaluation.service.periods import check_over, standing
from app.evaluation.service.scores import WHOLE

ENOUGH = 50_000
BATCH_BYTES = 4_000_000
"""So much is inserted in one unit of work: a fraction of a second."""
VERB = "figures.review"


@dataclass(frozen=True, slots=True)
class Reviewing:
    """A review that the worker makes, for whoever asked, as they are now."""

    review_id: UUID
    period: Period
    expected: int
    principal: Principal
    last: bool

    @property
    def actor_id(self) -> UUID | None:
        return self.principal.id


class NotReviewed(Forbidden):
    slug = "not-allowed"
    title = "Your role does not allow this"


def is_for_the_worker(session: Session, period: Period, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a review of this period takes longer than anybody should wait."""
    window = Window(period.start(zone), period.end(zone), now, WHOLE)
    return is_large(*queries.size_of(session, window, ENOUGH))


def ask_review(
    session: Session, period: Period, zone: ZoneInfo, *, expected: int | None, actor_id: UUID | None, now: datetime
) -> None:
    """Have the worker review a period; one that is being made already is the same, one that died is begun anew.

    Raises: PeriodNotOver, Stale.
    """
    queries.lock_period(session, period.name)
    check_over(session, period, zone, now)
    version = standing(session, period).version
    check_version(expected, version, f"The period {period.name}")
    under_way = queries.reviews_of(session, [period.name]).get(period.name)
    if under_way is not None and under_way.expected == version and is_alive(under_way.state, under_way.heard_at, now):
        return
    review_id = new_id()
    values = {"period": period.name, "id": review_id, "asked_by": actor_id, "asked_at": now, "expected": version}
    begun = {"state": ReviewState.WAITING, "attempts": 0, "progress": 0, "heard_at": now, "problem": None}
    queries.save_review(session, values | begun)
    enqueue(session, "evaluation.review", review_id=str(review_id))


def begin_review(session: Session, review_id: UUID, *, now: datetime) -> Reviewing | None:
    """Begin a review, or begin it afresh after a stop; None where it is not to be made any more.

    Whoever asked has to be somebody who may review, still.
    """
    found = queries.review_of(session, review_id)
    if found is None or found.state == ReviewState.FAILED:
        return None
    principal = accounts.absent_principal(session, found.asked_by, now=now)
    if principal is None or not principal.may(VERB):
        fail_review(session, review_id, NotReviewed("Whoever asked for this review may not review any more."))
        return None
    if found.attempts >= ATTEMPTS:
        detail = f"It was begun {found.attempts} times and stopped each time: tell the administrator."
        fail_review(session, review_id, PeriodNotReady(detail))
        return None
    values = {"state": ReviewState.RUNNING, "attempts": found.attempts + 1, "progress": 0, "heard_at": now}
    queries.change_review(session, review_id, values)
    return Reviewing(review_id, period_of(found.period), found.expected, principal, found.attempts + 1 >= ATTEMPTS)


def fail_review(session: Session, review_id: UUID, why: DomainError) -> None:
    """Record why there is no review, and drop what was kept of it."""
    found = queries.review_of(session, review_id)
    if found is None:
        return
    problem = {"type": f"/problems/{why.slug}", "title": why.title, "detail": why.detail}
    queries.change_review(session, review_id, {"state": ReviewState.FAILED, "problem": problem})
    row = queries.period_row(session, found.period)
    queries.drop_drafts(session, found.period, None if row is None else row.draft_id)


def note_progress(session: Session, review_id: UUID, parts: Collection[str], *, now: datetime) -> bool:
    """Say how far a review is; false where another start of it took its place."""
    return queries.change_review(session, review_id, {"progress": percent(parts), "heard_at": now})


def keep_frozen(
    unit: Callable[[], AbstractContextManager[Session]],
    frozen: Freeze,
    draft_id: UUID,
    period: Period,
    told: Callable[[Collection[str]], None] = lambda _: None,
) -> int:
    """Keep what is frozen as a draft while it is made, in short units of work; how many chunks.

    `told` is called with the parts that are begun, whenever something was kept.
    """
    kept, parts = 0, set[str]()
    for chunks in _batches(frozen.chunks):
        with unit() as session:
            queries.add_drafts(session, draft_id, period.name, chunks)
        kept += len(chunks)
        parts |= {chunk.part for chunk in chunks}
        told(parts)
    return kept


def _batches(chunks: Iterator[Chunk]) -> Iterator[list[Chunk]]:
    """The chunks, so many together as may be inserted at once; a part at a time, so that progress is seen."""
    some: list[Chunk] = []
    size = 0
    for chunk in chunks:
        if some and (size + len(chunk.body) > BATCH_BYTES or chunk.part != some[-1].part):
            yield some
            some, size = [], 0
        some.append(chunk)
        size += len(chunk.body)
    if some:
        yield some


def shown_reviews(session: Session, periods: Collection[str], *, now: datetime) -> dict[str, dict[str, Any]]:
    """How far the reviews of these periods are that are made or failed, by period."""
    found = queries.reviews_of(session, periods)
    return {name: _shown(session, row, now) for name, row in found.items()}


def _shown(session: Session, row: Any, now: datetime) -> dict[str, Any]:
    dead = row.state != ReviewState.FAILED and not is_alive(row.state, row.heard_at, now)
    return {
        "state": str(row.state),
        "progress": row.progress,
        "asked_at": to_rfc3339(row.asked_at),
        "by": {"id": str(row.asked_by), "name": queries.user_name(session, row.asked_by)},
        "again": dead or row.state == ReviewState.FAILED,
        "problem": row.problem,
    }
