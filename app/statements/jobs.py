"""Jobs of statements: taking what is due, making and sending it, clearing away what is old."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.core import clock
from app.core.config import config
from app.core.db import read_unit, snapshot_unit, unit_of_work
from app.core.errors import DomainError
from app.core.jobs import periodic, task
from app.core.storage import store
from app.core.sweeping import remove_outlived, remove_strays
from app.statements import service
from app.statements.rules import ATTEMPTS, KEPT, DeliveryState
from app.statements.service import Attempt

log = structlog.get_logger()


class NotMade(RuntimeError):
    """The attempt failed and is written down; the queue tries again later."""


# The sixth field counts seconds; half past, so that figures of the full minute are there.
@periodic("statements.claim_due", "*/1 * * * * 30")
def claim_due(timestamp: int) -> None:
    """Take the statements whose instant has come."""
    del timestamp
    more = True
    while more:
        with unit_of_work() as session:
            more = service.claim_due(session, now=clock.now(), zone=ZoneInfo(config().city_tz))


@task("statements.deliver", attempts=ATTEMPTS)
def deliver(delivery_id: str) -> None:
    """Make the file of a delivery and send it; after a stop it begins afresh, and is sent once.

    Raises: NotMade, for the queue to try again.
    """
    with unit_of_work() as session:
        attempt = service.begin(session, UUID(delivery_id), now=clock.now())
    if attempt is None:
        return
    try:
        _deliver(attempt)
    except Exception as error:
        why = error.detail if isinstance(error, DomainError) else "for a reason that is ours: tell the administrator"
        if not isinstance(error, DomainError):
            log.exception("statement.failed", delivery_id=delivery_id, attempt=attempt.number)
        with unit_of_work() as session:
            if attempt.last:
                service.end(session, attempt.delivery_id, DeliveryState.FAILED, why, now=clock.now())
                return
            service.note_error(session, attempt, why)
        raise NotMade(why) from error


def _deliver(attempt: Attempt) -> None:
    """No transaction is open while the file is set and stored."""
    # Of the time that was due, however late it is made.
    today = attempt.due_at.astimezone(ZoneInfo(config().city_tz)).date()
    with snapshot_unit() as session:
        told = service.answer_of(session, attempt.asked, attempt.principal, today=today, now=clock.now())
    file = service.file_of(attempt.asked, told)
    store().put(attempt.key_of(file), file.data)
    with unit_of_work() as session:
        sent = service.finish(session, attempt, file, now=clock.now())
    if not sent:
        store().delete(attempt.key_of(file))
    log.info("statement.delivered", delivery_id=str(attempt.delivery_id), size_bytes=len(file.data), sent=sent)


@periodic("statements.remove_old", "31 * * * *")
def remove_old(timestamp: int) -> None:
    """Remove deliveries that were kept for their time, and files that nobody names any more; files first."""
    with read_unit() as session:
        doomed = service.outlived(session, now=clock.now())
    remove_outlived(doomed, service.forget)
    strays = remove_strays(service.PREFIX, clock.now() - timedelta(days=1), service.known_keys)
    log.info("statements.removed", deliveries=len(doomed), files=strays, kept_days=KEPT.days, period=timestamp)
