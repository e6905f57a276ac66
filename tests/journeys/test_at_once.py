"""Many at once, with real commits: one effect, equal answers, and never a fault of ours."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import text

from app.core.db import database, unit_of_work
from app.factory import create_app
from tests.factories.cases import RUBBISH_CODES, a_city
from tests.factories.http import ROOT, Api

pytestmark = [pytest.mark.committed, pytest.mark.slow]
MANY = 20


@pytest.fixture
def api(committed):
    app = create_app(committed, database())
    with unit_of_work() as session:
        city = a_city(session, datetime.now(UTC))
        session.commit()
        yield Api(app, session, city)


def at_once(api, requests):
    """(status, body, headers) of requests that were sent together, each (who, path, arguments of post)."""
    headers = {who: api.headers(who) for who, _, _ in requests}
    barrier = Barrier(len(requests))

    def send(request):
        who, path, arguments = request
        given = {**headers[who], **arguments.pop("headers", {})}
        client = api.app.test_client()
        barrier.wait()
        answer = client.post(ROOT + path, headers=given, **arguments)
        return answer.status_code, answer.get_json(), answer.headers

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def count(api, table):
    api.session.commit()
    return api.session.scalar(text(f"SELECT count(*) FROM {table}"))


def body_of(api, **changes):
    return {
        "description": "垃圾桶满了",
        "position": api.city.position(),
        "captured_at": datetime.now(UTC).isoformat(),
        **changes,
    }


def test_the_same_report_sent_by_twenty_clients_is_one(api):
    body = body_of(api, id="018f0000-0000-7000-8000-000000000001", photo_ids=[api.photo("citizen")])
    answers = at_once(api, [("citizen", "/reports", {"json": body}) for _ in range(MANY)])
    assert Counter(status for status, _, _ in answers) == {201: 1, 200: MANY - 1}
    assert all(answer == answers[0][1] for _, answer, _ in answers)
    assert [count(api, table) for table in ("reports", "cases", "case_events", "case_photos")] == [1, 1, 1, 1]


def test_twenty_different_reports_in_a_fresh_month_all_arrive(api):
    answers = at_once(api, [("citizen", "/reports", {"json": body_of(api)}) for _ in range(MANY)])
    assert Counter(status for status, _, _ in answers) == {201: MANY}
    assert len({answer["number"] for _, answer, _ in answers}) == MANY
    assert count(api, "case_events") == MANY


def test_the_same_key_is_carried_out_once(api):
    body, key = body_of(api), {"Idempotency-Key": "one-and-only"}
    answers = at_once(api, [("citizen", "/reports", {"json": body, "headers": key}) for _ in range(MANY)])
    assert Counter(status for status, _, _ in answers) == {201: MANY}
    assert all(answer == answers[0][1] for _, answer, _ in answers)
    assert sum("Idempotent-Replayed" in headers for _, _, headers in answers) == MANY - 1
    assert count(api, "reports") == 1
    told = api.post("citizen", "/reports", 409, json=body_of(api, description="别的"), headers=key)
    assert told["type"] == "/problems/idempotency-key-reused"
    # Another person's key is another key.
    assert api.post("neighbour", "/reports", 201, json=body, headers=key)["number"] != answers[0][1]["number"]


def ready_to_check(api):
    city = api.city
    number = api.report("citizen", type=RUBBISH_CODES)["case"]["number"]
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    api.act("unit1", number, "finish", photos=1, text="已清理")
    return number


@pytest.mark.parametrize("version", ["current", "*"])
def test_of_two_inspectors_one_is_first(api, version):
    number = ready_to_check(api)
    match = {"If-Match": api.version(number) if version == "current" else "*"}
    tries = []
    for who in ("inspector1", "inspector2"):
        found = {"verdict": "passed", "photo_ids": [api.photo(who)], "position": api.city.position()}
        tries.append((who, f"/cases/{number}/actions/check", {"json": found, "headers": match}))
    answers = at_once(api, tries)
    second = 412 if version == "current" else 409
    assert sorted(status for status, _, _ in answers) == [200, second]
    actions = [event["action"] for event in api.chain(number)]
    assert actions.count("check") == 1


def test_as_many_events_as_actions_succeeded(api):
    number = api.report("citizen", type=RUBBISH_CODES)["case"]["number"]
    accepted = {"type": RUBBISH_CODES, "condition_id": str(api.city.condition())}
    match = {"If-Match": "*"}
    act = f"/cases/{number}/actions/"
    tries = [("operator", act + "accept", {"json": accepted, "headers": match}) for _ in range(6)]
    tries += [("leader", act + "reject", {"json": {"reason": "不属实"}, "headers": match}) for _ in range(3)]
    tries += [("supervisor", act + "supervise", {"json": {}, "headers": match}) for _ in range(3)]
    answers = at_once(api, tries)
    statuses = Counter(status for status, _, _ in answers)
    assert set(statuses) <= {200, 409}
    assert len(api.chain(number)) == 1 + statuses[200]


def test_two_cases_merged_into_each_other_end_as_one(api):
    one, other = (api.report("citizen")["case"]["number"] for _ in range(2))
    match = {"If-Match": "*"}
    tries = [
        ("operator", f"/cases/{one}/actions/merge", {"json": {"into": other}, "headers": match}),
        ("colleague", f"/cases/{other}/actions/merge", {"json": {"into": one}, "headers": match}),
    ] * 4
    answers = at_once(api, [(who, path, dict(given)) for who, path, given in tries])
    statuses = Counter(status for status, _, _ in answers)
    assert statuses[200] == 1
    assert set(statuses) <= {200, 409, 422}
    states = {number: api.get("admin", f"/cases/{number}")["state"] for number in (one, other)}
    assert sorted(states.values()) == ["merged", "received"]
    for number in states:
        api.chain(number)
