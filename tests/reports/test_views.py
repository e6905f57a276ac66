"""Reports over HTTP: what is taken and refused, who sees them, and how many statements a report takes."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from app.media import service as media
from tests.factories.cases import RUBBISH_CODES
from tests.factories.media import SMALL, Shot, jpeg

pytestmark = pytest.mark.slow

OUTSIDE = {"lon": 120.0, "lat": 30.0, "crs": "wgs84"}
ID = "018f0000-0000-7000-8000-000000000001"


def test_a_report_answers_with_everything_its_sender_needs(api, city):
    made = api.report("citizen", id=ID, type=RUBBISH_CODES, address="人民路 1 号")
    assert made["id"] == ID
    assert made["number"] == made["case"]["number"]
    assert (made["status"], made["case"]["state"]) == ("received", "received")
    assert made["cell"] == {"code": "310101001001001", "name": "Cell 1"}
    assert len(made["tracking_code"]) == 24
    assert made["possible_duplicates"] == []
    near = api.report("neighbour", type=RUBBISH_CODES)["possible_duplicates"]
    assert [one["case_number"] for one in near] == [made["number"]]
    assert near[0]["distance_m"] == 0
    assert near[0]["type"]["code"] == "06010"
    other_class = {**RUBBISH_CODES, "kind": "part", "code": "01001"}
    assert api.report("neighbour", type=other_class)["possible_duplicates"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"description": "x" * 4001}, "/description"),
        ({"description": None}, "/description"),
        ({"description": "  "}, "/description"),
        ({"description": "a\x00b"}, "/description"),
        ({"position": None}, "/position"),
        ({"position": OUTSIDE}, "/position"),
        ({"position": {"lon": 181, "lat": 0}}, "/position/lon"),
        ({"position": {"lon": "121", "lat": 31}}, "/position/lon"),
        ({"position": {"lon": 121, "lat": 31, "crs": "utm"}}, "/position/crs"),
        ({"captured_at": "2026-03-10T10:00:00"}, "/captured_at"),
        ({"captured_at": 1741572000}, "/captured_at"),
        ({"captured_at": (datetime.now(UTC) + timedelta(minutes=30)).isoformat()}, "/captured_at"),
        ({"photo_ids": [ID]}, "/photo_ids/0"),
        ({"photo_ids": [ID] * 21}, "/photo_ids"),
        ({"id": "not-a-uuid"}, "/id"),
        ({"type": {**RUBBISH_CODES, "code": "99999"}}, "/type"),
        ({"type": {"scheme": "x", "code": "06010"}}, "/type/kind"),
        ({"anonymous": "yes"}, "/anonymous"),
        ({"stranger": 1}, "/stranger"),
    ],
)
def test_what_is_wrong_is_pointed_at(api, change, pointer):
    told = api.report("citizen", 422, **change)
    assert told["errors"][0]["pointer"] == pointer
    assert api.get("operator", "/reports")["items"] == []


def test_numbers_that_are_none_are_refused(api):
    for text in ('{"description": NaN}', "{", "[]", '"x"', '{"description": "\\ud800"}'):
        answer = api.client.post(
            "/api/v1/reports", data=text, headers={**api.headers("citizen"), "Content-Type": "application/json"}
        )
        assert answer.status_code == 422


def test_the_same_id_is_the_same_report_for_its_sender_only(api, city):
    captured = datetime.now(UTC).isoformat()
    body = {"id": ID, "captured_at": captured}
    made = api.report("citizen", **body)
    assert api.report("citizen", 200, **body) == made
    shifted = {**body, "captured_at": datetime.fromisoformat(captured).astimezone().isoformat()}
    assert api.report("citizen", 200, **shifted) == made
    for who, change in (("citizen", {"description": "别的"}), ("neighbour", {}), (None, {})):
        told = api.report(who, 409, **{**body, **change})
        assert told["type"] == "/problems/report-id-taken"
    api.act("operator", made["number"], "accept", type=RUBBISH_CODES, condition_id=city.condition())
    assert api.report("citizen", 200, **body)["status"] == "to_file"


def test_forms_say_the_same_as_json(api, city):
    lon, lat = city.spot()

    def send(status, **fields):
        form = {"data": fields, "content_type": "multipart/form-data"}
        return api.call("citizen", "POST", "/reports", status, **form).get_json()

    whole = {
        "description": "表单",
        "position": json.dumps({"lon": lon, "lat": lat}),
        "captured_at": "2026-03-10T10:00:00+08:00",
        "anonymous": "true",
        "photo_ids": f"{api.photo('citizen')}, {api.photo('citizen')}",
        "photos": [(io.BytesIO(jpeg(Shot(size=SMALL, seed=5 + at))), f"{at}.jpg") for at in range(2)],
    }
    made = send(201, **whole)
    case = api.get("operator", f"/cases/{made['number']}")
    assert len(case["photos"]) == 4
    assert case["reports"][0]["reporter"] is None
    text = json.dumps({"description": "整个", "position": {"lon": lon, "lat": lat}})
    assert send(201, report=text)["status"] == "received"
    place = {"lon": str(lon), "lat": str(lat)}
    wrong = [
        ({"report": "[1]"}, "/report"),
        ({"report": "{"}, "/report"),
        ({"report": '{"lon": [1], "lat": 2}'}, "/lon"),
        ({**place, "position": "{"}, "/position"),
        ({"position": '{"lon": "\\u0000"}'}, "/position"),
        ({**place, "description": "x", "captured_at": "now"}, "/captured_at"),
        ({**place, "description": "x", "anonymous": "perhaps"}, "/anonymous"),
        ({**place, "description": "x", "photo_ids": "a,b"}, "/photo_ids/0"),
        ({**place, "description": "x", "lat": "nan"}, "/position/lat"),
        (place, "/description"),
    ]
    for fields, pointer in wrong:
        assert send(422, **fields)["errors"][0]["pointer"] == pointer, fields
    many = [(io.BytesIO(b"x"), "a.jpg") for _ in range(21)]
    assert send(422, **place, photos=many)["type"] == "/problems/too-many-photos-in-report"
    broken = {"photos": (io.BytesIO(b"no photo"), "a.jpg")}
    answer = api.client.post("/api/v1/reports", data={**place, **broken}, headers=api.headers("citizen"))
    assert answer.status_code in {415, 422}


def test_an_anonymous_report_leaves_no_name(api, city):
    made = api.report("citizen", anonymous=True)
    for path in ("", "/events"):
        assert str(city.people["citizen"]) not in json.dumps(api.get("admin", f"/cases/{made['number']}{path}"))
    assert api.get("citizen", "/reports")["items"] == []


def test_who_sees_which_report(api):
    own = api.report("citizen")["id"]
    far = api.report("neighbour", cell="310102001001001")["id"]
    patrol = api.report("inspector1", cell="310102001001001")["id"]
    seen = {
        "citizen": {own},
        "neighbour": {far},
        "inspector1": {patrol},
        "operator": {own, far, patrol},
        "operator2": {far, patrol},
        "unit1": set(),
        "handler1": set(),
        "evaluator": set(),
        "auditor": {own, far, patrol},
    }
    for who, expected in seen.items():
        assert {item["id"] for item in api.get(who, "/reports")["items"]} == expected, who
        for report in (own, far, patrol):
            api.get(who, f"/reports/{report}", 200 if report in expected else 404)
    api.get(None, "/reports", 401)
    shown = api.get("auditor", f"/reports/{own}")
    assert (shown["description"], shown["stated_position"], shown["tracking_code"]) == (None, None, None)
    assert api.get("citizen", f"/reports/{own}")["tracking_code"]
    assert api.get("operator", f"/reports/{own}")["tracking_code"] is None
    # Only its sender answers for a report.
    for path, body in (("rating", {"score": 1}), ("reopen", {}), ("join", {"case_number": "20260101-000001"})):
        api.post("operator", f"/reports/{own}/{path}", 404, json=body)


def test_reports_come_in_pages(api):
    made = [api.report("citizen")["id"] for _ in range(5)]
    first = api.get("citizen", "/reports", limit=3)
    api.report("citizen")
    second = api.get("citizen", "/reports", limit=3, cursor=first["next_cursor"])
    assert [item["id"] for page in (first, second) for item in page["items"]] == made[::-1]
    assert "count" not in first
    assert api.get("citizen", "/reports", limit=1, count="true")["count"] == {"value": 6, "exact": True}
    for query in ({"limit": 501}, {"cursor": "x"}, {"mine": "true"}, {"count": "many"}):
        api.get("citizen", "/reports", 422, **query)


def test_the_tracking_page_shows_nothing_personal_and_only_hidden_photos(api, city):
    made = api.report("citizen", description="张三家门口", address="人民路 1 号", photo_ids=[api.photo("citizen")])
    page = api.get(None, f"/track/{made['tracking_code']}")
    assert page["photos"] == []
    whole = json.dumps(page, ensure_ascii=False)
    assert not any(word in whole for word in ("张三", "人民路", str(city.people["citizen"]), "position", "lon"))
    photo = api.get("operator", f"/cases/{made['number']}")["photos"][0]
    [row] = media.photos_by_id(api.session, [photo["id"]]).values()
    media.publish(api.session, row.id, media.store_public_copy(row), now=datetime.now(UTC))
    api.session.commit()
    [shown] = api.get(None, f"/track/{made['tracking_code']}")["photos"]
    assert set(shown) == {"width", "height", "urls", "role"}
    assert api.client.get(f"/api/v1/track/{made['tracking_code']}").headers["Cache-Control"] == "no-store"
    for code in ("AAAA-AAAA-AAAA-AAAA-AAAA", made["number"], made["id"]):
        assert api.call(None, "GET", f"/track/{code}", 404).get_json()["type"] == "/problems/unknown-tracking-code"


def test_a_report_takes_few_statements(api, city, statements):
    def cost(count):
        photos = [api.photo("citizen") for _ in range(count)]
        body = {"id": f"018f0000-0000-7000-8000-{count:012}", "photo_ids": photos, "type": RUBBISH_CODES}
        api.headers("citizen")
        with statements() as sent:
            api.report("citizen", **body)
        return sent

    cost(0)
    assert len(cost(1)) == len(cost(9))
    sent = cost(2)
    assert len(sent) == STATEMENTS, "\n".join(" ".join(one.split())[:110] for one in sent)


STATEMENTS = 16
"""Of one report with photos and an id of its own, the sign-in among them; fewer is better."""
