"""The workers stood still for six hours while five thousand cases crossed yellow and red; then two start at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from app.cases import jobs
from app.core import clock
from app.core.db import unit_of_work
from tests.factories.cases import a_city, to_state
from tests.factories.many_cases import copies
from tests.factories.reports import a_report

pytestmark = [pytest.mark.committed, pytest.mark.slow]
HOUR = timedelta(hours=1)
CROWD, WORKERS, RUNS = 5_000, 2, 4


@pytest.fixture
def crowd(committed, now):
    """Cases that turn yellow one after the other for five hours, and red two hours later, while nobody works."""
    with unit_of_work() as session:
        city = a_city(session, now - timedelta(days=8))
        number = a_report(session, city, now)["case"]["number"]
        to_state(session, city, number, "handling", now)
        copies(session, number, CROWD, yellow_at=now, apart=5 * HOUR / CROWD, red_after=2 * HOUR)
        session.execute(
            text("UPDATE cases SET due_at = 'infinity', yellow_at = 'infinity' WHERE number = :n"), {"n": number}
        )
        session.execute(
            text("""UPDATE case_clocks SET due_at = 'infinity', yellow_at = 'infinity'
                     WHERE case_id = (SELECT id FROM cases WHERE number = :n)"""),
            {"n": number},
        )


def test_each_is_reminded_and_told_once_the_most_urgent_first_whoever_works(crowd, now, monkeypatch):
    started = now + 6 * HOUR
    monkeypatch.setattr(clock, "now", lambda: started)
    barrier = Barrier(WORKERS)

    def work(_worker):
        barrier.wait()
        for run in range(RUNS):
            jobs.remind(run)
            jobs.tell_lamps(run)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(work, range(WORKERS)))

    with unit_of_work() as session:
        due = session.execute(
            text("""SELECT c.id, v.rung FROM cases c, (VALUES (1), (2)) v (rung)
                     WHERE CASE v.rung WHEN 1 THEN c.yellow_at ELSE c.due_at END < :now
                     ORDER BY c.due_at, c.id, v.rung"""),
            {"now": started},
        ).all()
        reminded = session.execute(text("SELECT case_id, rung FROM case_reminders ORDER BY id")).all()
        told = (
            session.execute(text("SELECT entity_id FROM changes WHERE kind = 'case.lamp' ORDER BY xid, seq"))
            .scalars()
            .all()
        )
    assert Counter(row.rung for row in due) == {1: CROWD, 2: 4000}
    assert Counter(reminded) == Counter(due), "each exactly once"
    # Two workers take turns at batches, so a reminder stands at most the other's batches away from its place.
    place = {row: at for at, row in enumerate(due)}
    away = max(abs(place[row] - at) for at, row in enumerate(reminded))
    assert away <= 2 * WORKERS * jobs.REMINDERS_AT_ONCE
    assert Counter(told) == {row.id: 1 for row in due}, "each crossing is told once: the reddest only of yellow and red"


def test_whoever_starts_later_finds_nothing_left(crowd, now, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: now + 6 * HOUR)
    for _ in range(2):
        jobs.remind(0)
        jobs.tell_lamps(0)
        with unit_of_work() as session:
            reminded = session.scalar(text("SELECT count(*) FROM case_reminders"))
            told = session.scalar(text("SELECT count(*) FROM changes WHERE kind = 'case.lamp'"))
        assert (reminded, told) == (CROWD + 4000, CROWD)
