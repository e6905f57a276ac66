"""Preparing the ground: what is drawn for each zoom, and when anew."""

from itertools import pairwise

import pytest
import shapely
from sqlalchemy import text

from app.grid import service as grid
from app.tiles import jobs
from app.tiles.queries import preparing as queries
from app.tiles.service import preparing
from tests.factories.grid import a_grid, geojson


@pytest.fixture
def areas(session, now):
    return a_grid(session, now=now)


def stamps(session):
    return dict(session.execute(text("SELECT subject, stamp FROM ground_state")).all())


def ctids(session):
    """Where the rows lie: other places when they were written anew."""
    return set(session.execute(text("SELECT ctid::text FROM ground_areas")).scalars())


def test_each_zoom_has_its_outlines(session, areas, now):
    preparing.prepare_ground(session, now=now)
    rows = session.execute(
        text("SELECT band, level, count(*), sum(cells) FROM ground_areas GROUP BY 1, 2 ORDER BY 1, 2")
    )
    found = {(band, level): (count, cells) for band, level, count, cells in rows}
    for band in range(8, 13):
        assert [found[band, level] for level in range(4)] == [(1, 36), (2, 36), (2, 36), (4, 36)]
        assert (band, 4) not in found
    assert found[13, 4] == (36, 0)
    outside = "SELECT count(*) FROM ground_areas WHERE band = 13 AND NOT ST_Covers(geom, label)"
    assert session.scalar(text(outside)) == 0


def test_nothing_is_drawn_twice(session, areas, now):
    preparing.prepare_ground(session, now=now)
    before, rows = stamps(session), ctids(session)
    assert preparing.find_areas(session) is None
    preparing.prepare_ground(session, now=now)
    assert (stamps(session), ctids(session)) == (before, rows)


def test_a_new_zone_changes_what_is_written_on_a_cell_only(session, areas, now):
    preparing.prepare_ground(session, now=now)
    before = stamps(session)
    zone = grid.NewZone("Z1", "责任网格", frozenset({"310101001001005"}), frozenset())
    grid.put_duty_zone(session, zone, now=now)
    found = preparing.find_areas(session)
    picture = preparing.draw(found)
    assert (picture.drawn, picture.labels) == ((), None), "no outline changed"
    assert preparing.keep(session, picture, now=now)
    assert session.execute(text("SELECT code FROM ground_areas WHERE zone_code = 'Z1'")).scalars().all() == [
        "310101001001005"
    ]
    assert {subject for subject, stamp in stamps(session).items() if before[subject] != stamp} == {"areas"}


def test_a_change_that_no_tile_shows_leaves_their_tags(session, areas, now):
    preparing.prepare_ground(session, now=now)
    before = stamps(session)
    session.execute(text("UPDATE grid_state SET stamp = gen_random_uuid()"))
    preparing.prepare_ground(session, now=now)
    assert stamps(session) == before
    assert preparing.find_areas(session) is None


def test_a_new_grid_is_drawn_whole(session, areas, now):
    preparing.prepare_ground(session, now=now)
    session.execute(text("UPDATE areas SET valid_to = :now WHERE code LIKE '310102%'"), {"now": now.replace(year=2027)})
    session.execute(text("UPDATE grid_state SET stamp = gen_random_uuid()"))
    preparing.prepare_ground(session, now=now)
    assert session.scalar(text("SELECT count(*) FROM ground_areas WHERE code LIKE '310102%'")) == 0
    assert session.scalar(text("SELECT count(*) FROM ground_areas WHERE code = '3101'")) == 6


def test_who_comes_second_keeps_nothing(session, areas, now):
    first, second = (preparing.draw(preparing.find_areas(session)) for _ in range(2))
    assert preparing.keep(session, first, now=now)
    before = stamps(session)
    assert not preparing.keep(session, second, now=now)
    assert stamps(session) == before


def test_the_job_prepares_all(session, areas, now):
    road = shapely.LineString([(121.4, 31.2), (121.405, 31.205)])
    grid.replace_base_layer(session, "roads", [grid.BaseLine("人民大道", "primary", road)], now=now)
    session.commit()
    jobs.prepare_ground(0)
    session.expire_all()
    assert queries.stale(session) == []
    assert session.scalar(text("SELECT count(*) FROM ground_areas WHERE band = 13")) == len(areas)
    assert session.scalar(text("SELECT count(*) FROM ground_features")) == 4
    jobs.prepare_ground(60)
    assert queries.stale(session) == []


def bands(session, layer):
    rows = session.execute(
        text("SELECT name, class, from_zoom, band FROM ground_features WHERE layer = :layer ORDER BY 1, 2, 4"),
        {"layer": layer},
    )
    found: dict = {}
    for name, class_, from_zoom, band in rows:
        found.setdefault((name, class_, from_zoom), []).append(band)
    return found


def test_roads_come_by_class_and_their_pieces_are_one_from_far(session, now):
    ends = [(round(121.4 + at / 1e3, 3), 31.2) for at in range(6)]
    pieces = [shapely.LineString(piece) for piece in pairwise(ends)]
    lines = [grid.BaseLine("甲", "motorway", piece) for piece in pieces]
    lines += [grid.BaseLine("乙", "footway", pieces[0]), grid.BaseLine("丙", "corso", pieces[0])]
    grid.replace_base_layer(session, "roads", lines, now=now)
    preparing.prepare_ground(session, now=now)
    assert bands(session, "roads") == {
        ("甲", "motorway", 8): [9, 11, 13, 18, 18, 18, 18, 18],
        ("乙", "footway", 15): [18],
        ("丙", "corso", 13): [13, 18],
    }
    whole = session.scalar(text("SELECT ST_AsText(ST_Transform(geom, 4326), 4) FROM ground_features WHERE band = 9"))
    assert whole == "LINESTRING(121.4 31.2,121.405 31.2)"


def test_ground_comes_by_size(session, now):
    def square(side):
        return shapely.box(121.4, 31.2, 121.4 + side, 31.2 + side)

    lines = [grid.BaseLine(str(side), "park", square(side)) for side in (0.1, 0.001, 0.0001)]
    grid.replace_base_layer(session, "green", lines, now=now)
    grid.replace_base_layer(session, "buildings", [grid.BaseLine(None, "hall", square(0.01))], now=now)
    river = shapely.LineString([(121.4, 31.2), (121.5, 31.3)])
    grid.replace_base_layer(session, "water", [grid.BaseLine("河", "river", river)], now=now)
    preparing.prepare_ground(session, now=now)
    assert bands(session, "green") == {
        ("0.1", "park", 8): [9, 11, 13, 18],
        ("0.001", "park", 11): [11, 13, 18],
        ("0.0001", "park", 15): [18],
    }
    assert bands(session, "buildings") == {(None, "hall", 8): [18]}
    assert bands(session, "water") == {("河", "river", 8): [9, 11, 13, 18]}


def test_an_import_that_is_not_kept_leaves_the_old_ground(session, areas, now):
    preparing.prepare_ground(session, now=now)
    session.commit()
    before = ctids(session)
    moved = [area._replace(name=f"{area.name}!") for area in areas]
    grid.import_file(session, geojson(moved), grid.Wanted(grid.MIXED), now=now)
    preparing.prepare_ground(session, now=now)
    session.rollback()
    assert ctids(session) == before
