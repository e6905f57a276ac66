"""Shifts and tracks by the clock."""

from __future__ import annotations

import structlog

from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import periodic
from app.duty import service

POSITIONS_AT_ONCE = 20_000
log = structlog.get_logger()


@periodic("duty.end_forgotten", "*/10 * * * *")
def end_forgotten(timestamp: int) -> None:
    """End shifts that somebody forgot to end."""
    with unit_of_work() as session:
        ended = service.end_forgotten(session, now=clock.now())
    if ended:
        log.info("shifts.forgotten", shifts=ended, period=timestamp)


@periodic("duty.purge_tracks", "29 19 * * *")
def purge_tracks(timestamp: int) -> None:
    """Delete old positions of people, in many short transactions."""
    purged = 0
    found = POSITIONS_AT_ONCE
    while found == POSITIONS_AT_ONCE:
        with unit_of_work() as session:
            found = service.purge_tracks(session, now=clock.now(), most=POSITIONS_AT_ONCE)
        purged += found
    if purged:
        log.info("tracks.purged", positions=purged, period=timestamp)
