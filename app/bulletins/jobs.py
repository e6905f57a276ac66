"""Jobs of bulletins: making the file of one, and removing drafts whose time is over."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from app.bulletins import service
from app.bulletins.errors import BulletinBroken
from app.bulletins.rules import ATTEMPTS, DRAFTS_KEPT
from app.bulletins.service import Attempt
from app.core import clock
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.errors import DomainError
from app.core.jobs import periodic, task
from app.core.storage import store
from app.core.sweeping import remove_outlived, remove_strays
from app.documents.errors import PrintingBusy

log = structlog.get_logger()
PREFIX = "bulletins"
GATHERED = 40
"""Per cent: so far is a bulletin whose contents are there and only have to be set."""


class Superseded(Exception):
    """Another attempt was begun, because this one was taken for dead."""


@task("bulletins.make_file", attempts=ATTEMPTS)
def make_file(bulletin_id: str) -> None:
    """Make the file of a bulletin; after a stop it begins afresh, and only a whole file is ever given out."""
    with unit_of_work() as session:
        attempt = service.begin(session, UUID(bulletin_id), now=clock.now())
    if attempt is None:
        return
    try:
        _make(attempt)
    except Superseded:
        log.info("bulletin.superseded", bulletin_id=bulletin_id, attempt=attempt.number)
    except PrintingBusy as busy:
        _again(attempt, busy, busy)
    except DomainError as refused:
        _fail(attempt, refused)
    except Exception as error:
        ours = BulletinBroken(f"It failed {ATTEMPTS} times for a reason that is ours: tell the administrator.")
        log.exception("bulletin.failed", bulletin_id=bulletin_id)
        _again(attempt, error, ours)


def _again(attempt: Attempt, error: Exception, said: DomainError) -> None:
    """Let the queue try it again, or say at the last time why there is no file."""
    if attempt.number < ATTEMPTS:
        raise error
    _fail(attempt, said)


def _fail(attempt: Attempt, why: DomainError) -> None:
    with unit_of_work() as session:
        service.fail(session, attempt.bulletin_id, why, now=clock.now())


def _make(attempt: Attempt) -> None:
    now, zone = clock.now(), ZoneInfo(config().city_tz)
    with read_unit() as session:
        document = service.contents_of(session, attempt.wanted, attempt.template, zone, now=now)
    with unit_of_work() as session:
        if not service.note_progress(session, attempt, GATHERED):
            raise Superseded
    data = service.file_of(document, attempt.wanted.format)
    store().put(attempt.file_key, data)
    with unit_of_work() as session:
        kept = service.finish(session, attempt, len(data), hashlib.sha256(data).hexdigest(), now=clock.now())
    if not kept:
        store().delete(attempt.file_key)
    log.info("bulletin.made", bulletin_id=str(attempt.bulletin_id), size_bytes=len(data), kept=kept)


@periodic("bulletins.remove_old", "49 * * * *")
def remove_old(timestamp: int) -> None:
    """Remove bulletins of drafts after their month, and files of attempts that were stopped; files first."""
    with read_unit() as session:
        doomed = service.old_drafts(session, now=clock.now())
    remove_outlived(doomed, service.forget)
    strays = remove_strays(PREFIX, clock.now() - DRAFTS_KEPT - timedelta(days=1), service.known_keys)
    log.info("bulletins.removed", bulletins=len(doomed), files=strays, period=timestamp)
