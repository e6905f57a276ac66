"""Work on cases by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from app.cases import queries, service
from app.cases.service import digests
from app.cases.service.opening import month_of
from app.core import clock
from app.core.db import read_unit, unit_of_work
from app.core.jobs import periodic

MONTHS_AHEAD = 3
LAMPS_AT_ONCE = 500
log = structlog.get_logger()


@periodic("cases.make_room", "23 3 * * *")
def make_room(timestamp: int) -> None:
    """Make the event partitions of the coming months, so that no report has to wait for it."""
    first = month_of(datetime.fromtimestamp(timestamp, UTC))
    with unit_of_work() as session:
        for ahead in range(MONTHS_AHEAD + 1):
            queries.ensure_month(session, first + timedelta(days=31 * ahead))


@periodic("cases.tell_lamps", "*/1 * * * *")
def tell_lamps(timestamp: int) -> None:
    """Tell of clocks that passed yellow or red; after a stop of hours in many short transactions, the reddest first."""
    told = 0
    while True:
        with unit_of_work() as session:
            found = service.tell_lamps(session, now=clock.now(), most=LAMPS_AT_ONCE)
        told += found
        if found < LAMPS_AT_ONCE:
            break
    log.info("lamps.told", cases=told, period=timestamp)


@periodic("cases.write_digest", "37 * * * *")
def write_digest(timestamp: int) -> None:
    """Write the digest of all chain heads once the city's day has ended; asked every hour, so that a stop heals."""
    now = clock.now()
    day = digests.ended_day(now)
    if day in digests.days():
        return
    with read_unit() as session:
        seal = digests.write_digest(session, day, now=now)
    log.info("digest.written", day=seal.day, cases=seal.cases, period=timestamp)
    for fault in seal.faults:
        log.error("digest.fault", number=fault.number, code=fault.code, detail=fault.detail)
