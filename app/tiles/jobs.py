"""Jobs of tiles."""

from __future__ import annotations

import structlog

from app.core import clock
from app.core.db import read_unit, unit_of_work
from app.core.jobs import periodic
from app.tiles.service import ledgers, preparing

log = structlog.get_logger()


@periodic("tiles.prepare_ground", "*/1 * * * *")
def prepare_ground(timestamp: int) -> None:
    """Draw areas and base layers anew after the grid or a layer changed; no transaction is open while it draws."""
    with read_unit() as session:
        found = preparing.find_areas(session)
    if found is not None:
        picture = preparing.draw(found)
        with unit_of_work() as session:
            kept = preparing.keep(session, picture, now=clock.now())
        log.info("tiles.areas_prepared", areas=len(found.live.names), kept=kept, period=timestamp)
    with unit_of_work() as session:
        layers = preparing.prepare_layers(session, now=clock.now())
    if layers:
        log.info("tiles.layers_prepared", layers=layers, period=timestamp)


@periodic("tiles.purge_changes", "51 19 * * *")
def purge_changes(timestamp: int) -> None:
    """Forget which points changed: whoever counts them in memory has seen it."""
    with unit_of_work() as session:
        removed = ledgers.purge_changes(session)
    log.info("tiles.changes_purged", removed=removed, period=timestamp)
