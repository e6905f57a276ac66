"""A call-back made by many at once, and while its report is erased: one effect, no fault of ours, nothing left."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import text

from app.core.db import database, unit_of_work
from app.factory import create_app
from tests.factories.calls import a_call, ended
from tests.factories.cases import a_city
from tests.factories.http import ROOT, Api

pytestmark = [pytest.mark.committed, pytest.mark.slow]


@pytest.fixture
def api(committed):
    app = create_app(committed, database())
    with unit_of_work() as session:
        city = a_city(session, datetime.now(UTC))
        session.commit()
        yield Api(app, session, city)


def together(api, requests):
    """The statuses of requests that were sent at the same instant, each (who, path, body)."""
    headers = [api.headers(who) for who, _, _ in requests]
    barrier = Barrier(len(requests))

    def send(at):
        _, path, body = requests[at]
        barrier.wait()
        return api.app.test_client().post(ROOT + path, headers=headers[at], json=body).status_code

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, range(len(requests))))


def test_one_of_many_makes_the_call(api):
    made = a_call(api)
    ended(api, made["number"])
    [found] = api.get("operator", "/call-backs")["items"]
    path, body = f"/call-backs/{found['id']}", {"satisfied": True}
    people = ("operator", "colleague", "leader")
    statuses = together(api, [(who, f"{path}/done", body) for who in people for _ in range(3)])
    assert Counter(statuses) == {200: 1, 409: 8}


def test_no_attempt_is_lost(api):
    made = a_call(api)
    ended(api, made["number"])
    [found] = api.get("operator", "/call-backs")["items"]
    tries = [(who, f"/call-backs/{found['id']}/attempts", {}) for who in ("operator", "colleague", "leader")] * 4
    assert set(together(api, tries)) == {200}
    api.session.commit()
    assert len(api.get("operator", "/call-backs")["items"][0]["attempts"]) == len(tries)


def test_reopening_by_a_call_and_erasing_meet_without_a_fault(api):
    for _ in range(5):
        made = a_call(api)
        ended(api, made["number"])
        [found] = [one for one in api.get("operator", "/call-backs")["items"] if one["report"]["id"] == made["id"]]
        again = {"satisfied": False, "reopen": True, "note": "李女士仍不满意", "photo_ids": [api.photo("operator")]}
        requests = [
            ("operator", f"/call-backs/{found['id']}/done", again),
            (None, f"/track/{made['tracking_code']}/erase", {}),
        ]
        reopened, erased = together(api, requests)
        assert (reopened, erased) in {(200, 200), (409, 200)}
    api.session.commit()
    for table in ("report_callers", "call_backs"):
        kept = api.session.scalar(text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t"))
        assert "李女士" not in kept
        assert "13800000009" not in kept
