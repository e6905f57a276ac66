"""Tiles of parts over HTTP."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from tests.factories.cases import COVER, LAMP
from tests.tiles.mvt import features, tile_of

pytestmark = pytest.mark.slow
_ADD = text("""
    INSERT INTO parts (code, type_id, owner_id, state, name, geom, cell_code, created_at, changed_at, retired_at)
    SELECT :code, :type, :owner, :state, :name, CAST(:geom AS geometry), :cell, now(), now(),
           CASE WHEN :state = 'retired' THEN now() END""")


@pytest.fixture
def register(session, city):
    """A hundred and twenty parts all over the small city, every tenth a line."""
    chance = random.Random(4)
    cells = sorted(area.code for area in city.areas if len(area.code) == 15)
    for place in range(120):
        cell = chance.choice(cells)
        lon, lat = city.spot(cell)
        lon, lat = lon + chance.uniform(-0.0004, 0.0004), lat + chance.uniform(-0.0004, 0.0004)
        point = f"SRID=4326;POINT({lon} {lat})"
        line = f"SRID=4326;LINESTRING({lon} {lat}, {lon + 0.00004} {lat})"
        kind = chance.choice([COVER, LAMP])
        row = {
            "code": f"{cell[:6]}{kind[1:]}{place:06d}",
            "type": city.types[kind].id,
            "owner": chance.choice([city.units["U01"], city.units["U02"], None]),
            "state": chance.choice(["intact", "intact", "damaged", "missing", "retired"]),
            "name": chance.choice([None, f"灯杆 {place}%"]),
            "geom": point if place % 10 else line,
            "cell": cell,
        }
        session.execute(_ADD, row)
    session.commit()


def tiles_of(api, zoom):
    places = api.session.execute(text("SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Centroid(geom) c FROM parts) p")).all()
    found = {tile_of(*place, zoom) for place in places}
    x, y = min(found)
    return sorted(found | {(x - 1, y)})


def fetch(api, path, status=None, who="operator", **headers):
    answer = api.client.get(f"/api/v1{path}", headers={**api.headers(who), "Accept-Encoding": "identity", **headers})
    assert answer.status_code == status or (status is None and answer.status_code in {200, 204}), answer.data
    return answer


def drawn(api, zoom, **filters):
    found = []
    for x, y in tiles_of(api, zoom):
        answer = fetch(api, f"/tiles/parts/{zoom}/{x}/{y}.mvt?{urlencode(filters)}")
        found += features(answer.data).get("parts", [])
    return found


def counted(api, zoom, **filters):
    found = drawn(api, zoom, **filters)
    return len({one["code"] for one in found}) if zoom >= 16 else sum(one["count"] for one in found)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"state": "damaged,missing"},
        {"state": "retired"},
        {"type": COVER},
        {"owner": "U02", "state": "intact"},
        {"q": "310101"},
        {"q": f"310102{LAMP[1:]}"},
        {"q": "灯杆"},
        {"q": "0%"},
    ],
)
def test_every_zoom_has_all_parts(api, register, filters):
    pages = api.get("operator", "/parts", limit=500, **filters)["items"]
    for zoom in (8, 11, 13, 15, 16, 17):
        assert counted(api, zoom, **filters) == len(pages), zoom


def test_from_near_a_part_says_what_it_is(api, register):
    shown = {one["code"]: one for one in drawn(api, 16)}
    for item in api.get("operator", "/parts", limit=500)["items"]:
        one = shown[item["code"]]
        assert one["state"] == item["state"]
        assert one["type_code"] == item["type"]["code"]
        assert one.get("owner") == (item["owner"] or {}).get("code")


def test_a_changed_part_changes_its_tile_alone(api, register, session):
    code, lon, lat = session.execute(
        text("SELECT code, ST_X(geom), ST_Y(geom) FROM parts WHERE state = 'intact' AND GeometryType(geom) = 'POINT'")
    ).first()
    x, y = tile_of(lon, lat, 14)
    tag = fetch(api, f"/tiles/parts/14/{x}/{y}.mvt", 200).headers["ETag"]
    session.execute(text("UPDATE parts SET state = 'missing' WHERE code = :code"), {"code": code})
    session.commit()
    fetch(api, f"/tiles/parts/14/{x}/{y}.mvt", 304, **{"If-None-Match": tag})
    narrowed = f"/tiles/parts/14/{x}/{y}.mvt?state=intact"
    before = fetch(api, narrowed).headers["ETag"]
    session.execute(text("UPDATE parts SET state = 'intact' WHERE code = :code"), {"code": code})
    session.commit()
    assert fetch(api, narrowed, 200, **{"If-None-Match": before}).headers["ETag"] != before
    total = counted(api, 12)
    now = datetime.now(UTC)
    retire = text("UPDATE parts SET state = 'retired', retired_at = :now WHERE code = :code")
    session.execute(retire, {"now": now, "code": code})
    session.commit()
    assert counted(api, 12) == total - 1
    assert counted(api, 16) == total - 1


def test_the_register_is_for_staff(api, register):
    x, y = tiles_of(api, 12)[0]
    fetch(api, f"/tiles/parts/12/{x}/{y}.mvt", 403, who="citizen")
    api.call(None, "GET", "/tiles/parts.json", 401)
    api.call("operator", "GET", "/tiles/parts.json", 422, query_string={"type": "nothing"})
    assert api.get("operator", "/tiles/parts.json", state="intact")["tiles"][0].endswith("?state=intact")
