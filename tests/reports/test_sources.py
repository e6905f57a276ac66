"""Where a report comes from: who may say so, what is verified first, clocks of their own, and the rules over HTTP."""

import io
import json

import pytest
from sqlalchemy import text

from tests.factories.calls import CALLER, a_call
from tests.factories.cases import RUBBISH_CODES, STALL, STALL_CODES
from tests.factories.media import SMALL, Shot, jpeg

pytestmark = pytest.mark.slow

ID = "018f0000-0000-7000-8000-000000000001"
RULE = {
    "name_zh": "视频巡查",
    "name_en": "Video",
    "entered_by": ["operator"],
    "needs_verification": False,
    "reply": "none",
    "active": True,
    "limits": {},
}


def source_of(api, made):
    return api.get("admin", f"/cases/{made['number']}")["source"]


@pytest.mark.parametrize(
    ("who", "source"),
    [
        ("operator", "hotline"),
        ("dispatcher", "hotline"),
        ("leader", "media"),
        ("operator", "video"),
        ("evaluator", "secret_inspection"),
        ("inspector1", "planned_inspection"),
        ("inspector1", "inspector"),
        ("supervisor", "superior"),
        ("operator", "superior"),
    ],
)
def test_staff_name_the_source_as_far_as_their_roles_may(api, who, source):
    made = api.report(who, source=source)
    assert source_of(api, made) == source
    assert api.get("admin", f"/reports/{made['id']}")["source"] == source


@pytest.mark.parametrize(
    ("who", "source", "may"),
    [
        ("dispatcher", "video", ["operator", "shift_leader"]),
        ("inspector1", "secret_inspection", ["evaluator", "supervisor"]),
        ("operator", "citizen", ["citizen"]),
        ("admin", "open311", []),
    ],
)
def test_others_are_told_who_may(api, who, source, may):
    told = api.report(who, 403, source=source)
    assert (told["type"], told["entered_by"]) == ("/problems/source-not-yours", may)
    assert api.get("admin", "/reports")["items"] == []


@pytest.mark.parametrize("who", ["citizen", None])
@pytest.mark.parametrize(("name", "value"), [("source", "citizen"), ("source", "hotline"), ("caller", CALLER)])
def test_citizens_say_neither_source_nor_caller(api, who, name, value):
    told = api.report(who, 422, **{name: value})
    assert told["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"source": "radio"}, "/source"),
        ({"source": None, "caller": {**CALLER, "phone": "12"}}, "/caller/phone"),
        ({"caller": {"name": "李"}}, "/caller/phone"),
        ({"caller": {**CALLER, "name": " "}}, "/caller/name"),
        ({"caller": {**CALLER, "call_back": "yes"}}, "/caller/call_back"),
        ({"caller": {**CALLER, "language": "Chinese!"}}, "/caller/language"),
        ({"caller": {**CALLER, "wechat": "li"}}, "/caller/wechat"),
        ({"source": "video", "caller": CALLER}, "/caller"),
    ],
)
def test_what_is_wrong_about_source_and_caller_is_pointed_at(api, change, pointer):
    assert api.report("operator", 422, **change)["errors"][0]["pointer"] == pointer


def test_forms_say_source_and_caller_as_json_does(api):
    lon, lat = api.city.spot()
    fields = {"lon": str(lon), "lat": str(lat), "description": "电话投诉", "source": "hotline"}
    photo = (io.BytesIO(jpeg(Shot(size=SMALL, seed=77))), "a.jpg")

    def send(status, **more):
        form = {"data": {**fields, **more}, "content_type": "multipart/form-data"}
        return api.call("operator", "POST", "/reports", status, **form).get_json()

    made = send(201, caller=json.dumps(CALLER), photos=photo)
    assert api.get("operator", f"/reports/{made['id']}")["caller"]["phone"] == "138****0009"
    assert send(422, caller="{")["errors"][0]["pointer"] == "/caller"
    assert send(422, caller='{"phone": "1"}')["errors"][0]["pointer"] == "/caller/phone"
    assert send(422, source="radio")["errors"][0]["pointer"] == "/source"


def test_source_and_caller_belong_to_what_was_sent(api):
    body = {"id": ID, "captured_at": "2026-03-10T10:00:00+08:00"}
    made = a_call(api, **body)
    assert api.report("operator", 200, source="hotline", caller=CALLER, **body) == made
    for change in ({"source": "video", "caller": None}, {"caller": None}, {"caller": {**CALLER, "call_back": False}}):
        told = api.report("operator", 409, **{"source": "hotline", "caller": CALLER, **body, **change})
        assert told["type"] == "/problems/report-id-taken"
    key = {"Idempotency-Key": "a-call"}
    whole = {**body, "id": None, "description": "再来电", "position": api.city.position(), "source": "hotline"}
    first = api.post("operator", "/reports", 201, json={**whole, "caller": CALLER}, headers=key)
    assert api.post("operator", "/reports", 201, json={**whole, "caller": CALLER}, headers=key) == first
    other = {**whole, "caller": {**CALLER, "phone": "13800000008"}}
    assert api.post("operator", "/reports", 409, json=other, headers=key)["type"] == "/problems/idempotency-key-reused"


def test_a_media_report_is_seen_before_it_is_accepted(api, city):
    number = api.report("operator", source="media")["number"]
    accepted = {"type": RUBBISH_CODES, "condition_id": city.condition()}
    offered = {one["action"]: one for one in api.get("operator", f"/cases/{number}/actions")["items"]}
    assert (offered["accept"]["allowed"], offered["request_verify"]["allowed"]) == (False, True)
    assert "request_verify" in offered["accept"]["why"]
    told = api.refused("operator", number, "accept", 409, "illegal-move", **accepted)
    assert told["because"] == ["verified"]
    assert "request_verify" in told["detail"]
    api.act("operator", number, "request_verify", inspector_id=city.people["inspector1"])
    api.act("inspector1", number, "verify", photos=1, verdict="real", position=city.position())
    assert api.act("operator", number, "accept", **accepted)["state"] == "to_file"


def test_what_needs_no_verification_is_accepted_at_once(api, city):
    accepted = {"type": RUBBISH_CODES, "condition_id": city.condition()}
    states = {"citizen": "to_file", "operator": "to_file", "supervisor": "to_file", "inspector1": "to_dispatch"}
    for who, state in states.items():
        number = api.report(who)["number"]
        assert api.act("operator", number, "accept", **accepted)["state"] == state
    planned = api.report("inspector1", source="planned_inspection")["number"]
    assert api.act("operator", planned, "accept", **accepted)["state"] == "to_file"


def test_a_part_split_off_keeps_what_its_source_asks(api, city):
    number = api.report("operator", source="media", type=RUBBISH_CODES)["number"]
    api.act("operator", number, "split", type=STALL_CODES)
    [other] = [one["number"] for one in api.get("operator", "/cases")["items"] if one["number"] != number]
    accepted = {"type": STALL_CODES, "condition_id": city.condition(STALL)}
    told = api.refused("operator", other, "accept", 409, "illegal-move", **accepted)
    assert told["because"] == ["verified"]


def handled(api, who, condition, **body):
    """A case that is with its owner; its handling clock."""
    number = api.report(who, **body)["number"]
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=condition)
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    return number, clock_of(api, number, "handling")


def clock_of(api, number, stage):
    return [one for one in api.get("admin", f"/cases/{number}")["clocks"] if one["stage"] == stage][-1]


def test_a_superiors_case_has_less_time(api, city):
    api.session.execute(text("UPDATE filing_conditions SET limit_amount = 5 WHERE limit_unit = 'working_day'"))
    api.session.commit()
    five_days = city.condition(at=2)
    number, clock = handled(api, "supervisor", five_days, source="superior")
    assert (clock["limit"], clock["unit"]) == (2, "working_day")
    _, ordinary = handled(api, "citizen", five_days)
    assert (ordinary["limit"], ordinary["unit"]) == (5, "working_day")
    _, short = handled(api, "supervisor", city.condition())
    assert (short["limit"], short["unit"]) == (4, "working_hour")
    _, urgent = handled(api, "supervisor", city.condition(at=1))
    assert (urgent["limit"], urgent["unit"]) == (2, "urgent_hour")
    # An extension is measured by the limit that holds, and a reopened case gets that one again.
    refused = api.act("unit1", number, "request_extension", 422, limit=3, unit="working_day")
    assert refused["missing"] == ["limit"]
    api.act("unit1", number, "request_extension", limit=2, unit="working_day")
    api.act("leader", number, "decide_extension", granted=True)
    assert clock_of(api, number, "handling")["limit"] == 4
    api.act("admin", number, "force_close", reason="已处理")
    api.act("supervisor", number, "reopen")
    assert clock_of(api, number, "handling")["limit"] == 2


def test_stages_have_the_limits_of_their_source(api, city):
    limits = {"accept": {"amount": 0.1, "unit": "urgent_hour"}, "file": {"amount": 2, "unit": "working_hour"}}
    api.call("admin", "PUT", "/sources/video", json={**RULE, "limits": limits})
    number = api.report("operator", source="video", type=RUBBISH_CODES)["number"]
    assert clock_of(api, number, "accept")["limit"] == 0.1
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    assert (clock_of(api, number, "file")["limit"], clock_of(api, number, "file")["unit"]) == (2, "working_hour")
    api.act("operator", number, "split", type=STALL_CODES)
    [other] = [one["number"] for one in api.get("operator", "/cases")["items"] if one["number"] != number]
    assert clock_of(api, other, "file")["limit"] == 2
    assert clock_of(api, api.report("citizen")["number"], "accept")["limit"] == 0.25


def test_sources_are_listed_for_staff_with_what_each_may_enter(api):
    found = {one["source"]: one for one in api.get("operator", "/sources")["items"]}
    assert len(found) == 9
    assert {source for source, one in found.items() if one["mine"]} == {"hotline", "video", "media", "superior"}
    assert found["hotline"]["reply_limit"] == {"amount": 1, "unit": "working_day"}
    assert found["superior"]["limits"] == {"handling": {"amount": 2, "unit": "working_day"}}
    for who, status in (("citizen", 403), (None, 401), ("handler1", 200)):
        api.call(who, "GET", "/sources", status)


def test_an_administrator_changes_a_rule_and_it_is_recorded(api, city):
    changed = {**RULE, "needs_verification": True, "entered_by": ["operator", "inspector"]}
    shown = api.call("admin", "PUT", "/sources/video", json=changed).get_json()
    assert (shown["needs_verification"], shown["entered_by"]) == (True, ["inspector", "operator"])
    number = api.report("inspector1", source="video")["number"]
    accepted = {"type": RUBBISH_CODES, "condition_id": city.condition()}
    api.refused("operator", number, "accept", 409, "illegal-move", **accepted)
    api.call("admin", "PUT", "/sources/video", json={**RULE, "active": False})
    assert api.report("operator", 422, source="video")["errors"][0]["pointer"] == "/source"
    # The rule that holds now decides, also for what was received before.
    assert api.act("operator", number, "accept", **accepted)["state"] == "to_file"
    rows = api.session.execute(
        text("SELECT action, subject, actor_id FROM admin_changes WHERE subject LIKE 'source:%'")
    ).all()
    assert {tuple(row) for row in rows} == {("source.change", "source:video", city.people["admin"])}
    assert len(rows) == 2


def test_an_operator_reports_as_a_citizen_where_the_hotline_is_closed(api):
    hotline = {**RULE, "name_zh": "热线", "name_en": "Hotline", "active": False}
    api.call("admin", "PUT", "/sources/hotline", json=hotline)
    assert source_of(api, api.report("operator")) == "citizen"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name_zh": ""}, "/name_zh"),
        ({"entered_by": ["king"]}, "/entered_by/0"),
        ({"entered_by": ["auditor"]}, "/entered_by"),
        ({"reply": "call_back"}, "/reply_limit"),
        ({"reply_limit": {"amount": 1, "unit": "working_day"}}, "/reply_limit"),
        ({"limits": {"lunch": {"amount": 1, "unit": "working_day"}}}, "/limits/lunch/[key]"),
        ({"limits": {"check": {"amount": 0, "unit": "working_day"}}}, "/limits/check/amount"),
        ({"limits": {"check": {"amount": 1, "unit": "week"}}}, "/limits/check/unit"),
        ({"limits": {"check": {"amount": 0.00001, "unit": "working_day"}}}, "/limits/check/amount"),
        ({"color": "red"}, "/color"),
    ],
)
def test_a_wrong_rule_is_pointed_at(api, change, pointer):
    told = api.call("admin", "PUT", "/sources/video", 422, json={**RULE, **change}).get_json()
    assert told["errors"][0]["pointer"] == pointer


def test_only_administrators_change_rules_and_only_of_sources_there_are(api):
    for who in ("operator", "supervisor", "auditor", "citizen"):
        api.call(who, "PUT", "/sources/video", 403, json=RULE)
    told = api.call("admin", "PUT", "/sources/radio", 404, json=RULE).get_json()
    assert told["type"] == "/problems/source-not-known"


def test_reports_are_listed_by_source(api):
    call, seen = a_call(api)["id"], api.report("inspector1")["id"]
    assert {one["id"] for one in api.get("operator", "/reports", source="hotline")["items"]} == {call}
    both = api.get("operator", "/reports", source="hotline,inspector", count="true")
    assert ({one["id"] for one in both["items"]}, both["count"]["value"]) == ({call, seen}, 2)
    assert api.get("operator", "/reports", source="media", count="true")["count"]["value"] == 0
    assert api.get("operator", "/reports", 422, source="radio")["errors"][0]["pointer"] == "/source"
    assert api.get("operator", "/cases", source="hotline")["items"][0]["source"] == "hotline"


def test_a_call_takes_one_statement_more_than_a_report(api, statements):
    def cost(**body):
        api.headers("operator")
        with statements() as sent:
            api.report("operator", **body)
        return len(sent)

    cost()
    assert cost(source="hotline") == cost()
    assert cost(source="hotline", caller=CALLER) == cost() + 1


def test_listing_sources_takes_few_statements(api, statements):
    api.get("operator", "/sources")
    with statements() as sent:
        api.get("operator", "/sources")
    assert len(sent) == 2
