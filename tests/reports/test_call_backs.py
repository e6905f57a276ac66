"""Ringing callers back: once for each end, overdue first, tried, done, and reopened where the table allows it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.cases.rules import Source
from app.core.db import unit_of_work
from app.notices.rules import Occasion
from app.reports import jobs, service
from app.reports.rules import Caller
from app.sla import service as sla
from app.sla.rules import Limit, Unit, due
from tests.factories.accounts import a_grant
from tests.factories.calls import CALLER, a_call, ended, follow
from tests.factories.cases import RUBBISH_CODES, STALL_CODES, act, to_state
from tests.factories.notices import a_committed_city, begin, heard_by
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

FAR = "310102001001001"
OPEN = "done_at IS NULL AND withdrawn_at IS NULL"
WORKING_DAY = Limit(Decimal(1), Unit.WORKING_DAY)


def an_ended_call(api, end="closed", **changes):
    """The report, and its call-back."""
    made = a_call(api, **changes)
    ended(api, made["number"], end)
    [found] = [one for one in listed(api) if one["report"]["id"] == made["id"]]
    return made, found


def listed(api, who="operator", **query):
    return api.get(who, "/call-backs", **query)["items"]


def done(api, found, status=200, who="operator", **body):
    return api.post(who, f"/call-backs/{found['id']}/done", status, json=body)


def overdue(api, *found, since=timedelta(days=1)):
    """Let these have been due for a while."""
    then = {"then": datetime.now(UTC) - since, "ids": [one["id"] for one in found]}
    query = "UPDATE call_backs SET ended_at = :then, due_at = :then WHERE id = ANY(CAST(:ids AS uuid[]))"
    api.session.execute(text(query), then)
    api.session.commit()


def test_a_call_from_the_first_ring_to_the_last(api, city):
    made = a_call(api, type=RUBBISH_CODES)
    number = made["number"]
    assert api.get("operator", f"/cases/{number}")["source"] == "hotline"
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    api.act("unit1", number, "finish", photos=1, text="已清理")
    api.act("inspector1", number, "check", photos=1, verdict="passed", position=city.position())
    follow(api.session, number)
    assert listed(api) == []
    api.act("leader", number, "close")
    follow(api.session, number)
    follow(api.session, number)
    [found] = listed(api)
    assert (found["state"], found["ended"], found["report"]["number"]) == ("due", "closed", number)
    assert found["case"] == {"number": number, "state": "closed"}
    assert found["caller"] == {"name": "李*", "phone": "138****0009", "call_back": True, "language": "zh-CN"}
    calendar = sla.calendar(api.session)
    assert datetime.fromisoformat(found["due_at"]) == due(
        datetime.fromisoformat(found["ended_at"]), WORKING_DAY, calendar
    )
    assert found["can_reopen"]
    for note in ("无人接听", None):
        tried = api.post("operator", f"/call-backs/{found['id']}/attempts", json={"reached": False, "note": note})
    assert [(one["reached"], one["note"]) for one in tried["attempts"]] == [(False, "无人接听"), (False, None)]
    assert tried["attempts"][0]["by"] == str(city.people["operator"])
    ended_ = done(api, found, who="colleague", satisfied=True, note="满意")
    assert (ended_["state"], ended_["satisfied"], ended_["done_by"]["id"]) == (
        "done",
        True,
        str(city.people["colleague"]),
    )
    assert listed(api) == listed(api, state="overdue") == []
    assert listed(api, state="done") == [ended_]
    assert done(api, found, 409, satisfied=True)["type"] == "/problems/call-back-over"
    told = api.post("operator", f"/call-backs/{found['id']}/attempts", 409)
    assert told["type"] == "/problems/call-back-over"


@pytest.mark.parametrize("end", ["closed", "rejected", "void"])
def test_every_end_owes_one_call(api, end):
    made, found = an_ended_call(api, end, type=RUBBISH_CODES)
    assert found["ended"] == end
    assert found["can_reopen"] is (end == "closed")
    follow(api.session, made["number"])
    assert len(listed(api)) == 1


@pytest.mark.parametrize(
    "body", [{"caller": None}, {"caller": {**CALLER, "call_back": False}}, {"caller": None, "source": "media"}]
)
def test_who_does_not_wish_it_is_not_rung(api, body):
    ended(api, a_call(api, **body)["number"])
    assert listed(api) == []


def test_a_rule_that_no_longer_asks_for_calls_owes_none(api):
    made = a_call(api)
    rule = {"name_zh": "热线", "name_en": "Hotline", "entered_by": ["operator"], "needs_verification": False}
    api.call("admin", "PUT", "/sources/hotline", json={**rule, "reply": "message"})
    ended(api, made["number"])
    assert listed(api) == []


def test_a_joined_report_is_told_of_the_other_cases_end(api):
    first, second = a_call(api, type=RUBBISH_CODES), a_call(api, type=RUBBISH_CODES)
    api.act("operator", second["number"], "merge", into=first["number"])
    follow(api.session, second["number"])
    assert listed(api) == []
    ended(api, first["number"])
    assert {one["report"]["id"] for one in listed(api)} == {first["id"], second["id"]}
    assert {one["case"]["number"] for one in listed(api)} == {first["number"]}


def test_a_split_report_is_told_of_each_end(api):
    made = a_call(api, type=RUBBISH_CODES)
    api.act("operator", made["number"], "split", type=STALL_CODES)
    for one in api.get("operator", "/cases")["items"]:
        ended(api, one["number"])
    assert len({one["case"]["number"] for one in listed(api)}) == 2
    assert {one["report"]["id"] for one in listed(api)} == {made["id"]}


def test_what_is_opened_again_is_told_when_it_ends_again(api):
    made, found = an_ended_call(api)
    api.act("supervisor", made["number"], "reopen")
    follow(api.session, made["number"])
    assert listed(api) == []
    assert done(api, found, 409, satisfied=True)["type"] == "/problems/call-back-over"
    ended(api, made["number"])
    [again] = listed(api)
    assert again["id"] != found["id"]
    done(api, again)
    follow(api.session, made["number"])
    assert listed(api) == []
    assert len(listed(api, state="done")) == 1


def test_not_satisfied_reopens_with_a_photo_as_a_reporter_would(api):
    made, found = an_ended_call(api)
    missing = done(api, found, 422, satisfied=False, reopen=True, note="还在冒水")
    assert (missing["type"], missing["missing"]) == ("/problems/fact-missing", ["photo"])
    [still] = listed(api)
    assert still["done_at"] is None
    photos = [api.photo("operator")]
    over = done(api, found, satisfied=False, reopen=True, note="还在冒水", photo_ids=photos)
    assert (over["reopened"], over["satisfied"], over["can_reopen"]) == (True, False, False)
    case = api.get("admin", f"/cases/{made['number']}")
    assert (case["state"], case["reopened_by_reporter"]) == ("to_dispatch", True)
    assert api.chain(made["number"])[-1]["action"] == "reopen"
    ended(api, made["number"])
    [again] = listed(api)
    assert again["can_reopen"] is False
    told = done(api, again, 409, satisfied=False, reopen=True, photo_ids=[api.photo("operator")])
    assert (told["type"], told["because"]) == ("/problems/illegal-move", ["not_reopened_before"])
    assert done(api, again, satisfied=False, note="仍不满意")["reopened"] is False


def test_a_week_later_it_is_noted_and_no_longer_reopened(api):
    made, found = an_ended_call(api)
    api.session.execute(text("UPDATE cases SET closed_at = closed_at - interval '8 days'"))
    api.session.commit()
    assert listed(api)[0]["can_reopen"] is False
    told = done(api, found, 409, satisfied=False, reopen=True, photo_ids=[api.photo("operator")])
    assert told["because"] == ["within_7_days"]
    assert done(api, found, satisfied=False, note="不满意")["state"] == "done"
    assert api.get("admin", f"/cases/{made['number']}")["state"] == "closed"


def test_what_was_rejected_is_not_reopened(api):
    _, found = an_ended_call(api, "rejected")
    told = done(api, found, 409, satisfied=False, reopen=True, photo_ids=[api.photo("operator")])
    assert told["type"] == "/problems/illegal-move"
    assert listed(api)[0]["done_at"] is None


def test_nobody_gives_up_before_two_attempts(api):
    _, found = an_ended_call(api)
    told = done(api, found, 409, reached=False)
    assert (told["type"], told["attempts"], told["needed"]) == ("/problems/not-tried-enough", 0, 2)
    for _ in range(2):
        api.post("operator", f"/call-backs/{found['id']}/attempts")
    assert done(api, found, 422, reached=False, satisfied=True)["errors"][0]["pointer"] == "/satisfied"
    over = done(api, found, reached=False, note="多次无人接听")
    assert (over["reached"], over["satisfied"], len(over["attempts"])) == (False, None, 2)


def test_attempts_are_not_endless(api):
    _, found = an_ended_call(api)
    for _ in range(20):
        api.post("operator", f"/call-backs/{found['id']}/attempts")
    told = api.post("operator", f"/call-backs/{found['id']}/attempts", 409)
    assert told["type"] == "/problems/too-many-call-back-attempts"


def test_sending_again_has_one_effect(api):
    _, found = an_ended_call(api)
    key = {"Idempotency-Key": "try-1"}
    path = f"/call-backs/{found['id']}"
    first = api.post("operator", f"{path}/attempts", json={"note": "占线"}, headers=key)
    assert api.post("operator", f"{path}/attempts", json={"note": "占线"}, headers=key) == first
    assert len(listed(api)[0]["attempts"]) == 1
    key = {"Idempotency-Key": "done-1"}
    over = api.post("operator", f"{path}/done", json={"satisfied": True}, headers=key)
    assert api.post("operator", f"{path}/done", json={"satisfied": True}, headers=key) == over


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("done", {"satisfied": "yes"}, "/satisfied"),
        ("done", {"reopen": True}, "/reopen"),
        ("done", {"note": "x" * 1001}, "/note"),
        ("done", {"note": "a\x00"}, "/note"),
        ("done", {"satisfied": False, "reopen": True, "photo_ids": ["018f0000-0000-7000-8000-00000000dead"]}, None),
        ("attempts", {"reached": "no"}, "/reached"),
        ("attempts", {"who": "me"}, "/who"),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_done(api, path, body, pointer):
    _, found = an_ended_call(api)
    told = api.post("operator", f"/call-backs/{found['id']}/{path}", 422, json=body)
    if pointer:
        assert told["errors"][0]["pointer"] == pointer
    assert listed(api) == [found]


def test_who_sees_and_makes_call_backs(api):
    _, near = an_ended_call(api)
    _, far = an_ended_call(api, cell=FAR)
    seen = {"operator": {near["id"], far["id"]}, "operator2": {far["id"]}, "leader": {near["id"], far["id"]}}
    for who, expected in seen.items():
        assert {one["id"] for one in listed(api, who)} == expected
    assert {one["id"] for one in listed(api, "admin")} == {near["id"], far["id"]}
    api.post("admin", f"/call-backs/{near['id']}/done", 403)
    for who in ("dispatcher", "supervisor", "auditor", "unit1", "citizen"):
        api.get(who, "/call-backs", 403)
        api.post(who, f"/call-backs/{near['id']}/done", 403)
    for path in ("attempts", "done"):
        told = api.post("operator2", f"/call-backs/{near['id']}/{path}", 404)
        assert told["type"] == "/problems/call-back-not-found"
    assert [one["id"] for one in listed(api, area="310102")] == [far["id"]]
    assert api.get("operator", "/call-backs", 422, area="999999")["errors"][0]["pointer"] == "/area"
    for query in ({"area": "x"}, {"state": "late"}, {"limit": 0}, {"cursor": "x"}, {"color": "red"}):
        api.get("operator", "/call-backs", 422, **query)


def test_a_grant_to_administer_is_none_to_ring(api):
    _, near = an_ended_call(api)
    a_grant(api.session, api.city.people["operator2"], "admin", "310101")
    api.session.commit()
    assert [one["id"] for one in listed(api, "operator2")] == [near["id"]]
    assert done(api, near, 404, who="operator2")["type"] == "/problems/call-back-not-found"
    assert api.get("operator2", f"/reports/{near['report']['id']}/caller", 404)


def test_overdue_ones_come_first_and_pages_hold(api):
    found = [an_ended_call(api)[1] for _ in range(5)]
    overdue(api, found[3], since=timedelta(days=2))
    overdue(api, found[1])
    order = [found[at]["id"] for at in (3, 1, 0, 2, 4)]
    assert [one["id"] for one in listed(api)] == order
    assert [one["state"] for one in listed(api)] == ["overdue"] * 2 + ["due"] * 3
    assert [one["id"] for one in listed(api, state="overdue")] == order[:2]
    paged, cursor = [], None
    while True:
        page = api.get("operator", "/call-backs", limit=2, **({"cursor": cursor} if cursor else {}))
        paged += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == order
    for one in reversed(listed(api)):
        done(api, one)
    first = api.get("operator", "/call-backs", state="done", limit=3)
    rest = api.get("operator", "/call-backs", state="done", limit=3, cursor=first["next_cursor"])
    assert [one["id"] for one in first["items"] + rest["items"]] == order


def test_a_page_takes_the_same_statements_for_one_and_for_many_and_uses_its_index(api, statements):
    def cost(**query):
        with statements() as sent:
            api.get("operator", "/call-backs", **query)
        return sent

    an_ended_call(api)
    cost()
    queries = ({}, {"state": "overdue"}, {"state": "done"}, {"area": "310101"})
    few = [len(cost(**query)) for query in queries]
    for _ in range(12):
        an_ended_call(api)
    assert [len(cost(**query)) for query in queries] == few == [2, 2, 2, 3]


def test_the_list_reads_its_indexes(api):
    api.session.execute(text("SET LOCAL enable_seqscan = off"))
    for clause, index in (
        ("done_at IS NULL AND withdrawn_at IS NULL ORDER BY due_at, id", "ix_call_backs_open"),
        (
            "done_at IS NULL AND withdrawn_at IS NULL AND told_at IS NULL AND due_at < now() ORDER BY due_at, id",
            "ix_call",
        ),
        ("done_at IS NOT NULL ORDER BY done_at DESC, id DESC", "ix_call_backs_done"),
    ):
        plan = api.session.execute(text(f"EXPLAIN SELECT * FROM call_backs WHERE {clause} LIMIT 51")).scalars().all()
        assert index in "\n".join(plan)
        assert "Sort" not in "\n".join(plan)


def reminded(api):
    query = text("SELECT user_id FROM notices WHERE occasion = :event")
    rows = api.session.execute(query, {"event": Occasion.CALL_BACK_OVERDUE})
    names = {user_id: name for name, user_id in api.city.people.items()}
    return sorted(names[row.user_id] for row in rows)


def test_an_overdue_call_is_reminded_of_once(api):
    _, found = an_ended_call(api)
    _, second = an_ended_call(api)
    jobs.remind_of_call_backs(0)
    assert reminded(api) == []
    overdue(api, found)
    for _ in range(2):
        jobs.remind_of_call_backs(0)
    assert reminded(api) == ["operator"]
    # Who took the call works elsewhere now: whoever rings back there is told.
    api.session.execute(
        text("UPDATE grants SET valid_to = now() WHERE user_id = :who"), {"who": api.city.people["operator"]}
    )
    api.session.commit()
    overdue(api, second)
    jobs.remind_of_call_backs(0)
    assert reminded(api) == ["colleague", "leader", "operator"]


@pytest.mark.parametrize(
    "change",
    [
        "ended = 'merged'",
        "seq = 0",
        "due_at = ended_at - interval '1 second'",
        "done_at = now()",
        "reached = true",
        "satisfied = true",
        "reopened = true",
        "attempts = '{}'",
    ],
)
def test_the_database_keeps_call_backs_whole(api, change):
    an_ended_call(api)
    with pytest.raises(IntegrityError), api.session.begin_nested():
        api.session.execute(text(f"UPDATE call_backs SET {change}"))


@pytest.mark.committed
def test_the_feed_is_read_once_from_the_migration_on(committed, now):
    del committed
    city = a_committed_city()
    start = begin()
    caller = {"source": Source.HOTLINE, "caller": Caller("+8613800000009")}
    with unit_of_work() as session:
        number = a_report(session, city, now, who="operator", **caller)["number"]
        to_state(session, city, number, "closed", now)
    with unit_of_work() as session:
        last = a_report(session, city, now)["number"]
    heard_by(city, "operator", start, now, until=last)
    for _ in range(2):
        jobs.note_ends(0)
    with unit_of_work() as session:
        rows = session.execute(text("SELECT ended, ended_at, due_at FROM call_backs")).all()
        assert [(row.ended, row.ended_at) for row in rows] == [("closed", now)]
        assert rows[0].due_at == due(now, WORKING_DAY, sla.calendar(session))
        act(session, city, number, "reopen", "supervisor", now)
        last = a_report(session, city, now)["number"]
    heard_by(city, "operator", start, now, until=last)
    jobs.note_ends(0)
    with unit_of_work() as session:
        assert session.execute(text("SELECT count(*) FROM call_backs WHERE withdrawn_at IS NULL")).scalar_one() == 0
        assert service.note_ends(session, now=now) is False
