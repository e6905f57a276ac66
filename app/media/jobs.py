"""What happens to photos without anybody waiting for it."""

from __future__ import annotations

from uuid import UUID

import structlog

from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import periodic, task
from app.media import queries, service

log = structlog.get_logger()


@task("media.make_privacy_copy")
def make_privacy_copy(photo_id: str) -> None:
    """Make the copy that anybody may see; until then the photo is not public."""
    with unit_of_work() as session:
        photo = queries.photo(session, UUID(photo_id))
    if photo is None or photo.privacy_at is not None:
        return
    public_key = service.store_public_copy(photo)
    with unit_of_work() as session:
        service.publish(session, photo.id, public_key, now=clock.now())


@periodic("media.sweep_orphans", "23 * * * *")
def sweep_orphans(timestamp: int) -> None:
    """Remove files that no photo refers to, a 24th of the store an hour; each hash in a short transaction."""
    removed = 0
    for prefix in service.prefixes_of(timestamp // 3600):
        hashes = service.old_hashes(prefix, clock.now())
        with unit_of_work() as session:
            doomed = service.orphans(session, hashes)
        for sha256 in doomed:
            with unit_of_work() as session:
                removed += service.remove_orphan(session, sha256, now=clock.now())
    log.info("photos.swept", files=removed, period=timestamp)


@periodic("media.forget_uploads", "53 * * * *")
def forget_uploads(timestamp: int) -> None:
    """Forget resumable uploads that were never completed, and remove their parts."""
    with unit_of_work() as session:
        forgotten = service.forget_expired_uploads(session, now=clock.now())
    removed = service.remove_old_parts(clock.now())
    log.info("uploads.forgotten", uploads=forgotten, files=removed, period=timestamp)
