"""The grid over HTTP."""

import io
import json
from datetime import timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from app.core import clock
from app.grid import jobs, service
from app.grid.rules.coordinates import from_wgs84
from tests.factories import accounts
from tests.factories.grid import CITY, SOUTH, STEP, WEST, a_grid, centre, geojson, made_city

pytestmark = pytest.mark.slow

API = "/api/v1/grid"
INNER = "310101001001005"
CELLS = [f"310101001001{serial:03}" for serial in range(1, 10)]


@pytest.fixture
def city(session, now):
    areas = a_grid(session, now=now)
    session.commit()
    return areas


@pytest.fixture
def root(session, client):
    accounts.staff(session, "admin", username="root")
    session.commit()
    return accounts.sign_in(client, "root")


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_locate_takes_every_system(client, city, crs):
    lon, lat = from_wgs84(*centre(city, INNER), crs)
    found = client.get(f"{API}/locate", query_string={"lon": lon, "lat": lat, "crs": crs}).get_json()
    assert found["cell"] == {"code": INNER, "name": "Cell 5"}
    assert [area["level"] for area in found["areas"]] == ["city", "district", "street", "community", "cell"]
    assert found["duty_zone"] is None
    assert "people" not in found


def test_outside_and_gap_are_problems(client, session, city):
    outside = client.get(f"{API}/locate?lon=100&lat=31.2")
    assert (outside.status_code, outside.get_json()["type"]) == (404, "/problems/outside-city")
    session.execute(text("UPDATE areas SET valid_to = now() WHERE code = :code"), {"code": INNER})
    session.execute(text("UPDATE grid_state SET stamp = gen_random_uuid()"))
    session.commit()
    lon, lat = centre(city, INNER)
    gap = client.get(f"{API}/locate", query_string={"lon": lon, "lat": lat})
    assert (gap.status_code, gap.get_json()["type"]) == (404, "/problems/grid-gap")
    assert gap.get_json()["areas"][-1]["code"] == "310101001001"


@pytest.mark.parametrize(
    "query", ["lon=181&lat=0", "lon=0&lat=91", "lon=nan&lat=0", "lat=3", "lon=1&lat=2&crs=utm", "lon=1&lat=2&x=3"]
)
def test_locate_refuses_what_is_no_point(client, query):
    assert client.get(f"{API}/locate?{query}").status_code == 422


def a_zone(client, root, code="Z1", cells=("310101001001001", "310101001001002"), people=(), match="*"):
    body = {"name": "Old Street", "cells": list(cells), "people": [str(one) for one in people]}
    return client.put(f"{API}/duty-zones/{code}", json=body, headers={**root, "If-Match": match})


def test_staff_see_who_answers_and_others_do_not(client, session, city, root):
    inspector = accounts.staff(session, "inspector", CITY)
    session.commit()
    made = a_zone(client, root, people=[inspector])
    assert made.status_code == 200
    assert made.get_json()["people"] == [{"id": str(inspector), "name": "王小明"}]
    lon, lat = centre(city, CELLS[0])
    point = {"lon": lon, "lat": lat}
    anonymous = client.get(f"{API}/locate", query_string=point).get_json()
    assert anonymous["duty_zone"] == {"code": "Z1", "name": "Old Street"}
    assert "people" not in anonymous
    staff = client.get(f"{API}/locate", query_string=point, headers=root).get_json()
    assert staff["people"] == [{"id": str(inspector), "name": "王小明"}]
    assert client.get(f"{API}/duty-zones").get_json()["items"][0]["cells"] == CELLS[:2]
    assert "people" not in client.get(f"{API}/duty-zones/Z1").get_json()
    assert client.get(f"{API}/duty-zones/Z1", headers=root).get_json()["people"] == staff["people"]
    assert client.get(f"{API}/duty-zones/Z2").get_json()["type"] == "/problems/unknown-duty-zone"


def test_a_zone_is_changed_whole_and_under_its_version(client, city, root):
    first = a_zone(client, root)
    assert a_zone(client, root, cells=CELLS[:3], match='"1"').status_code == 412
    assert a_zone(client, root, cells=CELLS[1:3], match=first.headers["ETag"]).get_json()["cells"] == CELLS[1:3]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ([CELLS[0], CELLS[8]], "shares no edge"),
        ([CELLS[0], CELLS[4]], "shares no edge"),
        ([CELLS[0], "310101001001099"], "no live cell"),
        (["310101001001"], "no live cell"),
    ],
)
def test_a_zone_is_made_of_neighbouring_live_cells(client, city, root, cells, why):
    refused = a_zone(client, root, cells=cells)
    assert (refused.status_code, refused.get_json()["type"]) == (422, "/problems/bad-duty-zone")
    assert why in refused.get_json()["errors"][0]["detail"]


def test_a_cell_lies_in_one_zone_and_strangers_in_none(client, city, root):
    a_zone(client, root)
    taken = a_zone(client, root, code="Z2", cells=CELLS[1:3], people=["0190a0b0-0000-7000-8000-000000000000"])
    assert [error["pointer"] for error in taken.get_json()["errors"]] == ["/cells", "/people"]


def test_cells_that_follow_stay_in_the_zone(client, session, city, root, now):
    a_zone(client, root)
    again = [a._replace(code=a.code[:12] + "9" + a.code[13:]) if len(a.code) == 15 else a for a in city]
    later = clock.now() + timedelta(seconds=1)
    assert service.import_file(session, geojson(again), service.Wanted("mixed"), now=later).faults == []
    session.commit()
    assert client.get(f"{API}/duty-zones/Z1").get_json()["cells"] == ["310101001001901", "310101001001902"]


def test_many_points_at_once(client, city):
    lon, lat = centre(city, INNER)
    gcj = from_wgs84(lon, lat, "gcj02")
    points = [
        {"lon": lon, "lat": lat},
        {"lon": gcj[0], "lat": gcj[1], "crs": "gcj02", "accuracy_m": 8},
        {"lon": 0, "lat": 0},
    ]
    assert client.post(f"{API}/locate", json={"points": points}).get_json() == {
        "items": [
            {"cell": INNER, "problem": None},
            {"cell": INNER, "problem": None},
            {"cell": None, "problem": "outside-city"},
        ]
    }
    assert client.post(f"{API}/locate", json={"points": []}).get_json() == {"items": []}


@pytest.mark.parametrize(
    ("point", "pointer"),
    [
        ({"lon": "121.4", "lat": 31.2}, "/points/1/lon"),
        ({"lon": True, "lat": 31.2}, "/points/1/lon"),
        ({"lon": 121.4}, "/points/1/lat"),
        ({"lon": 121.4, "lat": 91}, "/points/1/lat"),
        ({"lon": 121.4, "lat": 31.2, "crs": "utm"}, "/points/1/crs"),
        ({"lon": 121.4, "lat": 31.2, "crs": None}, "/points/1/crs"),
        ({"lon": 121.4, "lat": 31.2, "crs": ["wgs84"]}, "/points/1/crs"),
        ({"lon": 121.4, "lat": 31.2, "height": 3}, "/points/1/height"),
        ({"lon": 121.4, "lat": 31.2, "crs": "bd09", "height": 3}, "/points/1/height"),
        ({"lon": 121.4, "lat": 31.2, "accuracy_m": -1}, "/points/1/accuracy_m"),
        ({"lon": 121.4, "lat": 31.2, "accuracy_m": "8"}, "/points/1/accuracy_m"),
        ([121.4, 31.2], "/points/1"),
        (None, "/points/1"),
        ({"lon": None, "lat": 31.2}, "/points/1/lon"),
        ({"lon": 10**400, "lat": 31.2}, "/points/1/lon"),
    ],
)
def test_a_wrong_point_among_many_is_named(client, point, pointer):
    body = json.dumps({"points": [{"lon": 1, "lat": 2}, point]})
    answer = client.post(f"{API}/locate", data=body, content_type="application/json")
    assert answer.status_code == 422
    if "10000000" not in body:
        assert answer.get_json()["type"] == "/problems/bad-points"
        assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


def test_ten_thousand_points_are_the_most(client, session, city):
    random = np.random.default_rng(9)
    low, high = (WEST - STEP, SOUTH - STEP), (WEST + 7 * STEP, SOUTH + 7 * STEP)
    points = [{"lon": lon, "lat": lat} for lon, lat in random.uniform(low, high, (10_000, 2)).tolist()]
    items = client.post(f"{API}/locate", json={"points": points}).get_json()["items"]
    tree = [area for area in city if len(area.code) == 15]
    for point, item in zip(points[:300], items[:300], strict=True):
        here = shapely.Point(point["lon"], point["lat"])
        assert item["cell"] == min((cell.code for cell in tree if cell.geom.intersects(here)), default=None)
    assert client.post(f"{API}/locate", json={"points": [*points, points[0]]}).status_code == 422


def test_areas_by_level_parent_box_and_pages(client, city):
    cells = client.get(f"{API}/areas?level=cell&parent=310101001001").get_json()["items"]
    assert [cell["code"] for cell in cells] == CELLS
    assert cells[0]["valid_to"] is None
    assert "geometry" not in cells[0]
    first = client.get(f"{API}/areas?level=cell&limit=20").get_json()
    second = client.get(f"{API}/areas?level=cell&limit=20&cursor={first['next_cursor']}").get_json()
    assert len({cell["code"] for cell in first["items"] + second["items"]}) == 36
    assert second["next_cursor"] is None
    inner = next(area.geom for area in city if area.code == INNER).centroid.buffer(1e-6)
    box = ",".join(f"{value:.7f}" for value in inner.bounds)
    found = client.get(f"{API}/areas?level=cell&bbox={box}&geometry=true").get_json()["items"]
    assert [cell["code"] for cell in found] == [INNER]
    outline = shapely.geometry.shape(found[0]["geometry"])
    assert outline.equals(next(area.geom for area in city if area.code == INNER))


@pytest.mark.parametrize(
    "query", ["level=village", "bbox=1,2,3", "bbox=3,2,1,4", "bbox=1,2,3,400", "at=yesterday", "limit=501", "x=1"]
)
def test_areas_refuse_what_they_do_not_know(client, query):
    assert client.get(f"{API}/areas?{query}").status_code == 422


def test_areas_as_they_were(client, session, city, now):
    again = [a._replace(code=a.code[:12] + "9" + a.code[13:]) if len(a.code) == 15 else a for a in city]
    later = now + timedelta(days=5)
    assert service.import_file(session, geojson(again), service.Wanted("mixed"), now=later).faults == []
    session.commit()
    for day, code in [("2026-03-09", None), ("2026-03-10", CELLS[0]), ("2026-03-15", "310101001001901")]:
        found = client.get(f"{API}/areas?parent=310101001001&limit=1&at={day}").get_json()["items"]
        assert [area["code"] for area in found] == ([code] if code else [])
    retired = client.get(f"{API}/areas/{INNER}").get_json()
    assert retired["valid_to"] == "2026-03-15T02:00:00Z"
    assert retired["successors"] == [{"code": "310101001001905", "name": "Cell 5", "share": pytest.approx(1)}]


def test_one_area_and_the_version_of_the_grid(client, city):
    found = client.get(f"{API}/areas/{CITY}?geometry=true")
    assert found.get_json()["level"] == "city"
    assert found.get_json()["geometry"]["type"] == "MultiPolygon"
    listed = client.get(f"{API}/areas")
    assert listed.headers["ETag"] == found.headers["ETag"]
    assert client.get(f"{API}/areas", headers={"If-None-Match": listed.headers["ETag"]}).status_code == 304
    assert client.get(f"{API}/areas/310109").get_json()["type"] == "/problems/unknown-area"


def test_lists_run_the_same_number_of_statements_for_any_number_of_rows(client, session, city, root, statements):
    a_zone(client, root)
    a_zone(client, root, code="Z2", cells=CELLS[3:6])
    for path in (f"{API}/areas?geometry=true&limit=", f"{API}/duty-zones?limit="):
        counts = []
        for limit in (1, 40):
            with statements(session) as seen:
                assert client.get(f"{path}{limit}", headers=root).status_code == 200
            counts.append(len(seen))
        assert counts[0] == counts[1]


def hand_in(client, headers, data, **form):
    form = {"level": "mixed", "file": (io.BytesIO(data), "areas.geojson"), **form}
    return client.post(f"{API}/imports", data=form, headers=headers, content_type="multipart/form-data")


def outcome(client, headers, queued):
    import_id = queued.get_json()["id"]
    jobs.check_import(import_id)
    return client.get(f"{API}/imports/{import_id}", headers=headers).get_json()


def test_a_file_is_handed_in_checked_and_accepted(client, session, root):
    queued = hand_in(client, root, geojson(made_city()), fields='{"code": "code", "name": "name"}')
    assert queued.status_code == 202
    assert queued.get_json()["status"] == "pending"
    before = client.get(queued.headers["Location"], headers=root).get_json()
    assert (before["status"], before["faults"]) == ("pending", [])
    done = outcome(client, root, queued)
    assert (done["status"], done["faults"]) == ("accepted", [])
    assert done["counts"]["added"] == 45
    assert len(client.get(f"{API}/areas?limit=100").get_json()["items"]) == 45


def test_a_dry_run_changes_nothing(client, root):
    done = outcome(client, root, hand_in(client, root, geojson(made_city()), dry_run="true"))
    assert done["status"] == "checked"
    assert client.get(f"{API}/areas").get_json()["items"] == []


def test_a_refused_file_names_every_fault_with_its_place(client, root):
    broken = [area for area in made_city() if area.code != INNER]
    done = outcome(client, root, hand_in(client, root, geojson(broken)))
    assert done["status"] == "refused"
    assert [fault["kind"] for fault in done["faults"]] == ["gap"]
    assert done["faults"][0]["place"]["type"] == "Polygon"
    assert client.get(f"{API}/areas").get_json()["items"] == []


def test_a_job_that_runs_twice_does_it_once(client, session, root):
    queued = hand_in(client, root, geojson(made_city()))
    first = outcome(client, root, queued)
    assert outcome(client, root, queued) == first


def test_a_file_handed_in_twice_with_the_same_key_is_one_import(client, root):
    headers = {**root, "Idempotency-Key": "once"}
    one, other = (hand_in(client, headers, geojson(made_city())) for _ in range(2))
    assert one.get_json() == other.get_json()


@pytest.mark.parametrize(
    "form", [{"level": "village"}, {"fields": "{"}, {"fields": '{"x": "y"}'}, {"dry_run": "perhaps"}, {"more": "1"}]
)
def test_a_bad_form_is_refused(client, root, form):
    assert hand_in(client, root, b"{}", **form).status_code == 422


def test_imports_are_the_administrators(client, session):
    accounts.staff(session, "operator", username="op")
    session.commit()
    assert hand_in(client, {}, b"{}").status_code == 401
    assert hand_in(client, accounts.sign_in(client, "op"), b"{}").status_code == 403
    assert client.put(f"{API}/duty-zones/Z1", json={}).status_code == 401


def test_imports_are_listed_newest_first_and_without_their_faults(client, root):
    made = [hand_in(client, root, b"{}", dry_run="true").get_json()["id"] for _ in range(3)]
    first = client.get(f"{API}/imports?limit=2", headers=root).get_json()
    assert [one["id"] for one in first["items"]] == [made[2], made[1]]
    assert "faults" not in first["items"][0]
    last = client.get(f"{API}/imports?limit=2&cursor={first['next_cursor']}", headers=root).get_json()
    assert ([one["id"] for one in last["items"]], last["next_cursor"]) == ([made[0]], None)
    assert client.get(f"{API}/imports?cursor=nothing", headers=root).status_code == 422
    assert client.get(f"{API}/imports").status_code == 401


def test_an_unknown_import(client, root):
    found = client.get(f"{API}/imports/0190a0b0-0000-7000-8000-000000000000", headers=root)
    assert (found.status_code, found.get_json()["type"]) == (404, "/problems/unknown-import")
