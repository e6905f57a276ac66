"""Tiles of people on duty: for whom they are, what they show, and that it is noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.tiles.rules.tile import Tile
from app.tiles.service.tracks import TrackTile
from tests.tiles.mvt import features, tile_of

pytestmark = pytest.mark.slow


@pytest.fixture
def patrol(api, city):
    """inspector1 walks through the first cell, inspector3 stands in the other district."""
    now = datetime.now(UTC)
    for who, cell in (("inspector1", "310101001001001"), ("inspector3", "310102001001001")):
        lon, lat = city.spot(cell)
        api.post(who, "/field/shifts", 201)
        steps = [
            {"lon": lon + step * 0.00005, "lat": lat, "at": (now - timedelta(seconds=200 - step * 20)).isoformat()}
            for step in range(10)
        ]
        api.session.execute(text("UPDATE shifts SET started_at = :at"), {"at": now - timedelta(hours=1)})
        api.session.commit()
        api.post(who, "/field/positions", json={"points": steps if who == "inspector1" else steps[:1]})


def fetch(api, who, zoom, cell="310101001001001", **headers):
    x, y = tile_of(*api.city.spot(cell), zoom)
    url = f"/api/v1/tiles/tracks/{zoom}/{x}/{y}.mvt"
    return api.client.get(url, headers={**api.headers(who), "Accept-Encoding": "identity", **headers})


def notes(api):
    return api.session.execute(text("SELECT count(*) FROM personal_reads WHERE what = 'track'")).scalar_one()


def test_the_desk_sees_who_walks_where(api, patrol):
    found = features(fetch(api, "operator", 15).data)
    (track,) = found["tracks"]
    assert track["user_id"] == str(api.city.people["inspector1"])
    assert set(track) - {"mvt_id"} == {"user_id", "name", "zone", "shift_id", "started_at"} - (
        set() if "zone" in track else {"zone"}
    )
    (officer,) = [one for one in found["officers"] if one["user_id"] == track["user_id"]]
    assert officer["at"] > track["started_at"]
    assert "tracks" not in features(fetch(api, "operator", 10).data)
    assert len(features(fetch(api, "operator", 10).data)["officers"]) == 2


def test_a_desk_sees_its_ground_only(api, patrol):
    found = features(fetch(api, "operator2", 10).data)
    assert [one["user_id"] for one in found["officers"]] == [str(api.city.people["inspector3"])]
    assert "tracks" not in features(fetch(api, "operator2", 15).data)


def test_a_reading_is_noted_once_an_hour(api, patrol):
    fetch(api, "operator", 10)
    assert notes(api) == 0
    fetch(api, "operator", 15)
    fetch(api, "operator", 16)
    assert notes(api) == 1
    fetch(api, "dispatcher", 15)
    assert notes(api) == 2
    later = datetime.now(UTC) + timedelta(minutes=61)
    tile = TrackTile(Tile(15, *tile_of(*api.city.spot(), 15)))
    tile.draw(api.session, api.city.who(api.session, "operator", later), later)
    assert tile.data
    assert notes(api) == 3


def test_a_tile_stays_until_somebody_moves(api, patrol):
    tag = fetch(api, "operator", 15).headers["ETag"]
    assert fetch(api, "operator", 15, **{"If-None-Match": tag}).status_code == 304
    lon, lat = api.city.spot()
    step = {"lon": lon, "lat": lat + 0.0002, "at": datetime.now(UTC).isoformat()}
    api.post("inspector1", "/field/positions", json={"points": [step]})
    assert fetch(api, "operator", 15, **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("who", ["inspector1", "unit1", "handler1", "auditor", "evaluator", "citizen"])
def test_others_may_not(api, city, who):
    assert fetch(api, who, 15).status_code == 403
    api.call(who, "GET", "/tiles/tracks.json", 403)
