"""The line of one photo over HTTP: from what somebody sees to a closed, rated and reopened case."""

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from tests.factories.cases import RUBBISH_CODES, STALL_CODES
from tests.factories.media import SMALL, Shot, jpeg

pytestmark = pytest.mark.slow

HERE = "310101001001001"


@pytest.fixture
def filed(api, city):
    """The number of a rubbish case, and how to play it on."""

    def play(to, who="citizen", **body):
        report = api.report(who, **{"photo_ids": [api.photo(who)], "type": RUBBISH_CODES, **body})
        number = report["case"]["number"]
        steps = [
            ("received", None),
            ("to_file", ("operator", "accept", {"type": RUBBISH_CODES, "condition_id": city.condition()})),
            ("to_dispatch", ("leader", "file", {})),
            ("handling", ("dispatcher", "dispatch", {})),
            ("to_check", ("unit1", "finish", {"photos": 1, "text": "已清理"})),
            ("to_close", ("inspector1", "check", {"photos": 1, "verdict": "passed", "position": city.position()})),
            ("closed", ("leader", "close", {})),
        ]
        for state, step in steps:
            if step is not None:
                case = api.act(step[0], number, step[1], **step[2])
                assert case["state"] == state
            if state == to:
                return report
        raise ValueError(to)

    return play


def test_the_whole_story_from_a_photo_to_a_reopened_case(api, city):
    report = api.report("citizen", photo_ids=[api.photo("citizen")], type=RUBBISH_CODES)
    number, code = report["case"]["number"], report["tracking_code"]
    assert report["status"] == "received"
    assert report["cell"]["code"] == HERE
    assert api.get("operator", f"/cases/{number}")["photos"][0]["role"] == "before"
    accepted = api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    assert accepted["state"] == "to_file"
    assert accepted["condition"]["limit"] == 4
    assert api.act("leader", number, "file")["state"] == "to_dispatch"
    trace = api.get("dispatcher", f"/cases/{number}/routing")
    assert trace["lead"]["code"] == "U01"
    handling = api.act("dispatcher", number, "dispatch")
    assert handling["owner"]["code"] == "U01"
    assert [helper["code"] for helper in handling["helpers"]] == ["U02"]
    assigned = api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    assert assigned["handler"]["id"] == str(city.people["handler1"])
    done = api.act("handler1", number, "finish", photos=1, text="已清理")
    assert done["state"] == "to_check"
    checked = api.act("inspector2", number, "check", photos=1, verdict="passed", position=city.position())
    assert checked["state"] == "to_close"
    closed = api.act("leader", number, "close")
    assert closed["state"] == "closed"
    assert [clock["stage"] for clock in closed["clocks"]] == [
        "accept",
        "file",
        "dispatch",
        "handling",
        "check",
        "close",
    ]
    assert all(clock["ended_at"] and clock["outcome"] == "done" for clock in closed["clocks"])
    page = api.get(None, f"/track/{code}")
    assert [step["state"] for step in page["steps"]] == [
        "received",
        "to_file",
        "to_dispatch",
        "handling",
        "to_check",
        "to_close",
        "closed",
    ]
    assert all(page[name] for name in ("expected_at", "closed_at", "can_rate", "can_reopen"))
    rated = api.post("citizen", f"/reports/{report['id']}/rating", json={"score": 4, "text": "还行"})
    assert rated["rating"] == 4
    missing = api.post("citizen", f"/reports/{report['id']}/reopen", 422, json={"reason": "没有解决"})
    assert missing["errors"][0]["pointer"] == "/photo_ids"
    back = {"reason": "没有解决", "photo_ids": [api.photo("citizen")], "position": city.position()}
    assert api.post("citizen", f"/reports/{report['id']}/reopen", json=back)["status"] == "handling"
    events = api.chain(number)
    assert [event["action"] for event in events] == [
        "submit",
        "accept",
        "file",
        "dispatch",
        "assign",
        "finish",
        "check",
        "close",
        "rate",
        "reopen",
    ]
    assert events[0]["from"] is None
    assert all(event["from"]["state"] == before["to"]["state"] for before, event in pairwise(events))


def test_one_form_carries_a_report_with_its_photos(api, city):
    lon, lat = city.spot()
    data = jpeg(Shot(size=SMALL, seed=77))
    form = {
        "id": "018f0000-0000-7000-8000-000000000001",
        "description": "一次上报",
        "lon": str(lon),
        "lat": str(lat),
        "type": json.dumps(RUBBISH_CODES),
    }

    def send(status, **changes):
        whole = {**form, **changes, "photos": (io.BytesIO(data), "a.jpg")}
        return api.call("citizen", "POST", "/reports", status, data=whole).get_json()

    made = send(201)
    assert send(200) == made
    assert send(409, description="另一件事")["type"] == "/problems/report-id-taken"
    assert len(api.get("operator", f"/cases/{made['case']['number']}")["photos"]) == 1
    assert "errors" in send(422, lon="abc")
    assert send(422, description="a\x00b")["type"] == "/problems/nul-character"
    assert send(422, stranger="x")["errors"][0]["pointer"] == "/stranger"


MOVES_BY_OTHERS = [
    ("received", "accept", {"inspector1", "leader", "supervisor", "admin"}),
    ("received", "reject", {"inspector1", "supervisor", "admin"}),
    ("to_file", "file", {"operator", "inspector1", "supervisor"}),
    ("to_dispatch", "dispatch", {"operator", "leader", "inspector1"}),
    ("to_dispatch", "void", {"operator", "dispatcher"}),
    ("handling", "finish", {"unit2", "dispatcher", "inspector1", "leader"}),
    ("handling", "assign", {"unit2", "leader", "dispatcher"}),
    ("handling", "return", {"unit2", "dispatcher"}),
    ("handling", "decide_extension", {"unit1", "dispatcher"}),
    ("handling", "supervise", {"leader", "unit1", "operator"}),
    ("to_check", "check", {"unit1", "leader", "operator"}),
    ("to_close", "close", {"operator", "inspector1", "unit1"}),
    ("closed", "rate", {"operator", "leader", "unit1"}),
    ("closed", "reopen", {"leader", "unit1", "inspector1"}),
    ("closed", "appeal", {"unit2", "leader"}),
]


@pytest.mark.parametrize(("state", "action", "strangers"), MOVES_BY_OTHERS)
def test_only_those_who_may_do_it_do_it(filed, api, state, action, strangers):
    number = filed(state)["case"]["number"]
    for stranger in sorted(strangers):
        told = api.refused(stranger, number, action, 403, "not-your-move")
        assert told["state"] == state
        assert told["who"]
    told = api.post("auditor", f"/cases/{number}/actions/{action}", 403, headers={"If-Match": "*"})
    assert told["type"] == "/problems/not-allowed"


def test_an_action_of_another_state_says_what_is_possible(filed, api):
    number = filed("received")["case"]["number"]
    told = api.refused("leader", number, "close", 409, "illegal-move")
    assert told["state"] == "received"
    assert told["possible"] == ["reject"]


def test_what_is_missing_is_named(filed, api, city):
    number = filed("received")["case"]["number"]
    told = api.refused("operator", number, "accept", 422, "fact-missing")
    assert {fault["pointer"] for fault in told["errors"]} == {"/type", "/condition_id"}
    assert told["missing"] == ["type", "condition"]
    told = api.refused("operator", number, "reject", 422, "fact-missing", reason="   ")
    assert [fault["pointer"] for fault in told["errors"]] == ["/reason"]
    api.refused("operator", number, "accept", 422, "unknown-input", verdict="real")
    other = api.refused(
        "operator", number, "accept", 422, "unknown-condition", type=STALL_CODES, condition_id=city.condition()
    )
    assert other["errors"][0]["pointer"] == "/condition_id"
    unknown = {**RUBBISH_CODES, "code": "99999"}
    api.refused("operator", number, "accept", 422, "unknown-type", type=unknown, condition_id=city.condition())


def test_versions_are_asked_for_and_compared(filed, api, city):
    number = filed("received")["case"]["number"]
    act = f"/cases/{number}/actions/reject"
    body = {"reason": "不属实"}
    assert api.post("operator", act, 428, json=body)["type"] == "/problems/version-missing"
    for stale in ('"2"', '"0"', '"abc"'):
        told = api.post("operator", act, 412, json=body, headers={"If-Match": stale})
        assert told["type"] == "/problems/stale-version"
    answer = api.call("operator", "POST", act, json=body, headers={"If-Match": 'W/"1"'})
    assert answer.headers["ETag"] == '"2"'
    assert answer.get_json()["version"] == 2


def test_a_case_that_is_not_there_or_not_for_you_is_not_found(filed, api):
    number = filed("received")["case"]["number"]
    for who, case in (("operator", "20200101-000001"), ("operator2", number), ("unit1", number), ("handler1", number)):
        for method, path in (
            ("GET", ""),
            ("GET", "/events"),
            ("GET", "/actions"),
            ("GET", "/routing"),
            ("POST", "/verify-chain"),
            ("POST", "/actions/accept"),
        ):
            headers = {"If-Match": '"1"'} if "actions/" in path else {}
            extra = {"json": {}} if method == "POST" else {}
            told = api.call(who, method, f"/cases/{case}{path}", 404, headers=headers, **extra).get_json()
            assert told["type"] == "/problems/case-not-found"
    assert api.get("citizen", f"/cases/{number}", 403)["type"] == "/problems/not-allowed"
    assert api.get(None, f"/cases/{number}", 401)["type"] == "/problems/token-missing"


def test_a_photo_on_the_case_is_no_proof_of_work(filed, api):
    data = jpeg(Shot(size=SMALL, seed=4242))
    number = filed("handling", photo_ids=[api.photo("citizen", data)])["case"]["number"]
    text = {"text": "已清理"}
    told = api.refused("unit1", number, "finish", 422, "fact-missing", **text)
    assert told["missing"] == ["after_photo"]
    same_bytes = api.photo("unit1", data)
    told = api.refused("unit1", number, "finish", 422, "fact-missing", photo_ids=[same_bytes], **text)
    assert told["errors"][0]["pointer"] == "/photo_ids"
    both = [same_bytes, api.photo("unit1")]
    api.refused("unit1", number, "finish", 422, "fact-missing", photo_ids=both, **text)
    not_theirs = api.photo("handler1")
    api.refused("unit1", number, "finish", 422, "unknown-photo", photo_ids=[not_theirs], **text)
    api.refused("unit1", number, "finish", 422, "fact-missing", photos=1)
    assert api.act("unit1", number, "finish", photos=1, **text)["state"] == "to_check"


def test_verifying_needs_to_be_asked_and_to_be_there(filed, api, city):
    number = filed("received")["case"]["number"]
    asked = api.act("operator", number, "request_verify")
    assert asked["state"] == "verifying"
    chosen = api.chain(number)[-1]["inputs"]["inspector_id"]
    names = {str(city.people[name]): name for name in ("inspector1", "inspector2")}
    inspector = names.pop(chosen)
    other = next(iter(names.values()))
    facts = {"verdict": "real", "position": city.position()}
    api.refused(other, number, "verify", 403, "not-your-move", photos=1, **facts)
    api.refused(inspector, number, "verify", 422, "fact-missing", **facts)
    lon, lat = city.spot()
    away = {"lon": lon, "lat": lat + 101 / 111_000, "crs": "wgs84"}
    told = api.refused(inspector, number, "verify", 422, "fact-missing", photos=1, verdict="real", position=away)
    assert told["missing"] == ["position_near"]
    told = api.refused(inspector, number, "verify", 422, "fact-missing", photos=1, position=city.position())
    assert told["missing"] == ["verdict"]
    api.refused(inspector, number, "verify", 422, "fact-missing", photos=1, verdict="passed", position=city.position())
    near = {"lon": lon, "lat": lat + 99 / 111_320, "crs": "wgs84"}
    done = api.act(inspector, number, "verify", photos=1, verdict="real", position=near)
    assert done["state"] == "to_file"
    assert [photo["role"] for photo in done["photos"]] == ["before", "verify"]


def test_an_inspector_named_by_the_operator_is_asked(filed, api, city):
    number = filed("received")["case"]["number"]
    stranger = city.people["inspector3"]
    api.refused("operator", number, "request_verify", 422, "fact-missing", inspector_id=stranger)
    api.refused("operator", number, "request_verify", 422, "fact-missing", inspector_id=city.people["unit1"])
    api.act("operator", number, "request_verify", inspector_id=city.people["inspector2"])
    api.act("operator", number, "request_verify", inspector_id=city.people["inspector1"])
    facts = {"verdict": "not_real", "position": city.position()}
    api.refused("inspector2", number, "verify", 403, "not-your-move", photos=1, **facts)
    done = api.act("inspector1", number, "verify", photos=1, **facts)
    assert done["state"] == "rejected"
    assert done["stage"] is None
    assert done["lamp"] is None


def test_a_rejection_tells_the_reporter_why(filed, api):
    report = filed("to_file")
    api.act("leader", report["case"]["number"], "reject", reason="属于物业管理范围")
    page = api.get(None, f"/track/{report['tracking_code']}")
    assert page["status"] == "rejected"
    assert page["reason"] == "属于物业管理范围"
    assert api.get("citizen", f"/reports/{report['id']}")["reason"] == "属于物业管理范围"


def test_an_inspectors_own_report_skips_filing(api, city):
    number = api.report("inspector1", photo_ids=[api.photo("inspector1")])["case"]["number"]
    accepted = api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    assert accepted["state"] == "to_dispatch"
    assert accepted["source"] == "inspector"
    assert accepted["filed_at"]


def test_a_rule_that_says_auto_dispatches_by_itself(api, city):
    number = api.report("inspector3", cell="310102001001001")["case"]["number"]
    case = api.act("operator2", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    assert case["state"] == "handling"
    assert case["owner"]["code"] == "U02"
    events = api.chain(number)
    assert [event["action"] for event in events] == ["submit", "accept", "dispatch"]
    assert events[-1]["actor"]["kind"] == "system"
    assert events[-1]["inputs"]["auto"] is True


def test_a_case_without_a_rule_is_the_streets(api, city):
    number = api.report("citizen")["case"]["number"]
    cover = {**RUBBISH_CODES, "kind": "part", "code": "01001"}
    api.act("operator", number, "accept", type=cover, condition_id=city.condition("01001"))
    api.act("leader", number, "file")
    assert api.act("dispatcher", number, "dispatch")["owner"]["code"] == "310101001"


def test_the_dispatcher_may_name_another_lead(filed, api, city):
    number = filed("to_dispatch")["case"]["number"]
    nobody = "018f0000-0000-7000-8000-000000000009"
    for wrong in (
        {"lead_id": nobody},
        {"lead_id": city.units["U02"], "helper_ids": [nobody]},
        {"helper_ids": [nobody]},
    ):
        told = api.refused("dispatcher", number, "dispatch", 422, "fact-missing", **wrong)
        assert told["missing"] == ["owner"]
    helpers = [str(city.units["U03"]), str(city.units["U02"]), str(city.units["U03"])]
    case = api.act("dispatcher", number, "dispatch", lead_id=city.units["U02"], helper_ids=helpers)
    assert case["owner"]["code"] == "U02"
    assert [helper["code"] for helper in case["helpers"]] == ["U03"]


def test_handlers_are_of_the_unit(filed, api, city):
    number = filed("handling")["case"]["number"]
    for stranger in ("handler2", "unit1", "inspector1"):
        told = api.refused("unit1", number, "assign", 422, "fact-missing", handler_id=city.people[stranger])
        assert told["errors"][0]["pointer"] == "/handler_id"
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    assert api.get("handler1", f"/cases/{number}")["state"] == "handling"
    api.get("handler1b", f"/cases/{number}", 404)
    api.act("unit1", number, "assign", handler_id=city.people["handler1b"])
    api.get("handler1", f"/cases/{number}", 404)


def test_a_failed_check_goes_on_with_the_same_clock(filed, api, city):
    number = filed("to_check")["case"]["number"]
    before = next(c for c in api.get("admin", f"/cases/{number}")["clocks"] if c["stage"] == "handling")
    position = city.position()
    told = api.refused(
        "inspector1", number, "check", 422, "fact-missing", photos=1, verdict="failed", position=position
    )
    assert told["missing"] == ["reason"]
    case = api.act("inspector1", number, "check", photos=1, verdict="failed", position=position, reason="还有残留")
    assert case["state"] == "handling"
    assert case["reworks"] == 1
    assert case["handled_at"] is None
    clocks = [c for c in case["clocks"] if c["stage"] == "handling"]
    assert len(clocks) == 1
    assert (clocks[0]["started_at"], clocks[0]["due_at"]) == (before["started_at"], before["due_at"])
    assert clocks[0]["ended_at"] is None
    assert case["due_at"] == before["due_at"]
    assert api.act("unit1", number, "finish", photos=1, text="再次清理")["state"] == "to_check"
    assert api.chain(number)[-2]["inputs"]["verdict"] == "failed"


def test_a_return_stops_the_clock_and_a_new_dispatch_starts_a_fresh_one(filed, api, city):
    number = filed("handling")["case"]["number"]
    api.refused("unit1", number, "return", 422, "fact-missing")
    back = api.act("unit1", number, "return", reason="不属于我单位")
    assert back["state"] == "to_dispatch"
    assert back["owner"] is None
    assert back["returns"] == 1
    again = api.act("dispatcher", number, "dispatch", lead_id=city.units["U02"])
    assert again["owner"]["code"] == "U02"
    stopped, running = [c for c in again["clocks"] if c["stage"] == "handling"]
    assert (stopped["outcome"], running["outcome"]) == ("stopped", None)
    assert running["started_at"] > stopped["started_at"]
    assert running["elapsed_s"] < 60
    # The first unit has held it and still sees it, but it is not theirs to act.
    assert api.get("unit1", f"/cases/{number}")["state"] == "handling"
    api.refused("unit1", number, "finish", 403, "not-your-move", photos=1, text="x")


def test_an_extension_moves_the_deadline_and_a_refusal_does_not(filed, api):
    number = filed("handling")["case"]["number"]
    due = api.get("unit1", f"/cases/{number}")["due_at"]
    api.refused("leader", number, "decide_extension", 409, "illegal-move", granted=True)
    for limit, unit in ((5, "working_hour"), (1e300, "working_hour"), (1, "natural_day"), (0.00001, "working_hour")):
        told = api.refused("unit1", number, "request_extension", 422, "fact-missing", limit=limit, unit=unit)
        assert told["errors"][0]["pointer"] == "/limit"
    asked = api.act("unit1", number, "request_extension", limit=0.5, unit="working_day", reason="下雨")
    assert asked["pending"]["kind"] == "extension"
    assert asked["due_at"] == due
    told = api.refused("unit1", number, "request_extension", 409, "illegal-move", limit=1, unit="working_hour")
    assert told["because"] == ["no_open_request"]
    refused = api.act("leader", number, "decide_extension", granted=False, reason="不同意")
    assert (refused["due_at"], refused["pending"], refused["extensions"]) == (due, None, 0)
    for count in (1, 2):
        api.act("unit1", number, "request_extension", limit=2, unit="working_hour")
        granted = api.act("leader", number, "decide_extension", granted=True)
        assert granted["extensions"] == count
        assert granted["due_at"] > due
        assert granted["clocks"][-1]["limit"] == 4 + 2 * count
        due = granted["due_at"]
    told = api.refused("unit1", number, "request_extension", 409, "illegal-move", limit=1, unit="working_hour")
    assert told["because"] == ["extensions_left"]
    api.chain(number)


def test_on_hold_no_time_passes(filed, api):
    number = filed("handling")["case"]["number"]
    today = datetime.now(UTC).date()
    for wrong in (today, today + timedelta(days=400)):
        api.refused("unit1", number, "request_hold", 422, "fact-missing", until=wrong.isoformat())
    api.refused("unit1", number, "request_hold", 422, "invalid", until=1)
    api.act("unit1", number, "request_hold", until=(today + timedelta(days=30)).isoformat(), reason="冬季无法施工")
    held = api.act("dispatcher", number, "decide_hold", granted=True)
    assert (held["state"], held["lamp"], held["paused"]) == ("on_hold", "grey", True)
    assert held["hold_until"] == (today + timedelta(days=30)).isoformat()
    assert held["clocks"][-1]["paused"] is True
    assert api.get("dispatcher", "/cases", lamp="grey")["items"][0]["number"] == number
    api.refused("unit1", number, "resume", 403, "not-your-move")
    back = api.act("dispatcher", number, "resume")
    assert (back["state"], back["paused"], back["hold_until"]) == ("handling", False, None)
    told = api.refused(
        "unit1", number, "request_hold", 409, "illegal-move", until=(today + timedelta(days=9)).isoformat()
    )
    assert told["because"] == ["not_held_before"]
    api.chain(number)


def test_a_void_case_is_over(filed, api):
    number = filed("handling")["case"]["number"]
    api.refused("leader", number, "void", 422, "fact-missing")
    case = api.act("leader", number, "void", reason="误立")
    assert (case["state"], case["stage"], case["due_at"]) == ("void", None, None)
    assert case["clocks"][-1]["outcome"] == "stopped"
    told = api.refused("unit1", number, "finish", 409, "illegal-move", photos=1, text="x")
    assert told["possible"] == []


def test_a_report_is_merged_into_another_case(filed, api, city):
    old, new = filed("handling"), filed("received", "neighbour")
    number, target = new["case"]["number"], old["case"]["number"]
    assert [one["case_number"] for one in new["possible_duplicates"]] == [target]
    for into in (number, "20200101-000001"):
        told = api.refused("operator", number, "merge", 422, "fact-missing", into=into)
        assert told["errors"][0]["pointer"] == "/into"
    merged = api.act("operator", number, "merge", into=target)
    assert (merged["state"], merged["merged_into"], merged["reports"]) == ("merged", target, [])
    case = api.get("operator", f"/cases/{target}")
    assert {one["number"] for one in case["reports"]} == {old["number"], new["number"]}
    assert len(case["photos"]) == 2
    assert api.get("neighbour", f"/reports/{new['id']}")["status"] == "handling"
    assert api.get(None, f"/track/{new['tracking_code']}")["case_number"] == target
    assert api.chain(target)[-1]["inputs"]["absorbed"] == number
    assert api.chain(number)[-1]["inputs"]["into"] == target
    # Everybody who reported may rate once.
    position = city.position()
    api.act("unit1", target, "finish", photos=1, text="已清理")
    api.act("inspector1", target, "check", photos=1, verdict="passed", position=position)
    api.act("leader", target, "close")
    for who, report, score in (("citizen", old, 5), ("neighbour", new, 2)):
        rated = api.post(who, f"/reports/{report['id']}/rating", json={"score": score})
        assert rated["rating"] == score
        api.post(who, f"/reports/{report['id']}/rating", 409, json={"score": 1})


def test_a_reporter_joins_a_case_nearby(filed, api):
    old, new = filed("handling"), filed("received", "neighbour")
    far = api.report("citizen", cell="310102001002004")["case"]["number"]
    target = old["case"]["number"]
    for number in (far, "20200101-000001"):
        told = api.post("neighbour", f"/reports/{new['id']}/join", 422, json={"case_number": number})
        assert told["type"] == "/problems/fact-missing"
    api.post("citizen", f"/reports/{new['id']}/join", 404, json={"case_number": target})
    joined = api.post("neighbour", f"/reports/{new['id']}/join", json={"case_number": target})
    assert (joined["status"], joined["case"]["number"]) == ("handling", target)
    again = api.post("neighbour", f"/reports/{new['id']}/join", 409, json={"case_number": target})
    assert again["type"] == "/problems/illegal-move"
    events = api.chain(target)
    assert events[-1]["action"] == "merge"
    for who in ("unit1", "inspector1"):
        seen = api.get(who, f"/cases/{target}/events")["items"][-1]["actor"]
        assert seen["id"] is None
        assert seen["name"] is None


def test_a_case_is_split_and_both_go_on(filed, api, city):
    report = filed("to_file")
    number = report["case"]["number"]
    api.refused("operator", number, "split", 422, "fact-missing", type=RUBBISH_CODES)
    parent = api.act("operator", number, "split", type=STALL_CODES)
    child = api.chain(number)[-1]["inputs"]["split_into"]
    other = api.get("operator", f"/cases/{child}")
    assert (other["state"], other["type"]["code"], other["split_from"]) == ("to_file", "06020", number)
    assert [one["number"] for one in other["reports"]] == [report["number"]]
    assert len(other["photos"]) == 1
    assert parent["state"] == "to_file"
    api.refused("leader", child, "file", 422, "fact-missing")
    api.act("leader", number, "file")
    assert api.get("citizen", f"/reports/{report['id']}")["status"] == "to_file"
    api.chain(child)
    # What was split may be put together again, and the report is on the case once.
    api.act("operator", child, "merge", into=number)
    assert [one["number"] for one in api.get("operator", f"/cases/{number}")["reports"]] == [report["number"]]


def test_an_inspector_handles_a_trifle_on_the_spot(api, city):
    def reported(who="inspector1", **body):
        return api.report(who, photo_ids=[api.photo(who)], **body)["case"]["number"]

    untyped, stall = reported(), reported(type=STALL_CODES)
    for number in (untyped, stall):
        told = api.refused("inspector1", number, "self_handle", 409, "illegal-move", photos=1)
        assert told["because"] == ["self_handling_allowed"]
    number = reported(type=RUBBISH_CODES)
    api.refused("inspector2", number, "self_handle", 403, "not-your-move", photos=1)
    api.refused("inspector1", number, "self_handle", 422, "fact-missing")
    case = api.act("inspector1", number, "self_handle", photos=1, text="顺手清理")
    assert (case["state"], case["self_handled"]) == ("to_close", True)
    assert [photo["role"] for photo in case["photos"]] == ["before", "after"]
    assert api.act("leader", number, "close")["state"] == "closed"
    # It never had an owner: opened again it waits for one, and can be dispatched.
    assert api.act("supervisor", number, "reopen", reason="没有清理干净")["state"] == "to_dispatch"
    again = api.act("dispatcher", number, "dispatch")
    assert (again["state"], again["owner"]["code"]) == ("handling", "U01")
    assert again["clocks"][-1]["stage"] == "handling"


def test_what_was_closed_by_force_can_be_opened_again(filed, api, city):
    number = filed("received", type=None)["case"]["number"]
    api.refused("admin", number, "force_close", 422, "fact-missing")
    closed = api.act("admin", number, "force_close", reason="系统切换")
    assert (closed["state"], closed["forced"]) == ("closed", True)
    assert api.act("supervisor", number, "reopen")["state"] == "to_dispatch"
    again = api.act("dispatcher", number, "dispatch", lead_id=city.units["U02"])
    assert (again["state"], again["owner"]["code"]) == ("handling", "U02")
    api.chain(number)


def test_colleagues_take_over(filed, api, city):
    number = filed("handling")["case"]["number"]
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    api.get("handler1b", f"/cases/{number}", 404)
    position = city.position()
    api.act("handler1", number, "finish", photos=1, text="已清理")
    asked = {name for name in ("inspector1", "inspector2", "outsider") if number in _tasks(api, city, name)}
    assert len(asked) == 1
    assert "outsider" not in asked
    free = ({"inspector1", "inspector2"} - asked).pop()
    taken = api.act(free, number, "take_over")
    assert taken["state"] == "to_check"
    assert number in _tasks(api, city, free)
    assert number not in _tasks(api, city, asked.pop())
    assert api.act(free, number, "check", photos=1, verdict="passed", position=position)["state"] == "to_close"


def _tasks(api, city, name):
    """The numbers of the cases somebody has an open task on."""
    query = text(
        "SELECT c.number FROM case_tasks t JOIN cases c ON c.id = t.case_id"
        " WHERE t.assignee_id = :who AND t.closed_at IS NULL"
    )
    return set(api.session.scalars(query, {"who": city.people[name]}))


def test_supervision_marks_and_changes_nothing_else(filed, api):
    number = filed("handling")["case"]["number"]
    before = api.get("admin", f"/cases/{number}")
    case = api.act("supervisor", number, "supervise", due_at="2027-01-01T08:00:00+08:00", reason="市长热线")
    assert case["supervised"] is True
    assert case["supervised_due_at"] == "2027-01-01T00:00:00Z"
    assert (case["state"], case["due_at"]) == (before["state"], before["due_at"])


def test_a_unit_appeals_once(filed, api):
    number = filed("closed")["case"]["number"]
    api.refused("leader", number, "decide_appeal", 409, "illegal-move", granted=True)
    assert api.act("unit1", number, "appeal", reason="封路")["appeal"] == "open"
    assert api.act("leader", number, "decide_appeal", granted=True)["appeal"] == "granted"
    told = api.refused("unit1", number, "appeal", 409, "illegal-move")
    assert told["because"] == ["not_appealed_before"]


def test_what_i_may_do_is_listed_with_its_schema(filed, api):
    number = filed("handling")["case"]["number"]
    for who in ("unit1", "unit2", "leader", "dispatcher", "inspector1", "supervisor", "admin", "auditor"):
        for one in api.get(who, f"/cases/{number}/actions")["items"]:
            assert (one["why"] is None) is one["allowed"]
            assert one["schema"]["type"] == "object"
    mine = {one["action"]: one for one in api.get("unit1", f"/cases/{number}/actions")["items"]}
    assert {name for name in ("finish", "return", "void") if mine[name]["allowed"]} == {"finish", "return"}
    assert mine["finish"]["schema"]["required"] == ["text", "photo_ids"]
    assert not mine["request_extension"]["why"]
    assert not any(one["allowed"] for one in api.get("auditor", f"/cases/{number}/actions")["items"])
