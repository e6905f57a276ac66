"""Work on the change feed by the clock, and deliveries to webhooks."""

from __future__ import annotations

from uuid import UUID

import structlog

from app.core import clock, feed
from app.core.config import config
from app.core.db import unit_of_work
from app.core.jobs import periodic, task
from app.notices import service
from app.notices.rules import RETRIES, Status, networks_of

log = structlog.get_logger()


class NotDelivered(RuntimeError):
    """The attempt failed and is written down; the queue tries again later."""


@periodic("notices.purge_changes", "13 18 * * *")
def purge_changes(timestamp: int) -> None:
    """Forget changes and deliveries that are older than promised, and where people were reached who were shut out."""
    with unit_of_work() as session:
        removed = feed.purge(session)
    with unit_of_work() as session:
        deliveries = service.purge_deliveries(session, now=clock.now())
    with unit_of_work() as session:
        contacts = service.forget_contacts(session)
    log.info("changes.purged", rows=removed, deliveries=deliveries, contacts=contacts, period=timestamp)


# The sixth field counts seconds.
@periodic("notices.fan_out", "*/1 * * * * */10")
def fan_out(timestamp: int) -> None:
    """Queue deliveries of what changed; several short transactions where much did."""
    del timestamp
    more = True
    while more:
        with unit_of_work() as session:
            more = service.fan_out(session, now=clock.now())


@task("notices.deliver", attempts=RETRIES)
def deliver(delivery_id: str) -> None:
    """Deliver one event to one webhook; no transaction is open while the other side thinks.

    Raises: NotDelivered, for the queue to try again.
    """
    with unit_of_work() as session:
        letter = service.letter(session, UUID(delivery_id))
    if letter is None:
        return
    outcome = service.post(letter, allowed=networks_of(config().webhook_networks), now=clock.now())
    with unit_of_work() as session:
        status = service.conclude(session, UUID(delivery_id), outcome, now=clock.now())
    if status is Status.PENDING:
        message = f"answered {outcome.answered}" if outcome.error is None else outcome.error
        raise NotDelivered(message)


@periodic("notices.fill_inbox", "*/1 * * * * */10")
def fill_inbox(timestamp: int) -> None:
    """Write notices to people of what changed."""
    del timestamp
    more = True
    while more:
        with unit_of_work() as session:
            more = service.fill_inbox(session, now=clock.now())


@periodic("notices.fill_reminders", "*/1 * * * * */10")
def fill_reminders(timestamp: int) -> None:
    """Write notices to people of the reminders that were recorded."""
    del timestamp
    more = True
    while more:
        with unit_of_work() as session:
            more = service.fill_reminders(session, now=clock.now())


@periodic("notices.send_texts", "*/1 * * * *")
def send_texts(timestamp: int) -> None:
    """Send to phones and contacts what may be sent by now."""
    del timestamp
    for send in (service.send_texts, service.send_messages):
        more = True
        while more:
            with unit_of_work() as session:
                more = send(session, now=clock.now())
