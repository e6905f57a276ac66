"""What keeps figures up with the cases, without anybody waiting."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.core import clock
from app.core.config import config
from app.core.db import read_unit, snapshot_unit, unit_of_work
from app.core.errors import Conflict, DomainError
from app.core.jobs import periodic, task
from app.evaluation import service
from app.evaluation.rules.reviewing import ATTEMPTS
from app.evaluation.service import Draft, Marker, Reviewing

log = structlog.get_logger()
LONGEST_S = 50.0
TOLD_FOR = timedelta(days=800)
"""Of periods that began longer ago nobody is told."""


@periodic("evaluation.refresh", "*/1 * * * *")
def refresh(timestamp: int) -> None:
    """Count again the cases that have changed, in short units of work, until none waits or the next turn is due."""
    began, counted = time.monotonic(), 0
    while time.monotonic() - began < LONGEST_S and (found := refresh_some()):
        counted += found
    if counted:
        log.info("evaluation.counted", cases=counted, seconds=round(time.monotonic() - began, 1), period=timestamp)


def refresh_some(now: datetime | None = None, *, at_most: int = service.AT_ONCE) -> int:
    """Count some of the cases that wait; returns how many, 0 when none does."""
    with unit_of_work() as gate:
        service.count_alone(gate)
        with read_unit() as session:
            waiting = service.count_waiting(session, now or clock.now(), at_most)
        if waiting is None:
            return 0
        with unit_of_work() as session:
            service.keep_waiting(session, waiting)
    return waiting.cases


def recount_page(ids: list[str], marker: Marker, now: datetime | None = None) -> int:
    """Count these cases from their chains; for how many it came out otherwise than it was kept."""
    with unit_of_work() as gate:
        service.count_alone(gate, pages=True)
        with read_unit() as session:
            change = service.count_page(session, ids, marker, now or clock.now())
        if change.cases:
            with unit_of_work() as session:
                service.keep(session, change)
    return change.cases


@periodic("evaluation.roll", "7-57/10 * * * *")
def roll(timestamp: int) -> None:
    """Sum the months that have ended and have no true sums, one kind at a time; put together what changes scattered."""
    began, rolled = time.monotonic(), 0
    while time.monotonic() - began < LONGEST_S and (roll_one() or tied_one()):
        rolled += 1
    if rolled:
        log.info("evaluation.rolled", sums=rolled, seconds=round(time.monotonic() - began, 1), period=timestamp)


def roll_one() -> bool:
    """Sum one kind of one month, nothing being written while its entries are read; False when all are summed."""
    zone, now = config().city_tz, clock.now()
    with unit_of_work() as session:
        wanted = service.claim_month(session, zone, now)
    if wanted is None:
        return False
    with read_unit() as session:
        rows = service.month_sums(session, wanted, zone)
    with unit_of_work() as session:
        service.keep_month(session, wanted, zone, rows, now)
    return True


def tied_one() -> bool:
    """Put the sums of one month together; False when none is scattered."""
    with unit_of_work() as session:
        return service.tie_month(session)


@periodic("evaluation.tell_stale", "11 0 * * *")
def tell_stale(timestamp: int) -> None:
    """Tell reviewers which published periods appeals were granted in since: each batch once, 8:11 in China."""
    now, zone = clock.now(), ZoneInfo(config().city_tz)
    with read_unit() as session:
        found = service.newly_stale(session, (now - TOLD_FOR).date(), zone, now)
    if found:
        with unit_of_work() as session:
            service.tell_newly_stale(session, found, now=now)
        log.info("evaluation.told_stale", periods=sorted(found), period=timestamp)


class Superseded(Exception):
    """The review was started again, because this start of it was taken for dead."""


class ReviewBroken(Conflict):
    slug = "conflict"
    title = "In conflict with what is stored"


@task("evaluation.review", attempts=ATTEMPTS)
def review(review_id: str) -> None:
    """Review a period of a large city; after a stop it begins afresh, and what was kept of it is dropped."""
    with unit_of_work() as session:
        reviewing = service.begin_review(session, UUID(review_id), now=clock.now())
    if reviewing is None:
        return
    try:
        _review(reviewing)
    except Superseded:
        log.info("evaluation.review_superseded", review_id=review_id)
    except DomainError as refused:
        _give_up(reviewing, refused)
    except Exception:
        if not reviewing.last:
            raise
        log.exception("evaluation.review_failed", review_id=review_id)
        _give_up(reviewing, ReviewBroken("It failed for a reason that is ours: tell the administrator."))


def _give_up(reviewing: Reviewing, why: DomainError) -> None:
    with unit_of_work() as session:
        service.fail_review(session, reviewing.review_id, why)


def _review(reviewing: Reviewing) -> None:
    """Everything is reckoned from one state of the database, and kept meanwhile bit by bit."""
    period, draft_id, began = reviewing.period, service.new_draft(), time.monotonic()

    def told(parts: Collection[str]) -> None:
        with unit_of_work() as session:
            if not service.note_progress(session, reviewing.review_id, parts, now=clock.now()):
                raise Superseded

    with snapshot_unit() as session:
        frozen = service.frozen_now(session, period, ZoneInfo(config().city_tz), clock.now())
        kept = service.keep_frozen(unit_of_work, frozen, draft_id, period, told)
    with unit_of_work() as session:
        draft = Draft(draft_id, frozen, kept)
        service.review(session, period, draft, expected=reviewing.expected, actor_id=reviewing.actor_id)
    seconds = round(time.monotonic() - began, 1)
    log.info("evaluation.reviewed", period=period.name, chunks=kept, seconds=seconds)
