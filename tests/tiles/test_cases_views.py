"""Tiles of cases over HTTP: what they count, for whom, and when they change."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, text

from app.cases.models import Case
from app.core import clock
from tests.factories.scattered_cases import scatter
from tests.tiles.mvt import features, tile_of

pytestmark = pytest.mark.slow
CROWD = 160
KINDS = ("green", "yellow", "red", "grey", "ended")


@pytest.fixture
def crowd(session, city):
    """Cases of all sorts."""
    numbers = scatter(session, city, CROWD, datetime.now(UTC))
    session.commit()
    return numbers


def tiles_of(api, zoom):
    """All tiles of a zoom in which there are cases, and some around them."""
    places = api.session.execute(text("SELECT lon, lat FROM cases")).all()
    found = {tile_of(*place, zoom) for place in places}
    x, y = min(found)
    return sorted(found | {(x - 1, y), (x, y - 1)})


def fetch(api, who, path, status=None, **headers):
    """A tile as it is sent."""
    answer = api.client.get(f"/api/v1{path}", headers={**api.headers(who), "Accept-Encoding": "identity", **headers})
    assert answer.status_code == status or (status is None and answer.status_code in {200, 204}), answer.status_code
    assert (answer.status_code in {204, 304}) == (not answer.data)
    assert len(answer.data) <= 500_000
    return answer


def drawn(api, who, zoom, **filters):
    """The features of all tiles of a zoom."""
    query = urlencode(filters)
    tiles = [fetch(api, who, f"/tiles/cases/{zoom}/{x}/{y}.mvt?{query}") for x, y in tiles_of(api, zoom)]
    return [one for tile in tiles for one in features(tile.data).get("cases", [])]


def weight(feature):
    return feature.get("count", feature.get("weight", 1))


def listed(api, who, **filters):
    return api.get(who, "/cases", count="true", limit=1, **filters)["count"]["value"]


FILTERS = (
    {},
    {"state": "handling,closed"},
    {"state": "closed"},
    {"lamp": "red"},
    {"lamp": "grey,yellow"},
    {"type": "06010"},
    {"type": "06020,01001", "source": "hotline,citizen"},
    {"area": "310101"},
    {"area": "310102001001", "state": "received,closed,void"},
    {"owner": "U02"},
    {"owner": "U01", "lamp": "green"},
    {"q": "井盖"},
    {"q": "电话"},
    {"bbox": "121.0,31.0,121.405,31.204"},
)
WATCHERS = ("operator", "operator2", "inspector1", "unit1", "handler1", "evaluator", "auditor", "admin", "dispatcher")


@pytest.mark.parametrize("who", WATCHERS)
def test_no_zoom_loses_or_invents_a_case(api, crowd, who):
    for place, filters in enumerate(FILTERS):
        zoom = 8 + (place * 3 + len(who)) % 11
        expected = listed(api, who, **filters)
        assert sum(map(weight, drawn(api, who, zoom, **filters))) == expected, (who, filters, zoom)
        assert sum(map(weight, drawn(api, who, min(zoom, 11), view="heat", **filters))) == expected
        table = api.get(who, "/tiles/cases/table", level="cell", limit=500, **filters)
        assert table["total"]["count"] == expected
        assert sum(item["count"] for item in table["items"]) == expected
    since = (datetime.now(UTC) - timedelta(days=20)).isoformat()
    assert sum(map(weight, drawn(api, who, 11, **{"from": since}))) == listed(api, who, **{"from": since})
    assert sum(map(weight, drawn(api, who, 16, to=since))) == listed(api, who, to=since)


@pytest.mark.parametrize("zoom", range(8, 19))
def test_every_zoom_counts_the_same_by_lamp(api, crowd, zoom):
    found = drawn(api, "operator", zoom)
    assert sum(map(weight, found)) == CROWD
    for kind in KINDS[:4]:
        counted = sum(one[kind] if "count" in one else int(one.get("lamp") == kind) for one in found)
        assert counted == listed(api, "operator", lamp=kind), kind
    for one in found:
        if "count" in one:
            assert one["count"] == sum(one[kind] for kind in KINDS)
            west, south, east, north = map(float, one["bbox"].split(","))
            assert west < east
            assert south < north
        assert ("number" in one) == (one.get("count", 1) == 1)


def test_from_near_a_case_says_what_it_is_and_no_word_of_people(api, crowd):
    shown = {one["number"]: one for one in drawn(api, "evaluator", 16)}
    for item in api.get("operator", "/cases", limit=50)["items"]:
        one = shown[item["number"]]
        assert one["state"] == item["state"]
        assert one.get("lamp") == item["lamp"]
        assert bool(one["supervised"]) == item["supervised"]
        assert one.get("type_code") == (item["type"] or {}).get("code")
        assert one["opened_at"] == int(datetime.fromisoformat(item["opened_at"]).timestamp())
        assert set(one) <= {
            "mvt_id", "number", "state", "lamp", "type_code", "type_name", "supervised", "opened_at",
        }  # fmt: skip
    assert len(shown) == CROWD


def test_masked_roles_find_no_words(api, crowd):
    assert drawn(api, "evaluator", 12, q="电话") == []
    assert drawn(api, "operator", 12, q="电话") != []
    assert api.get("auditor", "/tiles/cases/table", q="电话")["items"] == []


def test_a_case_alone_in_its_square_is_the_one_that_lies_there(api, crowd, session):
    closed = session.scalars(select(Case).where(Case.state == "closed").order_by(Case.number).limit(6)).all()
    second = timedelta(seconds=1)
    for place, case in enumerate(closed):
        span = {"from": (case.opened_at - second).isoformat(), "to": (case.opened_at + second).isoformat()}
        assert listed(api, "operator", **span) == 1
        (one,) = drawn(api, "operator", 8 + place, **span)
        assert (one["number"], one["state"], one["count"], one["ended"]) == (case.number, "closed", 1, 1)
        west, south, east, north = map(float, one["bbox"].split(","))
        assert west - 1e-6 <= case.lon <= east + 1e-6
        assert south - 1e-6 <= case.lat <= north + 1e-6


def test_a_part_narrows_as_in_the_list(api, crowd, session):
    of_part = session.scalars(select(Case).where(Case.state.in_(["handling", "closed"])).limit(3)).all()
    for case in of_part:
        case.part_code = "3101010100000017"
    session.flush()
    wanted = {case.number for case in of_part}
    assert listed(api, "operator", part="3101010100000017") == 3
    for zoom in (8, 12, 15, 18):
        found = drawn(api, "operator", zoom, part="3101010100000017")
        assert sum(map(weight, found)) == 3
        assert {one["number"] for one in found if "number" in one} <= wanted
    assert {one["number"] for one in drawn(api, "operator", 18, part="3101010100000017")} == wanted
    table = api.get("operator", "/tiles/cases/table", level="city", part="3101010100000017")
    assert table["total"]["count"] == 3
    assert drawn(api, "operator", 12, part="3101010100000099") == []
    # Whoever sees one of these cases sees that one alone.
    seen = listed(api, "operator2", part="3101010100000017")
    assert sum(map(weight, drawn(api, "operator2", 12, part="3101010100000017"))) == seen < 3


def test_marks_narrow_as_in_the_list(api, crowd, session):
    marked = session.scalars(select(Case).where(Case.state == "handling").limit(2)).all()
    for case in marked:
        case.returns = 1
    session.flush()
    assert len(marked) == 2
    assert listed(api, "operator", mark="returned") == 2
    assert api.get("operator", "/tiles/cases/table", level="city", mark="returned")["total"]["count"] == 2
    assert sum(map(weight, drawn(api, "operator", 12, mark="returned"))) == 2


def test_who_has_no_cases_sees_none(api, crowd):
    x, y = tiles_of(api, 10)[0]
    api.call("citizen", "GET", f"/tiles/cases/10/{x}/{y}.mvt", 403)
    api.call(None, "GET", f"/tiles/cases/10/{x}/{y}.mvt", 401)
    api.call("citizen", "GET", "/tiles/cases.json", 403)
    api.call("citizen", "GET", "/tiles/cases/table", 403)


def test_a_tag_changes_with_the_case_and_with_its_lamp_only(api, crowd, session, monkeypatch):
    number = crowd[0]
    lon, lat = session.execute(text("SELECT lon, lat FROM cases WHERE number = :n"), {"n": number}).one()
    x, y = tile_of(lon, lat, 16)
    path = f"/tiles/cases/16/{x}/{y}.mvt"
    tag = fetch(api, "operator", path, 200).headers["ETag"]
    kept = fetch(api, "operator", path, 304, **{"If-None-Match": tag})
    assert kept.headers["Cache-Control"] == "private, no-cache"
    assert fetch(api, "operator2", path).headers["ETag"] != tag
    assert fetch(api, "operator", path + "?lamp=red").headers["ETag"] != tag
    # Elsewhere something happens: this tile stays.
    session.execute(text("UPDATE cases SET supervised = NOT supervised WHERE abs(lon - :lon) > 0.006"), {"lon": lon})
    session.commit()
    fetch(api, "operator", path, 304, **{"If-None-Match": tag})
    session.execute(text("UPDATE cases SET supervised = NOT supervised WHERE number = :n"), {"n": number})
    session.commit()
    second = fetch(api, "operator", path, 200, **{"If-None-Match": tag}).headers["ETag"]
    assert second != tag
    # A lamp turns by itself.
    session.execute(
        text("UPDATE cases SET state = 'handling', paused = false, due_at = :at, yellow_at = :at WHERE number = :n"),
        {"n": number, "at": datetime.now(UTC) + timedelta(minutes=5)},
    )
    session.commit()
    green = fetch(api, "operator", path, 200)
    assert any(one["number"] == number and one["lamp"] == "green" for one in features(green.data)["cases"])
    later = datetime.now(UTC) + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    red = fetch(api, "operator", path, 200, **{"If-None-Match": green.headers["ETag"]})
    assert any(one["number"] == number and one["lamp"] == "red" for one in features(red.data)["cases"])


def test_a_tile_is_packed_when_asked(api, crowd):
    x, y = next((x, y) for x, y in tiles_of(api, 12) if fetch(api, "operator", f"/tiles/cases/12/{x}/{y}.mvt").data)
    path = f"/tiles/cases/12/{x}/{y}.mvt"
    packed = fetch(api, "operator", path, 200, **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == fetch(api, "operator", path).data


def test_what_changes_is_counted_anew(api, crowd, session):
    """Closed, opened again, moved, filed elsewhere: tables and tiles follow."""
    running = "yellow_at = now() + interval '1 day', due_at = now() + interval '2 days'"
    moved = "filed_cell = '310102001001001', current_cell = '310102001001001'"
    for statement in (
        "UPDATE cases SET state = 'closed', paused = false, yellow_at = NULL, due_at = NULL WHERE number LIKE '%3'",
        f"UPDATE cases SET state = 'handling', {running} WHERE number LIKE '%5'",
        "UPDATE cases SET lon = lon + 0.001 WHERE number LIKE '%7'",
        f"UPDATE cases SET {moved} WHERE number LIKE '%9'",
    ):
        session.execute(text(statement))
        session.commit()
        for who, filters in (("operator", {}), ("operator2", {"state": "closed"}), ("unit1", {"area": "310102"})):
            expected = listed(api, who, **filters)
            for zoom in (9, 14, 17):
                assert sum(map(weight, drawn(api, who, zoom, **filters))) == expected, (statement, who, zoom)


def test_wrong_questions_are_refused(api, crowd):
    for filters, slug in (
        ({"state": "nonsense"}, "bad-filter"),
        ({"type": "99999"}, "bad-filter"),
        ({"view": "globe"}, "invalid"),
        ({"limit": "5"}, "invalid"),
    ):
        problem = api.call("operator", "GET", "/tiles/cases/10/857/418.mvt", 422, query_string=filters).get_json()
        assert problem["type"] == f"/problems/{slug}"
        api.call("operator", "GET", "/tiles/cases.json", 422, query_string=filters)
    api.call("operator", "GET", "/tiles/cases/7/1/1.mvt", 404)
    api.call("operator", "GET", "/tiles/cases/table", 422, query_string={"cursor": "x"})
