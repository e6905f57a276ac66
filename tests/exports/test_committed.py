"""Exports with real commits: asked for at once, made by a worker, holding nothing open."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app import worker
from app.core.db import read_unit, unit_of_work
from app.core.jobs import worker_app
from app.exports import jobs, service
from app.exports.errors import ExportsUnderWay
from app.exports.queries import register
from app.exports.rules import Format
from app.exports.service import reading
from tests.factories.cases import a_city
from tests.factories.scattered_cases import scatter

pytestmark = [pytest.mark.slow, pytest.mark.committed]
CROWD = 40
NOW = datetime.now(UTC)
OPEN = text("""
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()""")


@pytest.fixture
def leader(committed):
    """Somebody who sees the whole city and its cases."""
    with unit_of_work() as session:
        city = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
        scatter(session, city, CROWD, NOW)
    with unit_of_work() as session:
        return city.who(session, "leader", NOW)


def ask(principal, ending):
    with unit_of_work() as session:
        return service.request_export(session, service.Wanted({}, ending, "zh-CN"), principal, now=NOW).id


def test_asked_for_many_times_at_once_it_is_one_export(leader):
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: ask(leader, Format.CSV), range(6)))
    assert len(ids) == 1
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask, leader, ending) for ending in (Format.XLSX, Format.GPKG, Format.GEOJSON)]
    refused = [one for one in asked if isinstance(one.exception(), ExportsUnderWay)]
    assert len(refused) == 2
    with read_unit() as session:
        assert len(register.under_way(session, leader.id)) == 2


def test_a_worker_makes_it_and_no_transaction_waits_for_the_file(committed, leader, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", 10)
    pieces_of, waiting = service.pieces_of, []

    def watched(*given):
        for piece in pieces_of(*given):
            with read_unit() as session:
                waiting.append(session.execute(OPEN).scalar())
            yield piece

    monkeypatch.setattr(jobs.service, "pieces_of", watched)
    export_id = ask(leader, Format.CSV)
    app = worker_app(committed.database_url)

    async def once():
        async with app.open_async():
            await app.run_worker_async(queues=["exports"], wait=False, install_signal_handlers=False)

    assert "exports" in worker.queues()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, once()).result()
    with read_unit() as session:
        made = service.own_export(session, export_id, leader)
        assert (made.status, made.rows, made.expected, made.attempts) == ("ready", CROWD, CROWD, 1)
    assert len(waiting) == CROWD // 10 + 1
    assert set(waiting) == {0}
