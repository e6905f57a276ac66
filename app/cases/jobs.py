"""Work on cases by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.cases import queries
from app.cases.service.opening import month_of
from app.core.db import unit_of_work
from app.core.jobs import periodic

MONTHS_AHEAD = 3


@periodic("cases.make_room", "23 3 * * *")
def make_room(timestamp: int) -> None:
    """Make the event partitions of the coming months, so that no report has to wait for it."""
    first = month_of(datetime.fromtimestamp(timestamp, UTC))
    with unit_of_work() as session:
        for ahead in range(MONTHS_AHEAD + 1):
            queries.ensure_month(session, first + timedelta(days=31 * ahead))
