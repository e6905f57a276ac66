"""All the code that knows the queue.

The queue is PostgreSQL (procrastinate): a job exists only if its unit of work commits. Jobs take ids,
never objects; they may run twice, so they check what is already done; they open their own unit of work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from signal import SIGINT, SIGTERM
from types import MappingProxyType
from typing import Any, NamedTuple

import procrastinate
import structlog
from procrastinate.contrib.sqlalchemy import SQLAlchemyPsycopg2Connector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

log = structlog.get_logger()
JobFunction = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Job:
    """A registered job: its name ``feature.verb``, its function, and for periodic ones the cron line (in UTC)."""

    name: str
    function: JobFunction
    cron: str | None = None
    attempts: int = 5


REGISTRY: dict[str, Job] = {}
OUTBOUND: Mapping[str, str] = MappingProxyType({"core.deliver_message": "messages", "notices.deliver": "webhooks"})
"""Jobs that wait for somebody else's server, each kind in a queue of its own: none keeps the city's work waiting."""


def queue_of(name: str) -> str:
    """The queue of a job: that of its feature, unless it waits for others.

    Example:
        >>> queue_of("sla.tell_lamps"), queue_of("notices.deliver")
        ('sla', 'webhooks')
    """
    return OUTBOUND.get(name, name.partition(".")[0])


def _register(job: Job) -> None:
    if job.name in REGISTRY and REGISTRY[job.name].function.__qualname__ != job.function.__qualname__:
        message = f"two jobs are called {job.name}"
        raise ValueError(message)
    REGISTRY[job.name] = job


def task(name: str, *, attempts: int = 5) -> Callable[[JobFunction], JobFunction]:
    """Register a job that features enqueue; it is tried again with growing pauses, at most ``attempts`` times."""

    def register(function: JobFunction) -> JobFunction:
        _register(Job(name, function, attempts=attempts))
        return function

    return register


def periodic(name: str, cron: str) -> Callable[[JobFunction], JobFunction]:
    """Register a job that the worker runs by the clock, once per period however many workers there are.

    The function takes one argument, the period's Unix time in whole seconds.
    """

    def register(function: JobFunction) -> JobFunction:
        _register(Job(name, function, cron=cron, attempts=1))
        return function

    return register


@cache
def _enqueueing() -> procrastinate.App:
    return procrastinate.App(connector=SQLAlchemyPsycopg2Connector())


def enqueue(session: Session, name: str, *, queueing_lock: str | None = None, **arguments: Any) -> None:
    """Queue a job that exists only if this session commits.

    ``queueing_lock``: while a job with this lock still waits, another one is not added.
    """
    try:
        _defer(session, name, queueing_lock, arguments)
    except procrastinate.exceptions.ConnectorException as error:
        # The queue hides what the database said, which tells whether to try again.
        if isinstance(error.__cause__, DBAPIError):
            raise error.__cause__ from error
        raise


def _defer(session: Session, name: str, queueing_lock: str | None, arguments: Mapping[str, Any]) -> None:
    if queueing_lock is None:
        _deferrer(session, name, None).defer(**arguments)
        return
    try:
        # A savepoint, so that the refused insert does not end the caller's transaction. The session sets it when it
        # is asked for its connection inside the block, not before.
        with session.begin_nested():
            _deferrer(session, name, queueing_lock).defer(**arguments)
    except procrastinate.exceptions.AlreadyEnqueued:
        return


def _deferrer(session: Session, name: str, queueing_lock: str | None) -> procrastinate.jobs.JobDeferrer:
    return _enqueueing().configure_task(
        name, connection=session.connection(), queue=queue_of(name), queueing_lock=queueing_lock
    )


_UNDER_WAY = text("""
    SELECT args FROM procrastinate_jobs WHERE task_name = :name AND status IN ('todo', 'doing')
     ORDER BY id DESC LIMIT 1""")


def under_way(session: Session, name: str) -> Mapping[str, Any] | None:
    """The arguments of the newest job of this name that waits or is being done; None where there is none."""
    found: Mapping[str, Any] | None = session.execute(_UNDER_WAY, {"name": name}).scalar()
    return found


CONNECTIONS = 8
"""Of a worker to the queue: one in each lane hears what is new, the others take and finish jobs."""
AGAIN_S = 1.0
"""So long a lane that ended rests."""


def worker_app(database_url: str) -> procrastinate.App:
    """The queue as the worker sees it, with every registered job (import the features' jobs first)."""
    conninfo = database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=conninfo, max_size=CONNECTIONS))
    for job in REGISTRY.values():
        retry = procrastinate.RetryStrategy(max_attempts=job.attempts, exponential_wait=3)
        registered = app.task(name=job.name, queue=queue_of(job.name), retry=retry if job.attempts > 1 else False)(
            job.function
        )
        if job.cron:
            app.periodic(cron=job.cron)(registered)
    return app


class Lane(NamedTuple):
    """Queues that a worker watches together, and how many of their jobs it does at once."""

    queues: Sequence[str]
    at_once: int


async def work(app: procrastinate.App, lanes: Sequence[Lane], signals: Sequence[int] = (SIGINT, SIGTERM)) -> None:
    """Do what is queued until a signal says to stop; jobs under way are finished first."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(sum(lane.at_once for lane in lanes), "job"))
    async with app.open_async():
        running = asyncio.gather(*(_keep(app, lane) for lane in lanes))
        for signal in signals:
            loop.add_signal_handler(signal, running.cancel)
        try:
            await running
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if this is not None and this.cancelling():
                raise


async def _keep(app: procrastinate.App, lane: Lane) -> None:
    """Work in a lane, and begin again whenever it ends, as it does when its sign of life meets no database."""
    while True:
        try:
            await app.run_worker_async(
                queues=lane.queues,
                concurrency=lane.at_once,
                shutdown_graceful_timeout=20,
                delete_jobs="never",
                install_signal_handlers=False,
            )
            log.warning("worker.lane_ended", queues=lane.queues)
        except Exception:
            log.exception("worker.lane_broken", queues=lane.queues)
        await asyncio.sleep(AGAIN_S)
