"""Jobs of the grid."""

from __future__ import annotations

from uuid import UUID

from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import task
from app.core.storage import store
from app.grid import service


@task("grid.check_import")
def check_import(import_id: str) -> None:
    """Check a file that was handed in and accept or refuse it; no transaction is open while it is checked."""
    with unit_of_work() as session:
        found = service.find_import(session, UUID(import_id))
        if found.status != "pending":
            return
        grid = service.live_grid(session)
        file_key, wanted = found.file_key, service.wanted_of(found)
    verdict = service.check_file(store().get(file_key), wanted, grid)
    with unit_of_work() as session:
        service.conclude_import(session, UUID(import_id), verdict, checked=grid.stamp, now=clock.now())
