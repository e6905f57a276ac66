"""Counting in memory: what a ledger says is what is there, whatever changed and however it is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.rules import Role
from app.cases.rules.filters import CaseFilter
from app.tiles import jobs
from app.tiles.queries import points as reading
from app.tiles.queries.case_points import Question
from app.tiles.rules.buckets import on_tile
from app.tiles.rules.counting import Seen, alone, by_code, counted, points_in
from app.tiles.rules.ledger import Codes, Ledger, Mark
from app.tiles.rules.points import Base, Chosen, Points, in_tile, to_world
from app.tiles.rules.tile import Tile
from app.tiles.service import ledgers, preparing
from app.tiles.service.cases import LAYER, CaseTile
from app.tiles.service.ledgers import Shelf
from app.tiles.service.seeing import SHELF, seen_by
from tests.factories.scattered_cases import scatter
from tests.tiles.mvt import features, tile_of

pytestmark = pytest.mark.slow

MARK = Mark("", "", 0, 0)


def points(rows):
    """Points of (longitude, latitude, key, colour)."""
    lon, lat, key, colour = (np.array(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 4
    x, y = to_world(lon.astype(float), lat.astype(float))
    return Points({"x": x, "y": y, "key": key.astype(np.int64), "colour": colour.astype(np.uint8)})


PLACES = st.tuples(st.floats(121.3, 121.6), st.floats(31.1, 31.4), st.integers(1, 60), st.integers(0, 3))
ROWS = st.lists(PLACES, max_size=40, unique_by=lambda row: row[2])


@given(ROWS, ROWS, st.sampled_from(range(8, 19)), st.sets(st.integers(0, 3)))
def test_tiles_of_a_zoom_count_each_point_once(before, after, zoom, colours):
    """Points rest, then some change: buckets, points and codes count those that are there by now."""
    codes = {"colour": Codes()}
    codes["colour"].values[:] = range(4)
    ledger = Ledger(Base(points(before)), np.zeros(0, np.int64), points([]), codes, MARK)
    keys = np.array([row[2] for row in after], np.int64)
    ledger = ledger.changed(keys, points(after), lambda found: np.zeros(len(found), np.bool_), MARK)
    wanted = np.array([colour in colours for colour in range(4)])
    chosen = Chosen((("colour", wanted),))
    moving = ledger.moving.taken(chosen.mask(ledger.moving))
    others = Points({**moving.columns, "kind": np.zeros(len(moving), np.uint8)})
    seen = Seen(ledger, chosen, "key", others, 2, 1)
    there = [row for row in before if row[2] not in set(keys.tolist())] + after
    expected = sorted(row[2] for row in there if row[3] in colours)
    assert by_code(seen, "colour").sum() == len(expected)
    total, found, lonely = 0, [], []
    for tile in {Tile(zoom, *tile_of(row[0], row[1], zoom)) for row in there}:
        buckets = counted(seen, tile, 4)
        squares, singles = alone(seen, buckets)
        assert len(squares) == len(singles)
        assert (buckets.squares_of(singles["x"], singles["y"]) == squares).all()
        lonely += singles["key"].tolist()
        total += int(buckets.counts.sum())
        found += points_in(seen, tile)["key"].tolist()
        x, y = buckets.middles(buckets.used)
        assert ((x >= 0) & (x < 4096) & (y >= 0) & (y < 4096)).all()
    assert total == len(expected)
    assert sorted(found) == expected
    assert set(lonely) <= set(expected)


@given(ROWS)
def test_a_point_lies_in_one_tile_of_a_zoom(rows):
    for row in rows:
        found = points([row])
        for zoom in (8, 13, 18):
            tile = Tile(zoom, *tile_of(row[0], row[1], zoom))
            assert in_tile(found, tile).all()
            assert not in_tile(found, Tile(zoom, tile.x + 1, tile.y)).any()
            assert all(0 <= int(part[0]) < 4096 for part in on_tile(tile, found["x"], found["y"]))


def test_what_came_to_rest_is_put_in_its_place(monkeypatch):
    """Many changes later the base is made anew, and nothing is counted twice or lost."""
    monkeypatch.setattr("app.tiles.rules.ledger.MOST_LOOSE", 10)
    rows = [(121.4 + at / 1000, 31.2, at, at % 4) for at in range(100)]
    ledger = Ledger(Base(points(rows)), np.zeros(0, np.int64), points([]), {}, MARK)
    for begin in range(0, 100, 7):
        fresh = [(121.45, 31.25, at, 0) for at in range(begin, begin + 7)]
        keys = np.arange(begin, begin + 7)
        ledger = ledger.changed(keys, points(fresh), lambda found: np.ones(len(found), np.bool_), MARK)
    assert len(ledger.base) > 80
    assert len(ledger.base) - len(ledger.gone) + len(ledger.moving) == 105


@pytest.fixture
def crowd(session, city):
    scatter(session, city, 150, datetime.now(UTC))
    session.commit()


def test_a_ledger_kept_up_is_one_read_anew(session, city, crowd):
    """Random changes: what is kept up with and what is read afresh count the same."""
    who = city.who(session, "unit1", datetime.now(UTC))
    chance = np.random.default_rng(5)
    for _ in range(12):
        digit, state = int(chance.integers(10)), chance.choice(["handling", "closed", "on_hold", "void"])
        session.execute(
            text(
                "UPDATE cases SET state = :state, paused = :state = 'on_hold', lead_id = :lead, unit_ids = :units,"
                " yellow_at = now(), due_at = now() + interval '1 hour' WHERE number LIKE :like"
            ),
            {"state": str(state), "like": f"%{digit}", "lead": city.units["U01"], "units": [city.units["U01"]]},
        )
        session.flush()
        asked = Question(CaseFilter(), who, datetime.now(UTC))
        kept = by_code(seen_by(session, asked, None), "cell")
        fresh = Shelf(SHELF.kept).ledger(session)
        known = SHELF.ledger(session)
        assert len(fresh.base) + len(fresh.moving) == len(known.base) - len(known.gone) + len(known.moving)
        listed = session.scalar(
            text("SELECT count(*) FROM cases WHERE unit_ids && CAST(:units AS uuid[])"), {"units": [city.units["U01"]]}
        )
        assert kept.sum() == listed


def test_one_look_one_statement(session, city, crowd, statements):
    """Counting asks what is new and has the tile written: that is all, however many cases there are."""
    now = datetime.now(UTC)
    who = city.who(session, "operator", now)
    session.commit()
    tile = Tile(12, *tile_of(*city.spot(), 12))
    seen_by(session, Question(CaseFilter(), who, now), None)
    for found in (CaseFilter(), CaseFilter(states=("closed",)), CaseFilter(lamps=("red",))):
        with statements() as sent:
            question = Question(found, who, now)
            seen_by(session, question, None)
        assert len(sent) == 1, sent
    scatter(session, city, 300, now, seed=2)
    session.commit()
    seen_by(session, Question(CaseFilter(), who, now), None)
    with statements() as sent:
        counted(seen_by(session, Question(CaseFilter(), who, now), None), tile, 4)
    assert len(sent) == 1


def test_a_look_ends_although_others_never_stop_writing(session, city, crowd, monkeypatch):
    who = city.who(session, "operator", datetime.now(UTC))
    one, other = session.scalars(text("SELECT number FROM cases ORDER BY number LIMIT 2"))
    read, looks = reading.read_ids, []

    def and_written_meanwhile(*asked):
        looks.append(asked)
        assert len(looks) < 5
        found = read(*asked)
        session.execute(text("UPDATE cases SET supervised = NOT supervised WHERE number = :n"), {"n": other})
        return found

    seen_by(session, Question(CaseFilter(), who, datetime.now(UTC)), None)
    monkeypatch.setattr(reading, "read_ids", and_written_meanwhile)
    for _ in range(3):
        session.execute(text("UPDATE cases SET state = 'closed' WHERE number = :n"), {"n": one})
        assert by_code(seen_by(session, Question(CaseFilter(), who, datetime.now(UTC)), None), "cell").sum() == 150
    assert len(looks) == 3


def test_many_changes_are_read_anew(session, city, crowd, monkeypatch):
    who = city.who(session, "operator", datetime.now(UTC))
    seen_by(session, Question(CaseFilter(), who, datetime.now(UTC)), None)
    monkeypatch.setattr(ledgers, "MANY", 5)
    scatter(session, city, 20, datetime.now(UTC), seed=3)
    session.commit()
    assert by_code(seen_by(session, Question(CaseFilter(), who, datetime.now(UTC)), None), "cell").sum() == 170


def test_changes_are_forgotten_after_days(session, city, crowd):
    jobs.purge_changes(0)
    assert session.scalar(text("SELECT count(*) FROM point_changes")) > 0
    session.execute(
        text("INSERT INTO point_changes (collection, at) VALUES ('cases', :at)"),
        {"at": datetime.now(UTC) - timedelta(days=3)},
    )
    assert ledgers.purge_changes(session) == 1


def test_outlines_carry_the_counts_of_their_areas(api, session, city, crowd):
    preparing.prepare_ground(session, now=datetime.now(UTC))
    session.commit()
    names = {5: None, 15: "cell", 12: "community", 9: "street"}
    for zoom, length in ((9, 9), (11, 12), (14, 15)):
        shown: dict[str, int] = {}
        places = session.execute(text("SELECT lon, lat FROM cases")).all()
        for x, y in {tile_of(*place, zoom) for place in places}:
            answer = api.client.get(
                f"/api/v1/tiles/cases/{zoom}/{x}/{y}.mvt?view=cells",
                headers={**api.headers("operator"), "Accept-Encoding": "identity"},
            )
            for one in features(answer.data).get("cases", []):
                shown[one["code"]] = one["count"]
                assert one["name"]
        table = api.get("operator", "/tiles/cases/table", level=names[length], limit=500)
        assert shown == {item["code"]: item["count"] for item in table["items"]}


def test_a_full_tile_is_put_together(session, city, monkeypatch):
    """More cases in a tile than may be drawn one by one: squares again, and none is lost."""
    scatter(session, city, 120, datetime.now(UTC))
    monkeypatch.setattr("app.tiles.service.cases.MOST_SINGLE", 5)
    now = datetime.now(UTC)
    who = city.who(session, "admin", now)
    assert Role.ADMIN in who.roles
    total = 0
    for place in {tile_of(*place, 16) for place in session.execute(text("SELECT lon, lat FROM cases")).all()}:
        tile = Tile(16, *place)
        rows = CaseTile(CaseFilter(), "points", tile).rows(session, who, now)
        total += sum(rows["columns"].get("count", [1] * len(rows["columns"]["x"])))
    assert total == 120
    assert LAYER.minzoom == 8
