"""Erasing what somebody sent: nothing personal is left anywhere, and every chain still verifies."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from app.reports import service as reports
from tests.factories.cases import RUBBISH_CODES, STALL_CODES

pytestmark = pytest.mark.slow

SECRET = "张三的电话一三九"
PHONE = "13800000001"


def rows_with(session, word):
    """The tables that hold a word in any column, bytes included."""
    found = set()
    tables = session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
    ).all()
    for table in tables:
        whole = f'SELECT count(*) FROM "{table}" t WHERE position(:word IN CAST(t AS text)) > 0'
        if session.scalar(text(whole), {"word": word}):
            found.add(table)
    kept = "SELECT count(*) FROM idempotency_keys WHERE position(convert_to(:word, 'UTF8') IN body) > 0"
    return found | ({"idempotency_keys"} if session.scalar(text(kept), {"word": word}) else set())


@pytest.fixture
def told(api, city):
    """A closed case whose reporter said much, and repeatedly."""
    words = {"description": SECRET, "address": f"{SECRET}家门口", "type": RUBBISH_CODES}
    report = api.report("citizen", photo_ids=[api.photo("citizen")], **words)
    reports.acknowledge(api.session, UUID(report["id"]), now=datetime.now(UTC))
    api.session.commit()
    number, code = report["case"]["number"], report["tracking_code"]
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    api.act("unit1", number, "finish", photos=1, text="已清理")
    api.act("inspector1", number, "check", photos=1, verdict="passed", position=city.position())
    api.act("leader", number, "close")
    rated = {"score": 1, "text": SECRET}
    api.post("citizen", f"/reports/{report['id']}/rating", json=rated, headers={"Idempotency-Key": "rated"})
    back = {"reason": SECRET, "photo_ids": [api.photo(None)], "position": city.position()}
    api.post(None, f"/track/{code}/reopen", json=back)
    return report


def test_nothing_personal_is_left_anywhere_and_the_chain_verifies(api, told):
    number, code = told["case"]["number"], told["tracking_code"]
    assert rows_with(api.session, SECRET) >= {"cases", "reports", "idempotency_keys"}
    page = api.post(None, f"/track/{code}/erase")
    assert page["status"] == "handling"
    assert rows_with(api.session, SECRET) == set()
    assert rows_with(api.session, code) == set()
    verdict = api.post("auditor", f"/cases/{number}/verify-chain")
    assert (verdict["ok"], verdict["redacted"]) == (True, 3)
    events = api.chain(number)
    assert events[-1]["action"] == "redact"
    assert events[-1]["actor"]["kind"] == "system"
    erased = {item["seq"]: item["names"] for item in events[-1]["inputs"]["erased"]}
    assert erased[1] == ["actor", "description", "photo_ids", "position"]
    assert set(erased) == {event["seq"] for event in events if event["action"] in {"submit", "rate", "reopen"}}
    first = events[0]
    assert first["actor"]["id"] is None
    assert first["actor"]["digest"] == first["digests"]["actor"]
    assert first["redacted"] == ["actor", "description", "photo_ids", "position"]
    assert events[1]["actor"]["name"], "the staff's part stays"
    case = api.get("operator", f"/cases/{number}")
    assert case["description"] is None
    assert case["reports"][0]["reporter"] is None
    assert case["position"]["lon"] == pytest.approx(api.city.spot()[0])
    api.get("citizen", f"/reports/{told['id']}", 404)
    assert api.get("citizen", "/reports")["items"] == []
    staff = api.get("operator", f"/reports/{told['id']}")
    assert (staff["description"], staff["address"], staff["stated_position"]) == (None, None, None)


def test_erasing_again_finds_nothing_and_the_case_goes_on(api, told):
    number, code = told["case"]["number"], told["tracking_code"]
    api.post(None, f"/track/{code}/erase")
    before = len(api.chain(number))
    api.post(None, f"/track/{code}/erase")
    assert len(api.chain(number)) == before
    replayed = api.client.post(
        f"/api/v1/reports/{told['id']}/rating",
        json={"score": 1, "text": SECRET},
        headers={**api.headers("citizen"), "Idempotency-Key": "rated"},
    )
    assert (replayed.status_code, replayed.data) == (204, b"")
    assert api.act("unit1", number, "finish", photos=1, text="再次清理")["state"] == "to_check"
    assert api.get(None, f"/track/{code}")["status"] == "to_check"
    api.chain(number)


def test_words_are_erased_wherever_the_case_was_split_or_merged_to(api):
    other = api.report("neighbour", description="另一个人的话")
    report = api.report("citizen", description=SECRET, address=SECRET)
    number = report["case"]["number"]
    api.act("operator", number, "split", type=STALL_CODES)
    child = api.chain(number)[-1]["inputs"]["split_into"]
    joined = {"case_number": other["case"]["number"]}
    api.post("citizen", f"/reports/{report['id']}/join", 200, json=joined)
    api.post(None, f"/track/{report['tracking_code']}/erase")
    assert rows_with(api.session, SECRET) == set()
    for case in (number, child, other["case"]["number"]):
        assert api.post("auditor", f"/cases/{case}/verify-chain")["ok"]
    target = api.get("operator", f"/cases/{other['case']['number']}")
    assert target["description"] == "另一个人的话"
    assert [one["reporter"] is None for one in target["reports"]] == [False, True]
    assert api.chain(other["case"]["number"])[1]["actor"]["id"] is None


def owners(api):
    """(owner_id, owner_key) of every photo by its id."""
    found = api.session.execute(text("SELECT id, owner_id, owner_key FROM photos"))
    return {str(row.id): (row.owner_id, row.owner_key) for row in found}


def test_the_photos_of_an_erased_report_belong_to_nobody(api, told, city):
    number = told["case"]["number"]
    events = api.chain(number)
    sent = {event["action"]: event["photos"] for event in events if event["photos"]}
    assert sent.keys() >= {"submit", "reopen", "finish", "check"}
    api.post(None, f"/track/{told['tracking_code']}/erase")
    found = owners(api)
    for photo in sent["submit"] + sent["reopen"]:
        assert found[photo] == (None, f"erased:{photo}")
        api.get("citizen", f"/photos/{photo}", 404)
    assert [found[photo][0] for photo in sent["finish"]] == [city.people["unit1"]]
    shown = {photo["id"] for photo in api.get("operator", f"/cases/{number}")["photos"]}
    assert shown >= set(sent["submit"] + sent["reopen"])
    again = {"description": "又来了", "photo_ids": sent["submit"]}
    api.report("citizen", 422, **again)


def test_a_photo_of_another_report_keeps_its_owner_until_that_is_erased_too(api, city):
    shared, single = api.photo("citizen"), api.photo("citizen")
    first = api.report("citizen", photo_ids=[shared, single])
    second = api.report("citizen", photo_ids=[shared], description="还是那个地方")
    joined = {"case_number": first["case"]["number"]}
    api.post("citizen", f"/reports/{second['id']}/join", 200, json=joined)
    api.post(None, f"/track/{first['tracking_code']}/erase")
    found = owners(api)
    assert found[shared] == (city.people["citizen"], f"user:{city.people['citizen']}")
    assert found[single] == (None, f"erased:{single}")
    api.post(None, f"/track/{second['tracking_code']}/erase")
    assert owners(api)[shared] == (None, f"erased:{shared}")


def test_by_tracking_code_one_rates_and_reopens_without_an_account(api, city):
    report = api.report(None, photo_ids=[api.photo(None)], type=RUBBISH_CODES)
    code, number = report["tracking_code"], report["case"]["number"]
    api.post(None, f"/track/{code}/rating", 409, json={"score": 5})
    api.act("admin", number, "force_close", reason="演练")
    plain = code.replace("-", "").lower()
    assert api.get(None, f"/track/{plain}")["can_rate"] is True
    rated = api.post(None, f"/track/{code}/rating", json={"score": 3})
    assert (rated["rating"], rated["can_rate"]) == (3, False)
    api.post(None, f"/track/{code}/rating", 422, json={"score": 6})
    reopened = api.post(None, f"/track/{code}/reopen", json={"photo_ids": [api.photo(None)]})
    assert (reopened["status"], reopened["can_reopen"]) == ("to_dispatch", False)
    api.get(None, "/track/AAAA-AAAA-AAAA-AAAA-AAAA", 404)
