"""Killing API and worker loses nothing that was answered: a real server, a real worker, real files, kill -9."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from app.cases.queries import chain_of
from app.cases.rules import verify
from app.cli.demo_city.load import load_demo_city
from app.core.config import Config
from app.core.db import unit_of_work
from app.core.storage import Store
from tests.factories.media import Shot, jpeg
from tests.factories.programs import Programs

ROOT = Path(__file__).resolve().parents[2]
REPORTS = 200
CLIENTS = 8


@pytest.fixture
def programs(committed: Config) -> Iterator[Programs]:
    with unit_of_work() as session:
        load_demo_city(session, ROOT / "grid_data", datetime(2026, 3, 1, tzinfo=UTC), say=lambda *_: None)
    found = Programs(committed)
    found.start()
    yield found
    found.kill()


def picture_of(number: int) -> bytes:
    return jpeg(Shot(size=(320, 240), seed=number))


def send(base: str, token: str, number: int, report_id: UUID) -> dict[str, object] | None:
    """One phone's attempt: photo and report in one form. None where no answer came."""
    lon, lat = 121.462 + (number % 20) * 0.001, 31.222 + (number // 20) * 0.001
    form = {
        "id": str(report_id),
        "description": f"第 {number} 处路面破损",
        "position": f'{{"lon": {lon:.6f}, "lat": {lat:.6f}}}',
        "captured_at": "2026-03-10T02:00:00Z",
    }
    try:
        answer = httpx.post(
            f"{base}/api/v1/reports",
            data=form,
            files={"photos": ("photo.jpg", picture_of(number), "image/jpeg")},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
    except httpx.HTTPError:
        return None
    assert answer.status_code in {200, 201, 503}, answer.text
    return answer.json() if answer.status_code < 300 else None


def token_of(base: str) -> str:
    answer = httpx.post(f"{base}/api/v1/auth/login", json={"username": "inspector1", "password": "fieldgrid-demo"})
    return str(answer.json()["access_token"])


@pytest.mark.slow
@pytest.mark.committed
def test_every_answered_report_exists_once_after_kill_9(programs: Programs) -> None:
    token = token_of(programs.base)
    ids = [uuid4() for _ in range(REPORTS)]
    with ThreadPoolExecutor(CLIENTS) as phones:
        waiting = {n: phones.submit(send, programs.base, token, n, ids[n]) for n in range(REPORTS)}
        while sum(one.done() for one in waiting.values()) < REPORTS // 3:
            time.sleep(0.005)
        programs.kill()
        answered = {n: one.result() for n, one in waiting.items()}
    first = {n: found for n, found in answered.items() if found is not None}
    assert REPORTS // 3 <= len(first) < REPORTS, "the kill has to hit the middle of the crowd"

    programs.start()
    with unit_of_work() as session:
        there = set(session.execute(text("SELECT id FROM reports")).scalars())
    assert {ids[n] for n in first} <= there, "an answered report is gone"

    # The phones send everything again that was not answered, and some of what was.
    with ThreadPoolExecutor(CLIENTS) as phones:
        again = dict(
            zip(
                range(REPORTS), phones.map(lambda n: send(programs.base, token, n, ids[n]), range(REPORTS)), strict=True
            )
        )
    assert all(again.values())
    same = ("id", "number", "tracking_code", "cell")
    assert all({k: again[n][k] for k in same} == {k: first[n][k] for k in same} for n in first)

    settle()
    store = Store(programs.settings.storage_url)
    with unit_of_work() as session:
        rows = session.execute(
            text("""SELECT r.id, c.id AS case_id, c.case_month, c.head_hash, p.original_key, p.display_key, p.thumb_key,
                           p.privacy_at
                      FROM reports r JOIN case_reports cr ON cr.report_id = r.id JOIN cases c ON c.id = cr.case_id
                      JOIN case_photos cp ON cp.case_id = c.id JOIN photos p ON p.id = cp.photo_id""")
        ).all()
        assert sorted(row.id for row in rows) == sorted(ids)
        assert session.execute(text("SELECT count(*) FROM cases")).scalar() == REPORTS
        for row in rows:
            assert verify(*chain_of(session, row.case_month, row.case_id), head=row.head_hash).ok
            assert all(store.exists(key) for key in (row.original_key, row.display_key, row.thumb_key))
            assert row.privacy_at is not None, "the photo's job was lost"


def settle() -> None:
    """Wait until the worker has done every job, those included that the killed one had begun."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with unit_of_work() as session:
            left = session.execute(
                text(
                    "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND queue_name = 'media'"
                )
            ).scalar()
        if not left:
            return
        time.sleep(0.5)
    raise AssertionError(f"{left} jobs are still waiting")
