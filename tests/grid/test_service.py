"""Points find their place; files are accepted whole or not at all; who follows a retired area is known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.grid import service
from app.grid.errors import BadDutyZone, GridGap, GridMoved, OutsideCity, UnknownArea
from app.grid.models import Area, GridState
from app.grid.rules.coordinates import from_wgs84, to_wgs84
from app.grid.service import locating
from tests.factories import accounts
from tests.factories.grid import CITY, SOUTH, STEP, WEST, a_grid, centre, geojson, made_city

pytestmark = pytest.mark.slow

INNER = "310101001001005"
MIXED = service.Wanted(service.MIXED)


def cells(areas):
    return [area for area in areas if len(area.code) == 15]


def renumbered(areas):
    """The same city with other cells under other codes."""
    return [a._replace(code=a.code[:12] + "9" + a.code[13:]) if len(a.code) == 15 else a for a in areas]


def test_a_point_is_located_from_the_city_down_to_the_cell(session, now):
    areas = a_grid(session, now=now)
    place = service.locate(session, *centre(areas, INNER))
    assert [(area.level, area.code) for area in place.areas] == [
        ("city", CITY),
        ("district", "310101"),
        ("street", "310101001"),
        ("community", "310101001001"),
        ("cell", INNER),
    ]
    assert place.cell.code == INNER
    assert place.duty_zone is None


def test_a_thousand_random_points_agree_with_shapely_in_every_system(session, now):
    areas = a_grid(session, now=now)
    found = cells(areas)
    random = np.random.default_rng(3)
    for lon, lat in random.uniform((WEST, SOUTH), (WEST + 6 * STEP, SOUTH + 6 * STEP), (1_000, 2)):
        expected = min(cell.code for cell in found if cell.geom.covers(shapely.Point(lon, lat)))
        assert service.locate(session, lon, lat).cell.code == expected
        for crs in ("gcj02", "bd09"):
            stated = from_wgs84(lon, lat, crs)
            assert service.locate(session, *to_wgs84(*stated, crs)).cell.code == expected


def test_corners_and_edges_go_to_the_lowest_code(session, now):
    found = cells(a_grid(session, now=now))
    for cell in found:
        for lon, lat in shapely.get_coordinates(cell.geom):
            around = [other.code for other in found if other.geom.intersects(shapely.Point(lon, lat))]
            assert service.locate(session, lon, lat).cell.code == min(around)


def test_many_points_get_the_answers_of_one(session, now):
    areas = [area for area in made_city() if area.code != INNER]
    with_gap(session, now)
    random = np.random.default_rng(4)
    low, high = (WEST - STEP, SOUTH - STEP), (WEST + 7 * STEP, SOUTH + 7 * STEP)
    points = np.vstack(
        [random.uniform(low, high, (1_500, 2)), *(shapely.get_coordinates(a.geom) for a in cells(areas))]
    )
    found = service.locate_many(session, points[:, 0], points[:, 1])
    for (lon, lat), cell, problem in zip(points, found.cells, found.problems, strict=True):
        assert located(session, lon, lat) == (cell, problem)
    assert {None, "outside-city", "grid-gap"} == set(found.problems)


def located(session, lon, lat):
    try:
        return service.locate(session, lon, lat).cell.code, None
    except (OutsideCity, GridGap) as error:
        return None, error.slug


def with_gap(session, now):
    """A city from whose grid a cell was torn out by hand."""
    areas = a_grid(session, now=now)
    session.execute(text("UPDATE areas SET valid_to = valid_from + interval '1 s' WHERE code = :code"), {"code": INNER})
    session.execute(text("UPDATE grid_state SET stamp = gen_random_uuid()"))
    return areas


def test_no_points_are_no_trouble(session, now):
    a_grid(session, now=now)
    assert service.locate_many(session, np.empty(0), np.empty(0)).cells == []


def test_a_gap_names_the_lowest_area_that_holds_the_point(session, now):
    areas = with_gap(session, now)
    with pytest.raises(GridGap) as caught:
        service.locate(session, *centre(areas, INNER))
    assert caught.value.areas[-1].code == "310101001001"
    assert caught.value.facts["areas"][0] == {"level": "city", "code": CITY, "name": f"City {CITY}"}


def test_a_point_outside_the_city_is_refused(session, now):
    a_grid(session, now=now)
    with pytest.raises(OutsideCity, match="outside the city"):
        service.locate(session, WEST - 1, SOUTH)


def test_nothing_is_found_while_there_is_no_grid(session):
    with pytest.raises(OutsideCity):
        service.locate(session, WEST, SOUTH)
    assert service.locate_many(session, np.array([WEST]), np.array([SOUTH])).problems == ["outside-city"]


def test_one_statement_finds_a_place(session, now, statements):
    areas = a_grid(session, now=now)
    point = centre(areas, INNER)
    service.locate(session, *point)
    with statements(session) as seen:
        service.locate(session, *point)
    assert len(seen) == 1


def test_areas_are_measured_on_the_ellipsoid(session, now):
    a_grid(session, now=now)
    rows = session.execute(text("SELECT area_m2, ST_Area(geom::geography) AS true_m2 FROM areas")).all()
    assert len(rows) == 45
    for row in rows:
        assert row.area_m2 == pytest.approx(row.true_m2, rel=1e-6)


def test_a_file_with_a_fault_changes_nothing(session, now):
    areas = a_grid(session, now=now)
    before = session.scalar(select(GridState.version))
    worse = renumbered([area for area in made_city(seed=2) if area.code != INNER])
    verdict = service.import_file(session, geojson(worse), MIXED, now=now + timedelta(days=1))
    assert {fault.kind for fault in verdict.faults} == {"gap"}
    assert session.scalar(select(GridState.version)) == before
    live = session.scalars(select(Area.code).where(Area.valid_to.is_(None)))
    assert set(live) == {area.code for area in areas}


def test_another_grid_retires_the_old_and_says_who_follows(session, now):
    areas = a_grid(session, now=now)
    later = now + timedelta(days=1)
    verdict = service.import_file(session, geojson(renumbered(made_city(seed=2))), MIXED, now=later)
    assert verdict.faults == []
    assert session.get(Area, INNER).valid_to == later
    place = service.locate(session, *centre(areas, INNER))
    assert place.cell.code.startswith("3101010010019")
    heirs = service.successors(session, INNER)
    assert sum(heir.share for heir in heirs) == pytest.approx(1, abs=0.01)
    assert heirs[0].share == max(heir.share for heir in heirs)


def test_grants_on_retired_areas_follow_with_the_import(session, now):
    areas = a_grid(session, now=now)
    patrol = accounts.staff(session, "inspector", INNER)
    street = accounts.staff(session, "operator", "310101001")
    other = accounts.staff(session, "operator", "310102001")
    later = now + timedelta(days=1)
    moved = [a._replace(code=a.code.replace("310101001", "310101009", 1)) for a in areas]
    assert service.import_file(session, geojson(moved), MIXED, now=later).faults == []
    areas_of = [
        accounts.principal_of(session, user, now=later).areas(role)
        for user, role in ((patrol, "inspector"), (street, "operator"), (other, "operator"))
    ]
    assert areas_of == [(INNER.replace("310101001", "310101009", 1),), ("310101009",), ("310102001",)]
    assert accounts.principal_of(session, patrol, now=later - timedelta(seconds=1)).areas("inspector") == (INNER,)


def test_a_refused_file_moves_no_grant(session, now):
    areas = a_grid(session, now=now)
    patrol = accounts.staff(session, "inspector", INNER)
    broken = [area for area in renumbered(areas) if area.code != INNER.replace("001005", "001905")]
    later = now + timedelta(days=1)
    assert service.import_file(session, geojson(broken), MIXED, now=later).faults != []
    assert accounts.principal_of(session, patrol, now=later).areas("inspector") == (INNER,)


def test_successors_follow_through_several_grids(session, now):
    a_grid(session, now=now)
    for day, digit in ((1, "8"), (2, "9")):
        again = [a._replace(code=a.code[:12] + digit + a.code[13:]) if len(a.code) == 15 else a for a in made_city()]
        assert service.import_file(session, geojson(again), MIXED, now=now + timedelta(days=day)).faults == []
    assert service.successors(session, INNER) == [("310101001001905", "Cell 5", pytest.approx(1))]


def test_a_live_area_has_no_successors(session, now):
    a_grid(session, now=now)
    assert service.successors(session, INNER) == []


def test_codes_are_never_used_again(session, now):
    areas = a_grid(session, now=now)
    other = renumbered(areas)
    assert service.import_file(session, geojson(other), MIXED, now=now + timedelta(days=1)).faults == []
    back = service.import_file(session, geojson(areas), MIXED, now=now + timedelta(days=2))
    assert {fault.kind for fault in back.faults} == {"duplicate-code"}


def test_the_same_file_again_keeps_everything(session, now):
    areas = a_grid(session, now=now)
    verdict = service.import_file(session, geojson(areas), MIXED, now=now + timedelta(days=1))
    assert verdict.counts["kept"] == 45
    assert session.scalars(select(Area.valid_from).distinct()).all() == [now]


def test_a_new_name_needs_no_new_code(session, now):
    areas = a_grid(session, now=now)
    named = [area._replace(name="People's Square") if area.code == INNER else area for area in areas]
    assert service.import_file(session, geojson(named), MIXED, now=now).counts["renamed"] == 1
    assert service.locate(session, *centre(areas, INNER)).cell.name == "People's Square"


def test_what_a_file_does_not_say_stays(session, now):
    areas = a_grid(session, now=now)
    said = {"land_use": ["park"] * len(areas), "management_grade": ["一级"] * len(areas)}
    named = [area._replace(name=f"{area.code}号") for area in areas]
    assert service.import_file(session, geojson(named, **said), MIXED, now=now).counts["renamed"] == len(areas)
    silent = [area._replace(name=area.code) for area in areas]
    assert service.import_file(session, geojson(silent), MIXED, now=now).counts["kept"] == len(areas)
    city = session.execute(select(Area.name, Area.land_use, Area.management_grade).where(Area.code == CITY)).one()
    assert tuple(city) == (f"{CITY}号", "park", "一级")


def test_a_file_of_one_community_leaves_the_others_alone(session, now):
    areas = a_grid(session, now=now)
    community = [a for a in cells(areas) if a.code.startswith("310101001001")]
    new = renumbered(community)
    verdict = service.import_file(session, geojson(new), service.Wanted("cell"), now=now + timedelta(days=1))
    assert verdict.faults == []
    assert verdict.counts["added"] == verdict.counts["retired"] == 9


def test_the_chain_of_live_and_retired_areas(session, now):
    areas = a_grid(session, now=now)
    before = service.chain(session, INNER)
    assert [area.code for area in before] == [CITY, "310101", "310101001", "310101001001", INNER]
    service.import_file(session, geojson(renumbered(areas)), MIXED, now=now + timedelta(days=1))
    assert service.chain(session, INNER) == before
    with pytest.raises(UnknownArea):
        service.chain(session, "310101001001777")


def handed_in(session, areas, now):
    return service.request_import(
        session, service.HandedIn("key", "areas.geojson", MIXED, dry_run=False), by=None, now=now
    )


def test_a_verdict_on_a_grid_that_moved_is_not_taken(session, now):
    areas = made_city()
    import_id = handed_in(session, areas, now)
    before = service.live_grid(session)
    verdict = service.check_file(geojson(areas), MIXED, before)
    a_grid(session, now=now)
    with pytest.raises(GridMoved):
        service.conclude_import(session, import_id, verdict, checked=before.stamp, now=now)
    assert service.find_import(session, import_id).status == "pending"


def test_a_concluded_import_stays_as_it_is(session, now):
    areas = made_city()
    import_id = handed_in(session, areas, now)
    grid = service.live_grid(session)
    verdict = service.check_file(geojson(areas), MIXED, grid)
    service.conclude_import(session, import_id, verdict, checked=grid.stamp, now=now)
    service.conclude_import(session, import_id, verdict, checked=grid.stamp, now=now + timedelta(days=1))
    session.expire_all()
    found = service.find_import(session, import_id)
    assert (found.status, found.finished_at) == ("accepted", now)


def test_a_verdict_with_faults_is_never_accepted(session, now):
    verdict = service.check_file(b"", MIXED, service.live_grid(session))
    with pytest.raises(ValueError, match="never accepted"):
        service.accept(session, verdict, now=now)


def test_a_corrected_border_keeps_the_codes_of_the_areas_above(session, now):
    a_grid(session, now=now)
    later = now + timedelta(days=1)
    assert service.import_file(session, geojson(renumbered(made_city(seed=2))), MIXED, now=later).counts["reshaped"] > 0
    rows = session.execute(
        text("SELECT area_m2, ST_Area(geom::geography) AS true_m2, valid_from FROM areas WHERE level = 3")
    ).all()
    assert {row.valid_from for row in rows} == {now}
    assert all(row.area_m2 == pytest.approx(row.true_m2, rel=1e-6) for row in rows)


def test_a_person_and_their_zones(session, now):
    a_grid(session, now=now)
    user = accounts.staff(session, "inspector", CITY)
    zone = service.NewZone("Z1", "One", frozenset({INNER}), frozenset({user}))
    service.put_duty_zone(session, zone, now=now)
    assert service.zones_of_person(session, user) == ["Z1"]
    assert [person.id for person in service.people_of_zone(session, "Z1")] == [user]
    later = now + timedelta(days=1)
    service.put_duty_zone(session, service.NewZone("Z1", "One", frozenset({INNER}), frozenset()), now=later)
    assert service.zones_of_person(session, user) == []
    with pytest.raises(BadDutyZone):
        service.put_duty_zone(session, service.NewZone("Z1", "One", frozenset(), frozenset()), now=later)


def test_the_database_itself_keeps_a_cell_out_of_two_zones(session, now):
    a_grid(session, now=now)
    service.put_duty_zone(session, service.NewZone("Z1", "One", frozenset({INNER}), frozenset()), now=now)
    session.execute(text("INSERT INTO duty_zones (code, name, valid_from) VALUES ('Z2', 'Two', :now)"), {"now": now})
    with pytest.raises(IntegrityError, match="ex_duty_zone_cells_cell_code"):
        session.execute(
            text(
                "INSERT INTO duty_zone_cells (id, zone_code, cell_code, valid_from) "
                "VALUES (gen_random_uuid(), 'Z2', :cell, :now)"
            ),
            {"cell": INNER, "now": now + timedelta(days=3)},
        )


def test_a_base_layer_is_replaced_whole(session, now):
    road = shapely.LineString([(WEST, SOUTH), (WEST + STEP, SOUTH)])
    for names in (["One", "Two"], ["Three"]):
        lines = [service.BaseLine(name, "primary", road) for name in names]
        service.replace_base_layer(session, "roads", lines, now=now)
    assert session.scalars(text("SELECT name FROM base_features WHERE layer = 'roads'")).all() == ["Three"]
    service.replace_base_layer(session, "roads", [], now=now)
    assert session.scalar(text("SELECT count(*) FROM base_features")) == 0


def test_many_threads_share_one_index(session, now):
    areas = a_grid(session, now=now)
    shared = locating.index(session)
    random = np.random.default_rng(5)
    points = random.uniform((WEST, SOUTH), (WEST + 8 * STEP, SOUTH + 8 * STEP), (2_000, 2))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shared.locate_many(points[:, 0], points[:, 1]).cells, range(32)))
    assert all(answer == answers[0] for answer in answers)
    assert len(areas) == 45
