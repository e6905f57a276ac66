"""What happens after a report is committed, and to callers once its case has ended."""

from __future__ import annotations

from uuid import UUID

import structlog

from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import periodic, task
from app.reports import service

log = structlog.get_logger()


@task("reports.acknowledge")
def acknowledge(report_id: str) -> None:
    """Send the reporter the receipt with the tracking code."""
    with unit_of_work() as session:
        service.acknowledge(session, UUID(report_id), now=clock.now())


# The sixth field counts seconds.
@periodic("reports.note_ends", "*/1 * * * * */10")
def note_ends(timestamp: int) -> None:
    """Owe call-backs to callers whose cases ended; several short transactions where many did."""
    del timestamp
    more = True
    while more:
        with unit_of_work() as session:
            more = service.note_ends(session, now=clock.now())


@periodic("reports.remind_of_call_backs", "*/5 * * * *")
def remind_of_call_backs(timestamp: int) -> None:
    """Tell the desk of call-backs that are overdue, each once."""
    del timestamp
    more = True
    while more:
        with unit_of_work() as session:
            more = service.remind(session, now=clock.now())


@periodic("reports.forget_callers", "7 18 * * *")
def forget_callers(timestamp: int) -> None:
    """Forget names and numbers of callers whom nobody will ring again."""
    forgotten, more = 0, True
    while more:
        with unit_of_work() as session:
            found = service.forget_callers(session, now=clock.now())
        forgotten, more = forgotten + found, found > 0
    log.info("callers.forgotten", callers=forgotten, period=timestamp)
