"""Who rang: masked everywhere, read on record by those who ring back, erased and forgotten."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.reports import jobs, service
from app.reports.service.sourcing import phone_hash
from tests.factories.calls import CALLER, a_call, ended, follow

pytestmark = pytest.mark.slow

PHONE = "+8613800000009"
MASKED = {"name": "李*", "phone": "138****0009", "call_back": True, "language": "zh-CN"}
FAR = "310102001001001"


def reads(api):
    query = text("SELECT user_id, what, subject_id, why FROM personal_reads ORDER BY at, id")
    return [tuple(row) for row in api.session.execute(query)]


def test_a_caller_is_masked_wherever_the_report_is_shown(api, city):
    made = a_call(api)
    assert json.dumps(made).count("138") == 0
    for who in ("operator", "dispatcher", "supervisor", "admin", "leader"):
        assert api.get(who, f"/reports/{made['id']}")["caller"] == MASKED
    assert api.get("auditor", f"/reports/{made['id']}")["caller"] is None
    assert api.get("citizen", f"/reports/{api.report('citizen')['id']}")["caller"] is None
    shown = [api.get("operator", "/reports"), api.get("admin", f"/cases/{made['number']}")]
    shown += [api.get("admin", f"/cases/{made['number']}/events"), api.get(None, f"/track/{made['tracking_code']}")]
    text_ = json.dumps(shown, ensure_ascii=False)
    assert "13800000009" not in text_
    assert CALLER["name"] not in text_


def test_whoever_rings_back_reads_the_number_on_record(api, city):
    made = a_call(api)
    answer = api.call("colleague", "GET", f"/reports/{made['id']}/caller", query_string={"purpose": "question"})
    assert answer.get_json() == {
        "report": {"id": made["id"], "number": made["number"]},
        "name": CALLER["name"],
        "phone": PHONE,
        "call_back": True,
        "language": "zh-CN",
        "other_calls": 0,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    api.get("leader", f"/reports/{made['id']}/caller")
    assert [(who, what, str(report), why) for who, what, report, why in reads(api)] == [
        (city.people["colleague"], "report_caller", made["id"], "question"),
        (city.people["leader"], "report_caller", made["id"], "call_back"),
    ]
    told = api.get("operator", f"/reports/{made['id']}/caller", 422, purpose="curiosity")
    assert told["errors"][0]["pointer"] == "/purpose"


def test_others_do_not_and_no_reading_is_noted(api):
    made = a_call(api)
    for who, status in (("dispatcher", 403), ("admin", 403), ("auditor", 403), ("citizen", 403), (None, 401)):
        api.get(who, f"/reports/{made['id']}/caller", status)
    for report in (made["id"], api.report("citizen")["id"], "018f0000-0000-7000-8000-00000000dead"):
        told = api.get("operator2", f"/reports/{report}/caller", 404)
        assert told["type"] == "/problems/caller-not-found"
    assert reads(api) == []
    api.get("operator2", f"/reports/{a_call(api, cell=FAR)['id']}/caller")
    assert len(reads(api)) == 1


def test_a_reading_can_be_neither_changed_nor_removed(api):
    api.get("operator", f"/reports/{a_call(api)['id']}/caller")
    for statement in ("UPDATE personal_reads SET why = 'x'", "DELETE FROM personal_reads", "TRUNCATE personal_reads"):
        with pytest.raises(ProgrammingError), api.session.begin_nested():
            api.session.execute(text(statement))


def test_the_same_caller_is_recognised_by_a_hash_alone(api):
    first, second = a_call(api), a_call(api, caller={**CALLER, "phone": "+86 13800000009", "name": None})
    a_call(api, caller={**CALLER, "phone": "13800000007"})
    assert api.get("operator", f"/reports/{second['id']}/caller")["other_calls"] == 1
    hashes = api.session.execute(text("SELECT DISTINCT phone_hash FROM report_callers")).scalars().all()
    assert len(hashes) == 2
    assert phone_hash(PHONE) in hashes
    assert api.get("operator", f"/reports/{first['id']}/caller")["other_calls"] == 1


def test_erasing_the_report_erases_the_caller_and_withdraws_the_call(api):
    made = a_call(api)
    ended(api, made["number"])
    [due] = api.get("operator", "/call-backs")["items"]
    api.post("operator", f"/call-backs/{due['id']}/attempts", json={"reached": False, "note": "李女士的同事接听"})
    for _ in range(2):
        api.post(None, f"/track/{made['tracking_code']}/erase")
        assert api.get("operator", "/call-backs")["items"] == []
        assert api.get("operator", f"/reports/{made['id']}/caller", 404)["type"] == "/problems/caller-not-found"
    for table in ("report_callers", "call_backs", "reports", "outbox", "idempotency_keys", "event_details"):
        kept = api.session.execute(text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")).scalar_one()
        assert "13800000009" not in kept, table
        assert "李女士" not in kept, table
    told = api.post("operator", f"/call-backs/{due['id']}/done", 409, json={"satisfied": True})
    assert told["type"] == "/problems/call-back-over"
    # What ends later owes nothing to somebody who is gone.
    api.act("supervisor", made["number"], "reopen")
    ended(api, made["number"])
    assert api.get("operator", "/call-backs")["items"] == []


def forgotten(api, now):
    count = service.forget_callers(api.session, now=now)
    api.session.commit()
    return count


def test_a_caller_is_forgotten_when_nobody_will_ring_again(api):
    open_, waiting, over = (a_call(api) for _ in range(3))
    ended(api, waiting["number"])
    ended(api, over["number"])
    due = {one["case"]["number"]: one["id"] for one in api.get("operator", "/call-backs")["items"]}
    api.post("operator", f"/call-backs/{due[over['number']]}/done", json={"satisfied": True})
    now = datetime.now(UTC)
    assert forgotten(api, now + timedelta(days=29)) == 0
    assert forgotten(api, now + timedelta(days=31)) == 1
    assert forgotten(api, now + timedelta(days=31)) == 0
    assert api.get("operator", f"/reports/{over['id']}/caller", 404)["type"] == "/problems/caller-not-found"
    assert api.get("operator", f"/reports/{over['id']}")["caller"] is None
    for made in (open_, waiting):
        # Who rang before is still recognised.
        assert api.get("operator", f"/reports/{made['id']}/caller")["other_calls"] == 2
    jobs.forget_callers(0)
    # The end of a case that is opened again owes nothing to a forgotten number.
    api.act("supervisor", over["number"], "reopen")
    ended(api, over["number"])
    assert [one["case"]["number"] for one in api.get("operator", "/call-backs")["items"]] == [waiting["number"]]
    follow(api.session, waiting["number"])


@pytest.mark.parametrize(
    "change",
    ["phone = '110'", "name = ''", "language = '!'", "phone = NULL", "forgotten_at = now()", "name = repeat('x', 81)"],
)
def test_the_database_keeps_callers_whole(api, change):
    a_call(api)
    with pytest.raises(IntegrityError), api.session.begin_nested():
        api.session.execute(text(f"UPDATE report_callers SET {change}"))
