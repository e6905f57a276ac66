"""The register over HTTP: lists, one part, the nearest, how many; making, changing, retiring."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tests.factories.cases import COVER_CODES, FAR, LAMP, NEAR, RUBBISH_CODES
from tests.factories.parts import COVER_CODE, LAMP_CODE, some_parts

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


@pytest.fixture
def codes(session, city):
    return some_parts(session, city, NOW)


def listed(api, **query):
    return [one["code"] for one in api.get("inspector1", "/parts", **query)["items"]]


def test_the_list_goes_by_code_and_narrows(api, city, codes):
    assert listed(api) == codes
    assert listed(api, state="damaged") == codes[1::2]
    assert listed(api, type="01001") == codes
    assert listed(api, type="01002,01001") == codes
    assert listed(api, type=LAMP) == []
    assert listed(api, owner="U03") == listed(api, owner=str(city.units["U03"])) == codes
    assert listed(api, owner="U01") == []
    assert listed(api, area=NEAR) == listed(api, area="310101001001001") == listed(api, area="3101") == codes
    assert listed(api, area=FAR) == listed(api, area="310101001002") == []
    assert listed(api, q=codes[2]) == codes[2:3]
    assert listed(api, q="31010101001") == codes
    assert listed(api, q="井 3") == codes[2:3]
    lon, lat = city.spot()
    assert listed(api, bbox=f"{lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}") == codes[:1]


@pytest.mark.parametrize("area", [None, "310101001001001"])
def test_pages_follow_each_other(api, codes, area):
    seen, cursor = [], None
    while True:
        query = {"limit": 2, "area": area, "cursor": cursor}
        page = api.get("inspector1", "/parts", **{name: value for name, value in query.items() if value})
        seen += [one["code"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == codes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "99999"),
        ("type", "06010"),
        ("owner", "nobody"),
        ("owner", "00000000-0000-0000-0000-000000000001"),
        ("state", "fine"),
        ("area", "310199"),
        ("bbox", "1,2,3"),
        ("bbox", "2,2,1,1"),
        ("cursor", "x"),
        ("limit", "0"),
        ("unknown", "1"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(api, name, value):
    problem = api.get("operator", "/parts", 422, **{name: value})
    assert problem["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize("who", [None, "citizen"])
def test_the_register_is_for_staff(api, codes, who):
    status = 401 if who is None else 403
    for path in ("/parts", f"/parts/{codes[0]}", "/parts/counts", "/parts/export.csv", "/parts/proposals"):
        api.get(who, path, status)


def test_a_list_is_one_statement_more_for_its_filter_and_none_for_its_rows(api, session, city, statements):
    def sent_for():
        api.headers("operator")
        with statements() as sent:
            api.get("operator", "/parts", limit=50)
        return len(sent)

    some_parts(session, city, NOW, count=1)
    few = sent_for()
    session.execute(text("UPDATE parts SET code = '31010101001999999'"))
    some_parts(session, city, NOW, count=30, step=1e-7)
    assert sent_for() == few


def test_one_part_with_its_ground(api, codes):
    answer = api.call("handler1", "GET", f"/parts/{codes[1]}")
    part = answer.get_json()
    assert answer.headers["ETag"] == '"1"'
    assert (part["owner"]["code"], part["type"]["code"], part["state"]) == ("U03", "01001", "damaged")
    assert [area["level"] for area in part["areas"]] == ["city", "district", "street", "community", "cell"]
    assert part["geometry"]["type"] == "Point"
    assert api.get("handler1", "/parts/31010101001999999", 404)["type"] == "/problems/part-not-found"


def test_anybody_finds_the_nearest_and_staff_learn_whose_it_is(api, city, codes):
    near = {**city.position(), "within_m": 5, "limit": 3}
    for who in (None, "citizen"):
        found = api.get(who, "/parts/nearest", **near)["items"]
        assert [one["code"] for one in found] == codes[:3]
        assert "owner" not in found[0]
    found = api.get("operator", "/parts/nearest", **near)["items"]
    assert found[0]["owner"]["code"] == "U03"
    assert found[0]["distance_m"] == 0
    assert 1.7 < found[1]["distance_m"] < 2.1
    assert api.get(None, "/parts/nearest", **{**near, "within_m": 1})["items"][1:] == []
    assert api.get(None, "/parts/nearest", **near, type=LAMP)["items"] == []
    api.get(None, "/parts/nearest", 422, **near, type="99999")
    api.get(None, "/parts/nearest", 422, **{**near, "within_m": 501})


def test_counts_by_type_and_state_with_a_version(api, codes):
    answer = api.call("auditor", "GET", "/parts/counts")
    assert answer.get_json()["total"] == 5
    (covers,) = answer.get_json()["items"]
    assert (covers["type"]["code"], covers["count"], covers["states"]) == ("01001", 5, {"intact": 3, "damaged": 2})
    assert api.get("auditor", "/parts/counts", area=NEAR)["total"] == 5
    assert api.get("auditor", "/parts/counts", area=FAR) == {"area": FAR, "total": 0, "items": []}
    again = {"If-None-Match": answer.headers["ETag"]}
    api.call("auditor", "GET", "/parts/counts", 304, headers=again)
    api.post("admin", f"/parts/{codes[0]}/retire", headers={"If-Match": "*"})
    assert api.call("auditor", "GET", "/parts/counts", headers=again).get_json()["total"] == 4


def new(city, cell="310101001001001", **changes):
    lon, lat = city.spot(cell)
    return {"type": COVER_CODES, "position": {"lon": lon, "lat": lat}, **changes}


def test_a_part_is_made_with_the_next_code(api, session, city, codes):
    key = {"Idempotency-Key": "0f2f1f9e-0000-4000-8000-000000000001"}
    body = new(city, owner_id=str(city.units["U01"]), name="新井")
    made = api.post("admin", "/parts", 201, json=body, headers=key)
    assert made["code"] == COVER_CODE.format(6)
    assert api.post("admin", "/parts", 201, json=body, headers=key)["code"] == made["code"]
    assert (made["owner"]["code"], made["name"], made["version"]) == ("U01", "新井", 1)
    assert api.post("admin", "/parts", 201, json=new(city, FAR + "001001001"))["code"] == "31010201001000001"
    audited = session.execute(text("SELECT action, subject FROM admin_changes WHERE action LIKE 'part.%'")).all()
    assert ("part.create", f"part:{made['code']}") in [tuple(row) for row in audited]


def test_a_line_and_chinese_coordinates(api, city):
    lon, lat = city.spot()
    line = {"line": [[lon, lat], [lon + 0.00005, lat]]}
    made = api.post("admin", "/parts", 201, json=new(city, position=line))
    assert made["geometry"]["type"] == "LineString"
    api.post("admin", "/parts", 422, json=new(city, position={**line, "lon": lon, "lat": lat}))
    api.post("admin", "/parts", 422, json=new(city, position={"lon": lon}))
    api.post("admin", "/parts", 422, json=new(city, position={"line": [[lon, lat], [lon, lat]]}))


@pytest.mark.parametrize(
    ("changes", "slug", "pointer"),
    [
        ({"code": "12"}, "bad-part", "/code"),
        ({"code": "31010101002000001"}, "bad-part", "/code"),
        ({"code": "31010201001000001"}, "bad-part", "/code"),
        ({"code": COVER_CODE.format(1)}, "part-code-taken", "/code"),
        ({"type": RUBBISH_CODES}, "bad-part", "/type/kind"),
        ({"owner_id": "00000000-0000-0000-0000-000000000001"}, "bad-part", "/owner_id"),
        ({"position": {"lon": 120.0, "lat": 30.0}}, "bad-part", "/position"),
        ({"state": "retired"}, "invalid", "/state"),
    ],
)
def test_parts_that_cannot_be(api, city, codes, changes, slug, pointer):
    status = 409 if slug == "part-code-taken" else 422
    problem = api.post("admin", "/parts", status, json=new(city, **changes))
    assert problem["type"] == f"/problems/{slug}"
    assert problem["errors"][0]["pointer"] == pointer


def test_a_part_is_changed_by_the_administrator_who_knows_its_version(api, session, city, codes):
    path = f"/parts/{codes[0]}"
    api.call("admin", "PATCH", path, 428, json={"state": "missing"})
    api.call("operator", "PATCH", path, 403, json={"state": "missing"})
    lon, lat = city.spot("310101001002001")
    body = {"state": "missing", "owner_id": None, "position": {"lon": lon, "lat": lat}}
    answer = api.call("admin", "PATCH", path, json=body, headers={"If-Match": '"1"'})
    after = answer.get_json()
    assert (after["state"], after["owner"], after["cell_code"]) == ("missing", None, "310101001002001")
    assert answer.headers["ETag"] == '"2"'
    api.call("admin", "PATCH", path, 412, json={"state": "intact"}, headers={"If-Match": '"1"'})
    same = api.call("admin", "PATCH", path, json={"state": "missing"}, headers={"If-Match": '"2"'})
    assert same.headers["ETag"] == '"2"'
    far = dict(zip(("lon", "lat"), city.spot(FAR + "001001001"), strict=True))
    api.call("admin", "PATCH", path, 422, json={"position": far}, headers={"If-Match": "*"})
    detail = session.execute(text("SELECT detail FROM admin_changes WHERE action = 'part.change'")).scalar_one()
    assert (detail["before"]["owner"], detail["after"]["owner"]) == ("U03", None)


def test_a_retired_part_stays_and_changes_no_more(api, codes):
    path = f"/parts/{codes[0]}"
    gone = api.post("admin", f"{path}/retire", headers={"If-Match": '"1"'})
    assert (gone["state"], gone["version"]) == ("retired", 2)
    assert api.post("admin", f"{path}/retire", headers={"If-Match": '"1"'})["version"] == 2
    assert listed(api) == codes[1:]
    assert listed(api, state="retired") == codes[:1]
    problem = api.call("admin", "PATCH", path, 409, json={"state": "intact"}, headers={"If-Match": "*"}).get_json()
    assert problem["type"] == "/problems/part-retired"


# cases


def test_cases_of_a_part_and_parts_near_a_case(api, city, codes):
    number = api.report("citizen", type=COVER_CODES, part_code=codes[0])["case"]["number"]
    other = api.report("citizen", type=RUBBISH_CODES)["case"]["number"]
    found = api.get("operator", "/cases", part=codes[0])["items"]
    assert [one["number"] for one in found] == [number]
    assert api.get("operator2", "/cases", part=codes[0])["items"] == []
    near = api.get("operator", f"/cases/{number}/nearest-parts", limit=2)["items"]
    assert [one["code"] for one in near] == codes[:2]
    assert len(api.get("operator", f"/cases/{other}/nearest-parts")["items"]) == 5
    api.get("operator2", f"/cases/{number}/nearest-parts", 404)


def test_a_report_names_a_part_of_the_register_once_there_is_one(api, session, city):
    assert api.report("citizen", part_code="ANY-1")["number"]
    some_parts(session, city, NOW)
    problem = api.report("citizen", 422, part_code=LAMP_CODE.format(7))
    assert problem["type"] == "/problems/unknown-part"
    assert problem["errors"][0]["pointer"] == "/part_code"


def test_the_owner_in_the_register_answers_for_a_part(api, session, city, codes):
    def lead(code):
        body = {"type": COVER_CODES, "position": city.position(), "part_code": code}
        return api.post("dispatcher", "/routing/explain", json=body)["lead"]["code"]

    assert lead(codes[0]) == "U03"
    api.call("admin", "PATCH", f"/parts/{codes[0]}", json={"owner_id": None}, headers={"If-Match": "*"})
    assert lead(codes[0]) != "U03"
    add = text("""
        INSERT INTO part_owners (id, said, code, is_prefix, organization_id, created_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), :code, :many, :unit, now())""")
    session.execute(add, {"code": codes[0][:6], "many": True, "unit": city.units["U01"]})
    session.execute(add, {"code": codes[2], "many": False, "unit": city.units["U02"]})
    session.commit()
    assert [lead(code) for code in codes[:3]] == ["U01", "U03", "U02"]


def test_an_organisation_with_parts_is_not_closed(api, city, codes):
    version = api.call("admin", "GET", f"/organizations/{city.units['U03']}").headers["ETag"]
    problem = api.post("admin", f"/organizations/{city.units['U03']}/close", 409, headers={"If-Match": version})
    assert codes[0] in problem["uses"]["bindings"]
