"""Open cases follow the grid and its duty zones; what was filed stays as it was filed."""

from datetime import timedelta

import pytest
import shapely
from sqlalchemy import text

from app.cases import jobs
from app.cases.service import relocating
from app.core.db import Database, use_database
from app.grid import service as grid
from tests.factories.cases import a_city, act, to_state
from tests.factories.grid import geojson, made_city
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

CELL, OTHER = "310101001001001", "310101001002001"
MIXED = grid.Wanted(grid.MIXED)


def renumbered(areas):
    """The same city with its cells under other codes."""
    return [a._replace(code=a.code[:12] + "9" + a.code[13:]) if len(a.code) == 15 else a for a in areas]


def import_again(session, areas, now):
    assert grid.import_file(session, geojson(areas), MIXED, now=now).faults == []


def case(session, number):
    query = text("SELECT * FROM cases WHERE number = :number")
    return session.execute(query, {"number": number}).one()


def followed(session, most=500):
    return relocating.relocate(session, after="", most=most).moved


def zone(city, code, cells, *people):
    ids = frozenset(city.people[name] for name in people)
    return grid.NewZone(code, f"责任网格 {code}", frozenset(cells), ids)


def test_an_open_case_moves_into_the_cell_that_holds_its_point(session, city, now):
    number = a_report(session, city, now)["number"]
    closed = a_report(session, city, now)["number"]
    to_state(session, city, closed, "closed", now)
    assert followed(session) == 0
    import_again(session, renumbered(made_city(side=2, seed=5)), now + timedelta(days=1))
    assert followed(session) == 1
    found = case(session, number)
    place = grid.locate(session, *city.spot())
    assert (found.current_cell, found.zone_code) == (place.cell.code, "Z1")
    assert found.current_cell.startswith("3101010010019")
    assert found.filed_cell == CELL
    assert case(session, closed).current_cell == CELL
    assert followed(session) == 0


def test_nobody_acted_so_there_is_no_event_and_the_next_one_tells_the_cell(session, city, now):
    number = a_report(session, city, now)["number"]
    before = case(session, number)
    import_again(session, renumbered(city.areas), now + timedelta(days=1))
    followed(session)
    moved = case(session, number)
    assert (moved.version, moved.head_hash, moved.updated_at) == (before.version, before.head_hash, before.updated_at)
    act(session, city, number, "reject", "operator", now + timedelta(days=1), reason="不属于城市管理范围")
    query = text('SELECT before, "after" FROM case_events WHERE number = :number ORDER BY seq')
    events = session.execute(query, {"number": number}).all()
    assert events[0].after["current_cell"] == CELL
    assert events[1].before["current_cell"] == events[1].after["current_cell"] == "310101001001901"


def test_whoever_follows_the_feed_is_told_without_a_new_version(session, city, now):
    number = a_report(session, city, now)["number"]
    before = case(session, number)
    newest = session.scalar(text("SELECT max(seq) FROM changes"))
    import_again(session, renumbered(city.areas), now + timedelta(days=1))
    followed(session)
    grid.put_duty_zone(session, zone(city, "Z1", {"310101001001902"}, "inspector1"), now=now + timedelta(days=1))
    assert relocating.rezone(session, most=10) == 1
    rows = session.execute(text("SELECT * FROM changes WHERE seq > :seq ORDER BY seq"), {"seq": newest}).all()
    assert [(row.kind, row.collection, row.version) for row in rows] == [("case.changed", "place", before.version)] * 2
    assert [(row.area_code, row.zone_code) for row in rows] == [("310101001001901", "Z1"), ("310101001001901", None)]
    assert relocating.rezone(session, most=10) == 0


def test_cases_are_moved_in_pages_and_those_that_stay_block_nobody(session, city, now):
    numbers = [a_report(session, city, now)["number"] for _ in range(5)]
    lost = "UPDATE cases SET lon = 0, lat = 0 WHERE number = :number"
    session.execute(text(lost), {"number": numbers[0]})
    import_again(session, renumbered(city.areas), now + timedelta(days=1))
    after, moved = "", []
    while after is not None:
        done = relocating.relocate(session, after=after, most=2)
        moved.append(done.moved)
        after = done.after
    assert moved == [1, 2, 1]
    assert case(session, numbers[0]).current_cell == CELL
    assert {case(session, number).current_cell for number in numbers[1:]} == {"310101001001901"}


def test_a_case_in_a_gap_enters_the_cell_that_fills_it(session, city, now):
    number = a_report(session, city, now)["number"]
    session.execute(text("UPDATE cases SET current_cell = '310101001001', zone_code = NULL"))
    assert followed(session) == 1
    assert (case(session, number).current_cell, case(session, number).zone_code) == (CELL, "Z1")


def test_a_case_stands_on_the_area_around_a_new_gap(session, city, now):
    number = a_report(session, city, now)["number"]
    torn = "UPDATE areas SET valid_to = valid_from + interval '1 s' WHERE code = :code"
    session.execute(text(torn), {"code": CELL})
    session.execute(text("UPDATE grid_state SET stamp = gen_random_uuid()"))
    assert [followed(session), followed(session)] == [1, 0]
    assert (case(session, number).current_cell, case(session, number).zone_code) == ("310101001001", None)


def test_an_open_case_follows_its_cell_into_another_zone(session, city, now):
    number = a_report(session, city, now)["number"]
    closed = a_report(session, city, now)["number"]
    to_state(session, city, closed, "closed", now)
    assert relocating.rezone(session, most=10) == 0
    cells = [area.code for area in city.areas if len(area.code) == 15 and area.code.startswith("310101001001")]
    grid.put_duty_zone(session, zone(city, "Z1", set(cells) - {CELL}, "inspector1"), now=now)
    assert relocating.rezone(session, most=10) == 1
    assert case(session, number).zone_code is None
    grid.put_duty_zone(session, zone(city, "Z9", {CELL}, "inspector2"), now=now)
    assert [relocating.rezone(session, most=10), relocating.rezone(session, most=10)] == [1, 0]
    assert (case(session, number).zone_code, case(session, closed).zone_code) == ("Z9", "Z1")


def test_the_job_leaves_what_somebody_acts_on_for_the_next_minute(committed, now, monkeypatch):
    database = Database.connect(committed)
    use_database(database)
    monkeypatch.setattr(jobs, "RELOCATED_AT_ONCE", 2)
    with database.unit_of_work() as session:
        city = a_city(session, now)
        numbers = [a_report(session, city, now)["number"] for _ in range(5)]
        import_again(session, renumbered(city.areas), now + timedelta(days=1))
    with database.unit_of_work() as acting:
        acting.execute(text("SELECT 1 FROM cases WHERE number = :number FOR UPDATE"), {"number": numbers[2]})
        jobs.relocate(0)
    with database.unit_of_work() as session:
        cells = [case(session, number).current_cell for number in numbers]
        assert [cell == CELL for cell in cells] == [False, False, True, False, False]
    jobs.relocate(60)
    with database.unit_of_work() as session:
        assert {case(session, number).current_cell for number in numbers} == {"310101001001901"}
    database.bind.dispose()


@pytest.mark.parametrize("seed", [7, 8])
def test_every_case_ends_where_shapely_says(session, city, now, seed):
    spots = [area.code for area in city.areas if len(area.code) == 15]
    numbers = {cell: a_report(session, city, now, cell=cell)["number"] for cell in spots[:8]}
    again = renumbered(made_city(side=2, seed=seed))
    import_again(session, again, now + timedelta(days=1))
    assert followed(session) == 8
    for cell, number in numbers.items():
        point = shapely.Point(city.spot(cell))
        expected = min(a.code for a in again if len(a.code) == 15 and a.geom.covers(point))
        assert case(session, number).current_cell == expected
