"""A job exists only if its unit of work commits, and outlives the worker that died doing it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from app import worker
from app.core import jobs
from app.core.config import Config
from app.core.db import unit_of_work
from app.core.jobs import REGISTRY, Lane, enqueue, task, worker_app

pytestmark = pytest.mark.slow

NAME = "core.probe"


@pytest.fixture
def ran() -> Iterator[list[str]]:
    """A job of the tests' own; the list says what it was given."""
    found: list[str] = []

    @task(NAME, attempts=3)
    def probe(word: str) -> None:
        found.append(word)
        if word == "fails":
            raise RuntimeError("asked to fail")

    yield found
    del REGISTRY[NAME]


def waiting() -> list[tuple[str, str]]:
    with unit_of_work() as session:
        rows = session.execute(
            text("SELECT args->>'word', status::text FROM procrastinate_jobs WHERE args ? 'word' ORDER BY id")
        ).all()
    return [tuple(row) for row in rows]


def work(settings: Config) -> None:
    """Do everything that waits, then stop."""
    app = worker_app(settings.database_url)

    async def once() -> None:
        async with app.open_async():
            await app.run_worker_async(queues=["core"], wait=False, install_signal_handlers=False, delete_jobs="never")

    # A thread of its own: where a browser was opened before, this one's event loop runs already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, once()).result()


def test_a_job_exists_only_if_its_unit_commits(committed: Config, ran: list[str]):
    with unit_of_work() as session:
        enqueue(session, NAME, word="kept")
    with pytest.raises(RuntimeError, match="stop"):
        _enqueue_and_fail()
    assert waiting() == [("kept", "todo")]
    work(committed)
    assert ran == ["kept"]
    assert waiting() == [("kept", "succeeded")]


def _enqueue_and_fail() -> None:
    with unit_of_work() as session:
        enqueue(session, NAME, word="lost")
        raise RuntimeError("stop")


def test_a_job_is_not_seen_before_its_unit_ends(committed: Config, ran: list[str]):
    with unit_of_work() as session:
        enqueue(session, NAME, word="early")
        assert waiting() == []
    assert waiting() == [("early", "todo")]


def test_a_locked_job_waits_once_and_the_unit_goes_on(committed: Config, ran: list[str]):
    with unit_of_work() as session:
        for word in ("first", "second"):
            enqueue(session, NAME, queueing_lock="one", word=word)
        enqueue(session, NAME, word="third")
    with unit_of_work() as session:
        enqueue(session, NAME, queueing_lock="one", word="fourth")
    assert waiting() == [("first", "todo"), ("third", "todo")]
    work(committed)
    with unit_of_work() as session:
        enqueue(session, NAME, queueing_lock="one", word="fifth")
    assert [word for word, status in waiting() if status == "todo"] == ["fifth"]


def test_a_job_that_fails_is_tried_again_later(committed: Config, ran: list[str]):
    with unit_of_work() as session:
        enqueue(session, NAME, word="fails")
    work(committed)
    assert ran == ["fails"]
    with unit_of_work() as session:
        row = session.execute(
            text("SELECT status::text, attempts, scheduled_at > now() FROM procrastinate_jobs WHERE args ? 'word'")
        ).one()
    assert tuple(row) == ("todo", 1, True)


def _doing(word: str, *, heartbeat: str | None) -> None:
    """A job in the hands of a worker whose last sign of life is that old; None: of a worker nobody remembers."""
    with unit_of_work() as session:
        enqueue(session, NAME, word=word)
        holder = None
        if heartbeat is not None:
            made = text(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :old ::interval) RETURNING id"
            )
            holder = session.execute(made, {"old": heartbeat}).scalar_one()
        taken = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :holder WHERE args->>'word' = :word")
        session.execute(taken, {"holder": holder, "word": word})


def test_jobs_of_dead_workers_are_done_by_others(committed: Config, ran: list[str]):
    _doing("dead", heartbeat="5 minutes")
    _doing("alive", heartbeat="10 seconds")
    _doing("forgotten", heartbeat=None)
    worker.rescue_stalled_jobs(0)
    assert dict(waiting()) == {"dead": "todo", "alive": "doing", "forgotten": "todo"}
    work(committed)
    assert sorted(ran) == ["dead", "forgotten"]


def test_finished_jobs_are_forgotten_after_a_week_and_failed_ones_are_not(committed: Config, ran: list[str]):
    with unit_of_work() as session:
        for word in ("old", "new"):
            enqueue(session, NAME, word=word)
    work(committed)
    with unit_of_work() as session:
        session.execute(
            text("""UPDATE procrastinate_events SET at = now() - interval '8 days' WHERE job_id IN
                    (SELECT id FROM procrastinate_jobs WHERE args->>'word' = 'old')""")
        )
    worker.forget_finished_jobs(0)
    assert waiting() == [("new", "succeeded")]


def test_a_name_belongs_to_one_job(ran: list[str]):
    with pytest.raises(ValueError, match="two jobs are called"):

        @task(NAME)
        def another(word: str) -> None:
            """Never registered."""


def test_the_queue_is_the_part_of_the_name_before_the_dot(ran: list[str]):
    assert "core" in worker.queues()
    assert all(queue == queue.lower() for queue in worker.queues())


def test_whoever_waits_for_others_keeps_nobody_waiting(committed: Config, monkeypatch: pytest.MonkeyPatch):
    """Of the city's own work two jobs are done at once, and one of others' servers that hangs is none of them."""
    monkeypatch.setattr("app.core.jobs.OUTBOUND", {"core.hang": "webhooks"})
    answered, ended = threading.Event(), threading.Event()

    @task("core.hang")
    def hang() -> None:
        assert answered.wait(60)
        ended.set()

    task(NAME)(answered.set)
    with unit_of_work() as session:
        enqueue(session, "core.hang")
        enqueue(session, NAME)

    async def until_ended() -> None:
        working = asyncio.create_task(
            jobs.work(worker_app(committed.database_url), [Lane(["core"], 1), Lane(["webhooks"], 1)], signals=())
        )
        await asyncio.get_running_loop().run_in_executor(waiting_here, ended.wait, 60)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working

    try:
        with ThreadPoolExecutor(1) as pool, ThreadPoolExecutor(1) as waiting_here:
            pool.submit(asyncio.run, until_ended()).result()
    finally:
        del REGISTRY["core.hang"], REGISTRY[NAME]


def test_a_lane_that_ends_begins_again(monkeypatch: pytest.MonkeyPatch):
    """Its own sign of life ends it while the database is away; the process goes on until it is told to stop."""
    monkeypatch.setattr(jobs, "AGAIN_S", 0.0)
    begun, again = list[int](), asyncio.Event()

    class Ending:
        @asynccontextmanager
        async def open_async(self) -> AsyncIterator[None]:
            yield

        async def run_worker_async(self, **_: Any) -> None:
            begun.append(1)
            if len(begun) == 2:
                raise ConnectionError("the database is away")
            if len(begun) > 2:
                again.set()
                await asyncio.sleep(60)

    async def until_told() -> None:
        working = asyncio.create_task(jobs.work(Ending(), [Lane(["core"], 1)], signals=()))
        await asyncio.wait_for(again.wait(), 60)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working

    # A thread of its own: in that of the tests a browser's loop may be running.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(until_told())).result()
    assert len(begun) == 3


def test_every_queue_is_watched_in_one_lane():
    watched = [queue for lane in worker.lanes() for queue in lane.queues]
    assert sorted(watched) == worker.queues()
    own, *others = worker.lanes()
    assert {"webhooks", "messages"} == {queue for lane in others for queue in lane.queues}
    assert "statements" in own.queues
