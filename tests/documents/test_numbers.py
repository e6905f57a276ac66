"""Numbers never skip and never repeat, whoever issues at once and whatever is rolled back in between."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from app.core.db import unit_of_work
from app.documents import queries, service
from app.documents.rules.kinds import DocumentKind
from app.documents.service import Order
from tests.factories.cases import to_state
from tests.factories.notices import a_committed_case, a_committed_city

pytestmark = [pytest.mark.committed, pytest.mark.slow]
THREADS, EACH = 8, 50


class Undone(Exception):
    pass


@pytest.fixture
def handling(committed, now):
    """A city, and the number of a case in handling."""
    city = a_committed_city()
    number = a_committed_case(city, now)
    with unit_of_work() as session:
        to_state(session, city, number, "handling", now)
    return city, number


def test_eight_issue_fifty_each_with_rollbacks_in_between(handling, now):
    city, number = handling
    with unit_of_work() as session:
        principal = city.who(session, "supervisor", now)
    order = Order(DocumentKind.RECTIFICATION, due_at=now + timedelta(days=1))
    barrier = Barrier(THREADS)

    def undo():
        with suppress(Undone), unit_of_work() as session:
            service.issue(session, number, order, principal=principal, now=now)
            raise Undone

    def work(thread):
        barrier.wait()
        for at in range(EACH):
            if (at + thread) % 3 == 0:
                undo()
            with unit_of_work() as session:
                service.issue(session, number, order, principal=principal, now=now)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    with unit_of_work() as session:
        rows = session.execute(text("SELECT serial, number FROM documents ORDER BY serial")).all()
        assert queries.next_serial(session, "rectification", 2026) == THREADS * EACH + 1
    assert [row.serial for row in rows] == list(range(1, THREADS * EACH + 1))
    assert [row.number for row in rows] == [f"城管改〔2026〕{serial}号" for serial in range(1, THREADS * EACH + 1)]


def test_each_year_of_the_city_begins_with_one(handling):
    city, number = handling
    turn = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    numbers = []
    for now in (turn - timedelta(seconds=2), turn - timedelta(seconds=1), turn, turn + timedelta(hours=9)):
        with unit_of_work() as session:
            principal = city.who(session, "supervisor", now)
            order = Order(DocumentKind.SUPERVISION, due_at=now + timedelta(days=1))
            made = service.issue(session, number, order, principal=principal, now=now)
            numbers.append(service.document_for(session, made, principal)["number"])
    assert numbers == ["城管督〔2026〕1号", "城管督〔2026〕2号", "城管督〔2027〕1号", "城管督〔2027〕2号"]
