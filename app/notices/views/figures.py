"""Figures of notices among the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.core.metrics import Figure, measured
from app.notices import service
from app.notices.queries import figures
from app.notices.rules import Status


@measured("fieldgrid_reader_lag_seconds", "Age of the oldest thing that a reader has not read yet", "reader")
def readers(session: Session) -> Iterator[Figure]:
    """Inbox, webhooks, reminders: minutes mean that no worker runs."""
    for row in figures.readers_behind(session, service.REMINDERS):
        yield Figure((row.name,), float(row.seconds))


@measured("fieldgrid_webhook_deliveries", "Deliveries to webhooks that wait, or that were given up", "state")
def deliveries(session: Session) -> Iterator[Figure]:
    """Those of the last 30 days, as the log goes back."""
    found = figures.undelivered_count(session)
    yield Figure(("waiting",), found.get(Status.PENDING, 0))
    yield Figure(("failed",), found.get(Status.FAILED, 0))


@measured("fieldgrid_contact_messages_due", "Messages to contacts of staff that may be sent and were not handed over")
def messages(session: Session) -> Iterator[Figure]:
    """They go out each minute."""
    yield Figure((), figures.overdue_messages(session))
