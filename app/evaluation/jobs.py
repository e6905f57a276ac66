"""What keeps figures up with the cases, without anybody waiting."""

from __future__ import annotations

import time

import structlog

from app.core import clock
from app.core.config import config
from app.core.db import unit_of_work
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
    """Sum the months that have ended and have no true sums, one kind at a time."""
    began, rolled = time.monotonic(), 0
    while time.monotonic() - began < LONGEST_S:
        with unit_of_work() as session:
            if not service.roll_one(session, config().city_tz, clock.now()):
                break
        rolled += 1
    if rolled:
        log.info("evaluation.rolled", sums=rolled, seconds=round(time.monotonic() - began, 1), period=timestamp)
