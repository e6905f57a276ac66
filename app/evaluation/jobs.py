"""What keeps figures up with the cases, without anybody waiting."""

from __future__ import annotations

import time

import structlog

from app.core import clock
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.jobs import periodic
from app.evaluation import service

log = structlog.get_logger()
LONGEST_S = 50.0


@periodic("evaluation.refresh", "*/1 * * * *")
def refresh(timestamp: int) -> None:
    """Count again the cases that have changed, in short units of work, until none waits or the next turn is due."""
    began, counted = time.monotonic(), 0
    while time.monotonic() - began < LONGEST_S:
        with unit_of_work() as session:
            found = service.refresh(session, clock.now())
        if not found:
            break
        counted += found
    if counted:
        log.info("evaluation.counted", cases=counted, seconds=round(time.monotonic() - began, 1), period=timestamp)


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
