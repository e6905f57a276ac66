"""Jobs of analyses: making a report that nobody should wait for."""

from __future__ import annotations

import orjson
import structlog
from sqlalchemy import text

from app.analysis.schemas import ReportQuery
from app.analysis.service.gathering import STEPS, report_file, told_report
from app.core import clock
from app.core.db import snapshot_unit, unit_of_work
from app.core.jobs import task
from app.core.storage import store
from app.exports import service as exports
from app.exports.jobs import Superseded, made
from app.exports.rules import ATTEMPTS
from app.exports.service import Attempt

log = structlog.get_logger()
SET_AND_STORED = 1
# One statement of it reads whatever was closed in a year.
_PATIENCE = text("SET LOCAL statement_timeout = '10min'")


@task("analysis.make_report", attempts=ATTEMPTS)
def make_report(export_id: str) -> None:
    """Make the file of a report; after a stop it begins afresh, and only a whole file is ever given out."""
    made(export_id, _make)


def _make(attempt: Attempt) -> None:
    """No transaction is open while the file is set and stored.

    Raises: Superseded.
    """
    wanted = attempt.wanted
    query = ReportQuery.model_validate({**wanted.query, "format": wanted.format, "lang": wanted.language})
    with unit_of_work() as session:
        exports.expect(session, attempt, STEPS + SET_AND_STORED)
    progress = _Progress(attempt)
    with snapshot_unit() as session:
        session.execute(_PATIENCE)
        report = told_report(
            session, query, attempt.principal, now=attempt.asked_at, language=wanted.language, step=progress.step
        )
    data = orjson.dumps(report.found) if wanted.format == "json" else report_file(report, wanted.format)
    store().put(attempt.file_key, data)
    with unit_of_work() as session:
        kept = exports.finish(session, attempt, STEPS + SET_AND_STORED, len(data), now=clock.now())
    if not kept:
        store().delete(attempt.file_key)
    log.info("report.made", export_id=str(attempt.export_id), size_bytes=len(data), kept=kept)


class _Progress:
    """How many steps are done, told to whoever waits while the report is still being read."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt, self._done = attempt, 0

    def step(self) -> None:
        """Raises: Superseded."""
        self._done += 1
        with unit_of_work() as session:
            if not exports.note_progress(session, self._attempt, self._done):
                raise Superseded
