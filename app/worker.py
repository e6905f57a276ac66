"""The job worker's entry point: imports every feature's jobs and works until it is told to stop.

Any number of workers may run, on any number of machines; a periodic job runs once per period all the same.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy import text

from app.accounts import jobs as accounts_jobs
from app.analysis import jobs as analysis_jobs
from app.bulletins import jobs as bulletins_jobs
from app.cases import jobs as cases_jobs
from app.core import gateways, http, logs
from app.core.config import config
from app.core.db import Database, unit_of_work, use_database
from app.core.jobs import OUTBOUND, REGISTRY, Lane, periodic, queue_of, work, worker_app
from app.duty import jobs as duty_jobs
from app.evaluation import jobs as evaluation_jobs
from app.exports import jobs as exports_jobs
from app.grid import jobs as grid_jobs
from app.media import jobs as media_jobs
from app.notices import jobs as notices_jobs
from app.parts import jobs as parts_jobs
from app.reports import jobs as reports_jobs
from app.sla import jobs as sla_jobs
from app.statements import jobs as statements_jobs
from app.tiles import jobs as tiles_jobs

log = structlog.get_logger()
FEATURE_JOBS = (
    gateways,
    accounts_jobs,
    analysis_jobs,
    bulletins_jobs,
    cases_jobs,
    duty_jobs,
    evaluation_jobs,
    exports_jobs,
    grid_jobs,
    media_jobs,
    notices_jobs,
    parts_jobs,
    reports_jobs,
    sla_jobs,
    statements_jobs,
    tiles_jobs,
)


@periodic("core.forget_idempotency_keys", "17 * * * *")
def forget_idempotency_keys(timestamp: int) -> None:
    """Forget stored answers that are past their promised week."""
    with unit_of_work() as session:
        forgotten = http.purge_idempotency_keys(session)
    log.info("idempotency.forgotten", keys=forgotten, period=timestamp)


@periodic("core.rescue_stalled_jobs", "*/2 * * * *")
def rescue_stalled_jobs(timestamp: int) -> None:
    """Put jobs back into the queue whose worker died while doing them."""
    with unit_of_work() as session:
        rescued = session.execute(
            text("""
                UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL
                 WHERE status = 'doing' AND (worker_id IS NULL OR worker_id NOT IN
                       (SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'))
                   AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs other WHERE other.status = 'todo'
                                    AND other.queueing_lock = procrastinate_jobs.queueing_lock)
                RETURNING id""")
        ).all()
    if rescued:
        log.warning("jobs.rescued", jobs=len(rescued), period=timestamp)


@periodic("core.forget_finished_jobs", "41 * * * *")
def forget_finished_jobs(timestamp: int) -> None:
    """Finished jobs older than a week only slow the queue down; failed ones stay to be looked at."""
    with unit_of_work() as session:
        session.execute(
            text("""
                DELETE FROM procrastinate_jobs WHERE id IN (
                  SELECT j.id FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
                   WHERE j.status = 'succeeded' AND e.type = 'succeeded'
                     AND e.at < now() - interval '7 days' LIMIT 20000)""")
        )
    log.info("jobs.forgotten", period=timestamp)


def queues() -> list[str]:
    """Every queue that a registered job uses; the worker watches them all."""
    return sorted({queue_of(name) for name in REGISTRY})


def lanes() -> list[Lane]:
    """The city's own work, and beside it each kind of work that waits for somebody else's server: one that hangs
    delays only its like.
    """
    apart = sorted(set(OUTBOUND.values()))
    return [Lane([name for name in queues() if name not in apart], 2), *(Lane([name], 4) for name in apart)]


def main() -> None:
    """Work until SIGTERM or SIGINT; jobs under way are finished first."""
    settings = config()
    logs.configure(settings.log_level)
    use_database(Database.connect(settings))
    log.info("worker.started", queues=queues())
    asyncio.run(work(worker_app(settings.database_url), lanes()))


if __name__ == "__main__":
    main()
