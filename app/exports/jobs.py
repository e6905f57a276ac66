"""Jobs of exports: making the file of one, and removing those whose time is over."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import IO
from uuid import UUID

import structlog

from app.cases import queries as cases
from app.cases.service.filtering import check_known, filter_of
from app.core import clock
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.errors import DomainError, Unavailable
from app.core.jobs import periodic, task
from app.core.storage import store
from app.core.sweeping import remove_outlived, remove_strays
from app.exports import service
from app.exports.errors import ExportBroken, ExportTooLarge
from app.exports.queries.picking import Picked, picked_cases
from app.exports.rules import ATTEMPTS, KEPT, MOST_ROWS, Format
from app.exports.schemas import ExportCasesQuery
from app.exports.service import Attempt
from app.exports.service.reading import Told

log = structlog.get_logger()
PREFIX = "exports"


class Superseded(Exception):
    """Another attempt was begun, because this one was taken for dead."""


@task("exports.make_file", attempts=ATTEMPTS)
def make_file(export_id: str) -> None:
    """Make the file of an export; after a stop it begins afresh, and only a whole file is ever given out."""
    made(export_id, _make)


def made(export_id: str, make: Callable[[Attempt], None]) -> None:
    """Begin an export and make its file, whatever it holds; what goes wrong is recorded, or left to the next attempt.

    Raises: Unavailable while another attempt is left.
    """
    with unit_of_work() as session:
        attempt = service.begin(session, UUID(export_id), now=clock.now())
    if attempt is None:
        return
    try:
        make(attempt)
    except Superseded:
        log.info("export.superseded", export_id=export_id, attempt=attempt.number)
    except DomainError as refused:
        if isinstance(refused, Unavailable) and attempt.number < ATTEMPTS:
            raise
        _fail(attempt, refused)
    except Exception:
        if attempt.number < ATTEMPTS:
            raise
        log.exception("export.failed", export_id=export_id)
        _fail(attempt, ExportBroken(f"It failed {ATTEMPTS} times for a reason that is ours: tell the administrator."))


def _fail(attempt: Attempt, why: DomainError) -> None:
    with unit_of_work() as session:
        service.fail(session, attempt.export_id, why, now=clock.now())


def _make(attempt: Attempt) -> None:
    wanted, ending = attempt.wanted, Format(attempt.wanted.format)
    picked = _picked(attempt)
    with read_unit() as session:
        said = service.wording(session, wanted.language)
    reader = service.Reader(attempt.principal, ending, attempt.asked_at, config().city_tz)
    rows = _telling(attempt, service.batches(read_unit, reader, picked))
    with tempfile.TemporaryFile(prefix="fieldgrid-export-") as file:
        size = _write(file, service.pieces_of(ending, rows, said, len(picked)))
        file.seek(0)
        store().put_file(attempt.file_key, file)
    with unit_of_work() as session:
        finished = service.finish(session, attempt, len(picked), size, now=clock.now())
    if not finished:
        store().delete(attempt.file_key)
    log.info("export.made", export_id=str(attempt.export_id), rows=len(picked), size_bytes=size, kept=finished)


def _picked(attempt: Attempt) -> Picked:
    """The cases of the export as they are now.

    Raises: ExportTooLarge; BadFilter where the filter names something that is gone.
    """
    query = ExportCasesQuery.model_validate(attempt.wanted.query)
    most = MOST_ROWS[Format(attempt.wanted.format)]
    with read_unit() as session:
        found, unknown = cases.named(session, replace(filter_of(query, config().city_tz), sort=query.sort))
        check_known(unknown)
        picked = picked_cases(session, found, attempt.principal, now=attempt.asked_at, most=most + 1)
    if len(picked) > most:
        raise ExportTooLarge(f"A {attempt.wanted.format} file holds {most} cases: narrow the filter, or take CSV.")
    with unit_of_work() as session:
        service.expect(session, attempt, len(picked))
    return picked


def _telling(attempt: Attempt, batches: Iterable[Sequence[Told]]) -> Iterator[Sequence[Told]]:
    """The same batches; after each it is said how far the export is."""
    written = 0
    for rows in batches:
        yield rows
        written += len(rows)
        with unit_of_work() as session:
            if not service.note_progress(session, attempt, written):
                raise Superseded


def _write(file: IO[bytes], pieces: Iterable[bytes]) -> int:
    return sum(file.write(piece) for piece in pieces)


@periodic("exports.remove_old", "9 * * * *")
def remove_old(timestamp: int) -> None:
    """Remove exports that were kept for their week, and files of attempts that were stopped; files first."""
    with read_unit() as session:
        doomed = service.outlived(session, now=clock.now())
    remove_outlived(doomed, service.forget)
    strays = remove_strays(PREFIX, clock.now() - KEPT - timedelta(days=1), service.known_keys)
    log.info("exports.removed", exports=len(doomed), files=strays, period=timestamp)
