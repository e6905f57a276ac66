"""Work on the change feed by the clock."""

from __future__ import annotations

import structlog

from app.core import feed
from app.core.db import unit_of_work
from app.core.jobs import periodic

log = structlog.get_logger()


@periodic("notices.purge_changes", "13 18 * * *")
def purge_changes(timestamp: int) -> None:
    """Forget changes that are older than promised."""
    with unit_of_work() as session:
        removed = feed.purge(session)
    log.info("changes.purged", rows=removed, period=timestamp)
