"""Cases over HTTP: filters, pages, what is hidden from whom, and how many statements an answer takes."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.cases.schemas import ActionIn
from app.media import service as media
from tests.factories.accounts import a_grant
from tests.factories.cases import RUBBISH_CODES
from tests.factories.media import SMALL, Shot, jpeg

pytestmark = pytest.mark.slow

REPORTER_WORDS = "张三家门口，电话 13912345678"


@pytest.fixture
def handled(api, city):
    """A rubbish case in handling, reported by a citizen, helped by U02; the report as its sender got it."""

    def play(who="citizen"):
        report = api.report(who, photo_ids=[api.photo(who)], type=RUBBISH_CODES, description=REPORTER_WORDS)
        number = report["case"]["number"]
        accepted = api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
        if accepted["state"] == "to_file":
            api.act("leader", number, "file")
        api.act("dispatcher", number, "dispatch")
        return report

    return play


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "nonsense"),
        ("state", "received,nonsense"),
        ("state", ""),
        ("type", "99999"),
        ("type", "06010,99999"),
        ("type", "GB/T 47678.5-2026|part|06010"),
        ("type", ""),
        ("area", "31010"),
        ("area", "999999"),
        ("area", "310101%"),
        ("owner", "NOBODY"),
        ("owner", "018f0000-0000-7000-8000-000000000001"),
        ("lamp", "blue"),
        ("source", "rumour"),
        ("bbox", "1,2,3"),
        ("bbox", "121.5,31,121.4,32"),
        ("bbox", "nan,31,122,32"),
        ("bbox", "121,31,122,91"),
        ("q", ""),
        ("q", "a\x00b"),
        ("q", "x" * 101),
        ("from", "yesterday"),
        ("from", "2026-03-10T10:00:00"),
        ("to", "2026-02-30"),
        ("sort", "number"),
        ("count", "maybe"),
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "ten"),
        ("cursor", "abc"),
        ("cursor", "WyJhIiwiYiJd"),
        ("page", "2"),
    ],
)
def test_what_a_filter_does_not_know_is_refused(api, name, value):
    told = api.get("operator", "/cases", 422, **{name: value})
    assert told["errors"][0]["pointer"].startswith(f"/{name}")


def test_every_filter_is_taken(api, city, handled):
    number = handled()["case"]["number"]
    lon, lat = city.spot()
    known = {
        "state": "handling,to_check",
        "type": "06010",
        "area": "310101001",
        "owner": "U01",
        "lamp": "green,yellow,red",
        "source": "citizen",
        "bbox": f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}",
        "q": "张三",
        "from": "2026-01-01",
        "to": "2099-12-31T00:00:00+08:00",
        "sort": "due_at",
        "count": "true",
        "limit": "500",
    }
    found = api.get("operator", "/cases", **known)
    assert [item["number"] for item in found["items"]] == [number]
    assert found["count"] == {"value": 1, "exact": True}
    assert found["next_cursor"] is None
    for name, value in known.items():
        assert number in {item["number"] for item in api.get("operator", "/cases", **{name: value})["items"]}
    assert api.get("operator", "/cases", q="李四")["items"] == []
    assert "count" not in api.get("operator", "/cases")


def test_pages_go_on_where_the_one_before_ended(api):
    numbers = [api.report("citizen")["number"] for _ in range(5)]
    first = api.get("operator", "/cases", limit=2)
    api.report("citizen")
    second = api.get("operator", "/cases", limit=2, cursor=first["next_cursor"])
    third = api.get("operator", "/cases", limit=2, cursor=second["next_cursor"])
    seen = [item["number"] for page in (first, second, third) for item in page["items"]]
    assert seen == sorted(numbers, reverse=True)
    assert third["next_cursor"] is None


def test_events_come_in_pages_oldest_first(api, handled):
    number = handled()["case"]["number"]
    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = api.get("operator", f"/cases/{number}/events", **query)
        seen += [event["seq"] for event in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [1, 2, 3, 4]
    for forged in ("abc", "WyJhIl0", "WzFlMzAwXQ", "Wy0xXQ", "WzEsMl0"):
        told = api.get("operator", f"/cases/{number}/events", 422, cursor=forged)
        assert told["type"] == "/problems/bad-cursor"
    api.get("operator", f"/cases/{number}/events", 422, limit=501)


@pytest.mark.parametrize("reporter", ["citizen", "inspector1"])
def test_the_reporter_is_hidden_from_the_handling_unit_everywhere(api, city, handled, reporter):
    number = handled(reporter)["case"]["number"]
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    known = str(city.people[reporter])
    for who in ("unit1", "unit2", "handler1", "inspector2"):
        texts = [json.dumps(api.get(who, f"/cases/{number}{part}")) for part in ("", "/events", "/routing", "/actions")]
        texts.append(json.dumps(api.get(who, "/cases")))
        assert not any(known in text for text in texts), who
    for who in ("operator", "leader", "supervisor", "admin"):
        case = api.get(who, f"/cases/{number}")
        assert case["reports"][0]["reporter"]["id"] == known
        assert api.get(who, f"/cases/{number}/events")["items"][0]["actor"]["id"] == known


def test_a_grant_for_elsewhere_does_not_show_the_reporter(api, city, handled):
    a_grant(api.session, city.people["unit1"], "operator", "310102")
    api.session.commit()
    number = handled()["case"]["number"]
    case = api.get("unit1", f"/cases/{number}")
    assert case["reports"][0]["reporter"] is None
    assert api.get("unit1", f"/cases/{number}/events")["items"][0]["actor"]["id"] is None


@pytest.mark.parametrize("who", ["evaluator", "auditor"])
def test_evaluators_and_auditors_see_digests_instead_of_people_and_words(api, city, handled, who):
    number = handled()["case"]["number"]
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    case = api.get(who, f"/cases/{number}")
    assert (case["description"], case["address"], case["handler"]) == (None, None, None)
    assert case["reports"][0]["reporter"] is None
    assert case["photos"] == [], "the photo's privacy copy does not exist yet"
    item = api.get(who, "/cases")["items"][0]
    assert (item["number"], item["description"]) == (number, None)
    assert api.get(who, "/cases", q="张三")["items"] == []
    assert api.get(who, "/cases", q=number)["items"]
    for event in api.get(who, f"/cases/{number}/events")["items"]:
        assert event["actor"]["name"] is None
        assert event["actor"]["digest"] == event["digests"]["actor"]
        assert (event["reason"], event["position"], event["photos"]) == (None, None, [])
        assert event["redacted"] == []
    assert api.post(who, f"/cases/{number}/verify-chain")["ok"]


def test_who_evaluates_the_city_and_inspects_a_zone_sees_that_zone_plainly(api, city, handled):
    a_grant(api.session, city.people["inspector3"], "evaluator", "3101")
    api.session.commit()
    number = handled()["case"]["number"]
    own = api.report("citizen", cell="310102001001001", description="本网格")["case"]["number"]
    shown = {item["number"]: item["description"] for item in api.get("inspector3", "/cases")["items"]}
    assert shown == {number: None, own: "本网格"}
    assert api.get("inspector3", f"/cases/{own}")["description"] == "本网格"


def test_masked_readers_get_the_photos_that_hide_everybody(api, handled):
    data = jpeg(Shot(size=SMALL, seed=99))
    number = api.report("citizen", photo_ids=[api.photo("citizen", data)])["case"]["number"]
    photo = api.get("operator", f"/cases/{number}")["photos"][0]
    row = media.photos_by_id(api.session, [UUID(photo["id"])])[UUID(photo["id"])]
    media.publish(api.session, row.id, media.store_public_copy(row), now=datetime.now(UTC))
    api.session.commit()
    masked = api.get("auditor", f"/cases/{number}")["photos"][0]
    assert masked["id"] == photo["id"]
    assert "/public" in masked["urls"]["display"]
    assert api.client.get(masked["urls"]["display"]).status_code == 200


def test_answers_take_the_same_statements_for_one_row_and_for_thirty(api, city, handled, statements):
    def cost(who, path, **query):
        api.get(who, path, **query)  # What is kept in memory is there from now on.
        with statements() as sent:
            api.get(who, path, **query)
        return len(sent)

    first = handled()
    number = first["case"]["number"]
    everything = {"state": "received,handling", "type": "06010", "area": "310101", "owner": "U01", "count": "true"}
    asked = [
        ("operator", "/cases", {}),
        ("unit1", "/cases", {}),
        ("inspector1", "/cases", {}),
        ("operator", "/cases", everything),
        ("operator", f"/cases/{number}", {}),
        ("auditor", f"/cases/{number}", {}),
        ("operator", f"/cases/{number}/events", {}),
        ("operator", f"/cases/{number}/actions", {}),
        ("operator", "/reports", {}),
        ("citizen", "/reports", {}),
        ("citizen", f"/reports/{first['id']}", {}),
        (None, f"/track/{first['tracking_code']}", {}),
    ]
    few = [cost(*one[:2], **one[2]) for one in asked]
    for _ in range(15):
        handled()
    # The first case grows as well: photos, reports, events, clocks.
    for _ in range(6):
        other = api.report("citizen", photo_ids=[api.photo("citizen")])["case"]["number"]
        api.act("operator", other, "merge", into=number)
        api.act("unit1", number, "return", reason="不属于我单位")
        api.act("dispatcher", number, "dispatch")
    assert [cost(*one[:2], **one[2]) for one in asked] == few
    assert few == [2, 2, 2, 6, 10, 10, 3, 3, 2, 2, 3, 5]


def test_strange_numbers_are_not_found(api):
    for number in ("x", "2026-1", "%E7%BD%91", "1%20OR%201=1"):
        api.call("operator", "GET", f"/cases/{number}", 404)
    api.call("operator", "GET", "/cases/a%00b", 422)
    api.call("operator", "POST", "/cases/20260101-000001/actions/nonsense", 422, json={}, headers={"If-Match": "*"})


@pytest.mark.parametrize(
    "until", ["2026-12-31T00:00:00", "2026-12-31T00:00:00Z", "2026-12-31T10:00:00+08:00", 20261231]
)
def test_a_hold_ends_with_a_day_not_at_an_instant(until):
    with pytest.raises(ValidationError, match="a day of the city"):
        ActionIn(until=until)
    assert ActionIn(until="2026-12-31").until == date(2026, 12, 31)
