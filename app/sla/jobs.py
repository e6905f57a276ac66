"""What happens to calendars without anybody waiting for it."""

from __future__ import annotations

import structlog

from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import periodic
from app.sla import service

log = structlog.get_logger()


@periodic("sla.refresh_calendars", "41 19 * * *")
def refresh_calendars(timestamp: int) -> None:
    """Publish a new version of each calendar whose holiday lists know more than it, as after an update in November."""
    with unit_of_work() as session:
        published = service.refresh_calendars(session, now=clock.now())
    log.info("calendars.refreshed", published=published, period=timestamp)
