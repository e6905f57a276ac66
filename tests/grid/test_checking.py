"""Every kind of fault is found, named and placed; what is a coverage passes."""

import json
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from app.grid.rules.checking import check
from app.grid.rules.codes import Level
from app.grid.rules.proposal import Standing
from tests.factories.grid import CITY, SOUTH, STEP, WEST, Made, features, lattice, made_city

CELLS = slice(-36, None)
# A triangle with a corner at infinity, as a broken export writes it.
ENDLESS = struct.pack("<BIII8d", 1, 3, 1, 4, WEST, SOUTH, WEST, float("inf"), WEST + STEP, SOUTH, WEST, SOUTH)


def faults_of(areas, standing=(), retired=frozenset()):
    return check(features(areas), list(standing), retired).faults


def standing(areas):
    return [Standing(f.code, f.name, f.level, f.belongs_to, None, None, f.geom) for f in features(areas)]


def replaced(areas, code, geom):
    return [area._replace(geom=geom) if area.code == code else area for area in areas]


def geom_of(areas, code):
    return next(area.geom for area in areas if area.code == code)


def test_a_seamless_city_has_no_faults():
    verdict = check(features(made_city()), [], frozenset())
    assert verdict.faults == []
    assert verdict.counts == {
        "read": 45,
        "faults": 0,
        "added": 45,
        "reshaped": 0,
        "renamed": 0,
        "kept": 0,
        "retired": 0,
    }


FIRST, SECOND = "310101001001001", "310101001001002"
INNER = "310101001001005"


def test_an_overlap_names_both_its_size_and_its_place():
    areas = made_city()
    grown = shapely.union(geom_of(areas, INNER), shapely.box(*geom_of(areas, SECOND).bounds))
    found = faults_of(replaced(areas, INNER, grown))
    assert {fault.kind for fault in found} == {"overlap"}
    pair = next(fault for fault in found if SECOND in fault.detail)
    assert pair.code == SECOND
    assert "m²" in pair.detail
    assert pair.place.equals(shapely.intersection(grown, geom_of(areas, SECOND)))


def test_a_gap_is_the_hole_itself():
    areas = made_city()
    found = faults_of([area for area in areas if area.code != INNER])
    assert [fault.kind for fault in found] == ["gap"]
    assert found[0].place.equals(geom_of(areas, INNER))
    assert "310101001001" in found[0].detail


def test_a_gap_at_the_edge_of_the_parent_is_found():
    areas = made_city()
    found = faults_of([area for area in areas if area.code != FIRST])
    assert [fault.kind for fault in found] == ["gap"]
    assert found[0].place.equals(geom_of(areas, FIRST))


@pytest.mark.parametrize("shift", [1e-7, -1e-7])
def test_a_sliver_of_a_centimetre_is_a_fault(shift):
    """The same corner, one ten-millionth of a degree apart in two neighbours: no tolerance between cells."""
    areas = made_city()
    inner = geom_of(areas, INNER)
    corners = shapely.get_coordinates(inner)
    corners[2] += shift
    corners[0:1] = corners[-1:]
    found = faults_of(replaced(areas, INNER, shapely.Polygon(corners)))
    assert {fault.kind for fault in found} <= {"overlap", "gap"}
    assert found
    assert "mm" in " ".join(fault.detail for fault in found)


def test_a_corner_on_only_one_side_of_a_straight_edge_is_no_fault():
    areas = [
        Made(CITY, "city", shapely.box(121, 31, 121.25, 31.25)),
        Made("310101", "west", shapely.box(121, 31, 121.125, 31.25)),
        Made("310102", "south east", shapely.box(121.125, 31, 121.25, 31.125)),
        Made("310103", "north east", shapely.box(121.125, 31.125, 121.25, 31.25)),
    ]
    assert faults_of(areas) == []


@pytest.mark.parametrize("decimals", [7, 8, 9])
def test_identical_shared_edges_pass_at_any_number_of_decimals(decimals):
    areas = [
        area._replace(geom=shapely.transform(area.geom, lambda xy: np.round(xy, decimals)))
        for area in made_city(seed=5)
    ]
    assert faults_of(areas) == []


def test_a_duplicate_code():
    areas = made_city()
    found = faults_of([area._replace(code=FIRST) if area.code == INNER else area for area in areas])
    assert [(fault.kind, fault.code) for fault in found] == [("duplicate-code", FIRST)]
    assert found[0].place.within(geom_of(areas, INNER))


@pytest.mark.parametrize(
    "code", ["31010100100100", "3101010010010051", "31010100100100A", "", "３１０１０１００１００１００５"]
)
def test_a_bad_code(code):
    areas = made_city()
    cells = [f._replace(code=code) if f.code == INNER else f for f in features(areas)]
    found = check(cells, [], frozenset()).faults
    assert [fault.kind for fault in found] == ["bad-code"]
    assert found[0].place.within(geom_of(areas, INNER))


def test_the_older_edition_has_fourteen_digits():
    areas = [a._replace(code=a.code[:12] + a.code[13:]) if len(a.code) == 15 else a for a in made_city()]
    assert faults_of(areas) == []


def test_a_bow_tie_is_placed_where_it_crosses_and_leaves_no_other_fault():
    areas = made_city()
    a, b, c, d = shapely.get_coordinates(geom_of(areas, INNER))[:4]
    found = faults_of(replaced(areas, INNER, shapely.Polygon([a, c, b, d])))
    assert [(fault.kind, fault.code) for fault in found] == [("invalid-geometry", INNER)]
    assert found[0].place.within(geom_of(areas, INNER).buffer(1e-9))
    assert "crosses itself" in found[0].detail


def test_a_ring_that_touches_itself_is_found():
    areas = made_city()
    ring = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)]
    touching = [(0, 0), (4, 0), (2, 2), (4, 4), (0, 4), (2, 2), (0, 0)]
    centre = shapely.get_coordinates(geom_of(areas, INNER).centroid)[0]
    assert shapely.Polygon(ring).is_valid
    broken = shapely.Polygon(np.array(touching) * STEP / 20 + centre)
    found = faults_of(replaced(areas, INNER, broken))
    invalid = [fault for fault in found if fault.kind == "invalid-geometry"]
    assert [fault.code for fault in invalid] == [INNER]
    assert "touches itself" in invalid[0].detail
    assert invalid[0].place.distance(shapely.Point(centre + STEP / 10)) < 1e-9


@pytest.mark.parametrize(
    ("geom", "kind"),
    [
        (None, "empty"),
        (shapely.Polygon(), "empty"),
        (shapely.Point(WEST, SOUTH), "invalid-geometry"),
        (shapely.LineString([(WEST, SOUTH), (WEST + STEP, SOUTH)]), "invalid-geometry"),
        (shapely.box(355_000.0, 3_456_000.0, 355_100.0, 3_456_100.0), "wrong-crs"),
        (shapely.box(SOUTH, WEST, SOUTH + STEP, WEST + STEP), "wrong-crs"),
        (shapely.from_wkb(ENDLESS), "invalid-geometry"),
    ],
)
def test_what_is_no_polygon_on_the_globe(geom, kind):
    found = faults_of(replaced(made_city(), INNER, geom))
    assert (kind, INNER) in [(fault.kind, fault.code) for fault in found]


def test_exchanged_axes_are_called_so():
    swapped = shapely.box(SOUTH, WEST, SOUTH + STEP, WEST + STEP)
    assert "exchanged" in faults_of(replaced(made_city(), INNER, swapped))[0].detail


def test_heights_are_refused_and_nothing_else_follows_from_them():
    areas = made_city()
    found = faults_of(replaced(areas, INNER, shapely.force_3d(geom_of(areas, INNER), 4.5)))
    assert [(fault.kind, fault.code) for fault in found] == [("not-2d", INNER)]
    assert not found[0].place.has_z


def test_a_parent_column_that_contradicts_the_code():
    areas = features(made_city())
    told = [f._replace(parent="310102001001") if f.code == INNER else f for f in areas]
    found = check(told, [], frozenset()).faults
    assert [(fault.kind, fault.code) for fault in found] == [("wrong-parent", INNER)]


def test_a_parent_that_is_not_there():
    areas = made_city()
    found = faults_of(areas[CELLS])
    assert {fault.kind for fault in found} == {"wrong-parent"}
    assert len(found) == 36
    assert all("not live" in fault.detail for fault in found)


def test_an_area_outside_its_parent():
    areas = made_city()
    moved = [
        area._replace(code=INNER) if area.code == "310102001001005" else area for area in areas if area.code != INNER
    ]
    kinds = {(fault.kind, fault.code) for fault in faults_of(moved)}
    assert ("outside-parent", INNER) in kinds


def test_a_parent_outline_with_fewer_corners_is_tolerated_to_a_decimetre():
    areas = made_city()
    city = geom_of(areas, CITY)
    narrow = shapely.box(*(np.array(city.bounds) + np.array([4e-7, 0, 0, 0])))
    narrower = shapely.box(*(np.array(city.bounds) + np.array([4e-6, 0, 0, 0])))
    assert faults_of(replaced(areas, CITY, narrow)) == []
    assert {fault.kind for fault in faults_of(replaced(areas, CITY, narrower))} == {"outside-parent"}


def test_retired_codes_are_never_used_again():
    found = faults_of(made_city(), retired=frozenset({INNER}))
    assert [(fault.kind, fault.code) for fault in found] == [("duplicate-code", INNER)]


def test_a_changed_cell_needs_a_new_code():
    areas = made_city()
    after = made_city(seed=2)
    found = faults_of(after[CELLS], standing=standing(areas))
    assert {fault.kind for fault in found} >= {"duplicate-code"}
    assert any("needs a new code" in fault.detail for fault in found)


def test_the_same_file_again_changes_nothing():
    areas = made_city()
    turned = [area._replace(geom=shapely.reverse(area.geom)) for area in areas]
    verdict = check(features(turned), standing(areas), frozenset())
    assert verdict.faults == []
    assert verdict.counts["kept"] == 45
    assert verdict.counts["added"] == verdict.counts["retired"] == 0


def split(areas, code, new):
    west, south, east, north = geom_of(areas, code).bounds
    middle = (west + east) / 2
    parts = [
        shapely.intersection(geom_of(areas, code), half)
        for half in (shapely.box(west, south, middle, north), shapely.box(middle, south, east, north))
    ]
    return [*(area for area in areas if area.code != code), *(Made(n, n, p) for n, p in zip(new, parts, strict=True))]


def test_cells_are_replaced_within_the_parents_of_the_file():
    areas = made_city()
    community = [area for area in areas[CELLS] if area.code.startswith("310101001001")]
    file = split(community, INNER, ["310101001001010", "310101001001011"])
    # The new corner on the shared edge is missing in the neighbours: they get new codes with it.
    corners = shapely.MultiPoint(
        np.unique(np.vstack([shapely.get_coordinates(area.geom) for area in file[-2:]]), axis=0)
    )
    file = [
        area._replace(geom=shapely.snap(area.geom, corners, 1e-12)) if area.code.startswith("31") else area
        for area in file
    ]
    old = {area.code: area.geom for area in community}
    file = [area._replace(code=area.code[:12] + "1" + area.code[13:]) if not same(area, old) else area for area in file]
    verdict = check(features(file), standing(areas), frozenset())
    overlaps = [fault for fault in verdict.faults if fault.kind == "overlap"]
    assert overlaps == []


def same(area, old):
    return area.code not in old or shapely.equals_exact(shapely.normalize(area.geom), shapely.normalize(old[area.code]))


def test_a_retired_parent_must_not_leave_live_areas_behind():
    areas = made_city()
    communities = [area for area in areas if len(area.code) == 12 and area.code.startswith("310101")]
    renumbered = [area._replace(code=area.code[:9] + "9" + area.code[10:]) for area in communities]
    found = faults_of(renumbered, standing=standing(areas))
    assert {fault.kind for fault in found} == {"wrong-parent"}
    assert len(found) == 18


def test_a_file_of_mixed_levels_moves_a_border_and_records_who_followed_whom():
    areas, after = made_city(seed=1), made_city(seed=2)
    renumbered = [area._replace(code=area.code[:12] + "9" + area.code[13:]) for area in after[CELLS]]
    verdict = check(features([*after[:-36], *renumbered]), standing(areas), frozenset())
    assert verdict.faults == []
    assert verdict.counts["retired"] == verdict.counts["added"] == 36
    assert verdict.counts["reshaped"] > 0
    shares = {}
    for one in verdict.successions:
        shares[one.old] = shares.get(one.old, 0) + one.share
    assert set(shares) == {area.code for area in areas[CELLS]}
    assert all(share == pytest.approx(1, abs=0.01) for share in shares.values())


def test_a_fault_is_json_with_geojson():
    areas = made_city()
    fault = faults_of([area for area in areas if area.code != INNER])[0].as_json()
    assert json.loads(json.dumps(fault))["place"]["type"] == "Polygon"
    assert fault["kind"] == "gap"


@st.composite
def cut_squares(draw):
    side = draw(st.integers(2, 5))
    seed = draw(st.integers(0, 10_000))
    return lattice(side, side, seed=seed, shake=draw(st.floats(0, 0.45)))


def as_districts(polygons):
    outline = shapely.union_all(polygons)
    return [Made(CITY, "city", outline), *(Made(f"3101{at:02}", f"{at}", p) for at, p in enumerate(polygons, 1))]


@settings(max_examples=40, deadline=None)
@given(cut_squares())
def test_random_cuts_of_a_square_are_a_coverage(polygons):
    assert faults_of(as_districts(polygons)) == []


@settings(max_examples=60, deadline=None)
@given(cut_squares(), st.data())
def test_random_damage_is_found_where_it_was_done(polygons, data):
    victim = data.draw(st.integers(0, len(polygons) - 1), label="victim")
    corner = data.draw(st.integers(0, 3), label="corner")
    dx, dy = (data.draw(st.floats(-0.3, 0.3).filter(lambda v: abs(v) > 5e-3), label=n) for n in ("dx", "dy"))
    corners = shapely.get_coordinates(polygons[victim])
    corners[corner] = np.round(corners[corner] + (dx * STEP, dy * STEP), 9)
    corners[-1] = corners[0]
    damaged = [*polygons[:victim], shapely.Polygon(corners), *polygons[victim + 1 :]]
    found = faults_of(as_districts(polygons)[:1] + as_districts(damaged)[1:])
    assert {fault.kind for fault in found} & {"overlap", "gap", "outside-parent", "invalid-geometry"}
    near = shapely.union(polygons[victim], shapely.convex_hull(damaged[victim])).buffer(1e-8)
    assert [fault for fault in found if not fault.place.within(near)] == []


def test_levels_know_their_words():
    assert [level.word for level in Level] == ["city", "district", "street", "community", "cell"]
    with pytest.raises(ValueError, match="use city, district"):
        Level.of("village")


def test_two_copies_of_one_area_are_one_fault():
    areas = made_city()
    found = faults_of([*areas, areas[-1]])
    assert [(fault.kind, fault.code) for fault in found] == [("duplicate-code", areas[-1].code)]


def test_a_bad_code_without_an_outline_has_no_place():
    areas = [f._replace(code="7", geom=None) if f.code == INNER else f for f in features(made_city())]
    bad = next(fault for fault in check(areas, [], frozenset()).faults if fault.kind == "bad-code")
    assert bad.place is None


def test_cells_retire_once_however_many_reasons_there_are():
    areas = made_city()
    south = [area for area in areas if area.code.startswith("310101001") and area.code[9:12] != "002"]
    renamed = [a._replace(code=a.code[:9] + "901" + a.code[12:]) for a in south if len(a.code) > 9]
    stays = [area for area in areas if area.code.startswith("310101001002") and len(area.code) == 12]
    cells = [area for area in areas if area.code.startswith("310101001002") and len(area.code) == 15]
    verdict = check(features([*renamed, *stays, *cells]), standing(areas), frozenset())
    assert verdict.faults == []
    assert verdict.counts["retired"] == verdict.counts["added"] == 10
    assert {(one.old[9:12], one.new[9:12]) for one in verdict.successions} == {("001", "901")}
