"""What happens after a report is committed."""

from __future__ import annotations

from uuid import UUID

from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import task
from app.reports import service


@task("reports.acknowledge")
def acknowledge(report_id: str) -> None:
    """Send the reporter the receipt with the tracking code."""
    with unit_of_work() as session:
        service.acknowledge(session, UUID(report_id), now=clock.now())
