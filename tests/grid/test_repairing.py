"""Dirty files become coverages that are accepted; what a person must decide is said and left."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from app.grid.rules.checking import check
from app.grid.rules.repairing import repair
from tests.factories.grid import STEP, Made, features, lattice, made_city
from tests.grid.test_checking import ENDLESS, INNER, SECOND, as_districts, geom_of, replaced

FIRST = "310101001001001"


def faults_after(areas, **options):
    mended = repair(features(areas), **options)
    return mended, check(mended.features, [], frozenset()).faults


def test_a_clean_city_stays_as_it_is():
    areas = made_city()
    mended, faults = faults_after(areas)
    assert (mended.moved, mended.decisions, faults) == ([], [], [])
    for feature, area in zip(mended.features, areas, strict=True):
        assert feature.geom.normalize() == area.geom.normalize()


def shaken(areas, metres, seed=1):
    """Every corner of every area moved by itself, so that no two neighbours agree."""
    random = np.random.default_rng(seed)
    reach = metres / 111_320 / 2

    def move(xy):
        moved = np.round(xy + random.uniform(-reach, reach, xy.shape), 8)
        moved[-1] = moved[0]
        return moved

    return [area._replace(geom=shapely.transform(area.geom, move)) for area in areas]


@pytest.mark.parametrize("metres", [0.01, 0.1])
def test_slivers_everywhere_are_closed(metres):
    dirty = shaken(made_city(), metres)
    assert check(features(dirty), [], frozenset()).faults
    mended, faults = faults_after(dirty)
    assert faults == []
    assert mended.decisions == []
    assert mended.moved
    assert max(moved.distance_m for moved in mended.moved) < 3 * metres
    assert "moved by up to" in mended.moved[0].sentence


def test_a_bow_tie_gets_its_corners_in_order():
    areas = made_city()
    for code in (INNER, FIRST):
        a, b, c, d = shapely.get_coordinates(geom_of(areas, code))[:4]
        mended, faults = faults_after(replaced(areas, code, shapely.Polygon([a, c, b, d])))
        assert faults == []
        whole = next(feature.geom for feature in mended.features if feature.code == code)
        assert whole.equals(geom_of(areas, code))


def test_a_ring_that_touches_itself_becomes_an_outline_with_a_hole():
    west, south, size = 121.4, 31.2, 0.004
    place = lambda *corners: [(west + x * size, south + y * size) for x, y in corners]  # noqa: E731
    inner = shapely.Polygon(place((0, 0), (0.5, 0.25), (0.25, 0.5)))
    around = shapely.Polygon(place((0, 0), (1, 0), (1, 1), (0, 1), (0, 0), (0.25, 0.5), (0.5, 0.25), (0, 0)))
    assert shapely.is_valid_reason(around).startswith("Ring Self-intersection")
    city = shapely.Polygon(place((0, 0), (1, 0), (1, 1), (0, 1)))
    areas = [Made("3101", "city", city), Made("310101", "around", around), Made("310102", "inner", inner)]
    assert [fault.kind for fault in check(features(areas), [], frozenset()).faults] == ["invalid-geometry"]
    mended, faults = faults_after(areas)
    assert faults == []
    assert len(mended.features[1].geom.interiors) == 1


def test_heights_are_dropped():
    areas = made_city()
    mended, faults = faults_after([area._replace(geom=shapely.force_3d(area.geom, 3.0)) for area in areas])
    assert faults == []
    assert not any(feature.geom.has_z for feature in mended.features)


def test_a_wide_overlap_is_mended_but_a_person_must_confirm():
    areas = made_city()
    grown = shapely.union(geom_of(areas, INNER), geom_of(areas, SECOND).buffer(-STEP / 10))
    mended, _ = faults_after(replaced(areas, INNER, grown))
    assert any(INNER in decision and SECOND in decision and "confirm" in decision for decision in mended.decisions)


def test_an_area_inside_another_is_named():
    areas = made_city()
    inside = geom_of(areas, INNER).buffer(-STEP / 5)
    mended, faults = faults_after([*areas, areas[-1]._replace(code="310101001001099", geom=inside)])
    assert any("310101001001099" in decision and INNER in decision for decision in mended.decisions)
    assert {fault.kind for fault in faults} <= {"empty"}


def test_a_wide_gap_is_left_to_a_person():
    areas = [area for area in made_city() if area.code != INNER]
    mended, faults = faults_after(areas)
    assert mended.moved == []
    assert [fault.kind for fault in faults] == ["gap"]


def test_codes_and_parents_are_never_invented():
    areas = [area._replace(code=FIRST) if area.code == INNER else area for area in made_city()]
    mended, faults = faults_after(areas)
    assert [feature.code for feature in mended.features] == [area.code for area in areas]
    assert {fault.kind for fault in faults} == {"duplicate-code"}


@pytest.mark.parametrize(
    "geom",
    [None, shapely.Polygon(), shapely.Point(121.4, 31.2), shapely.from_wkb(ENDLESS), shapely.box(5e5, 3e6, 6e5, 4e6)],
)
def test_an_area_without_an_outline_is_left_out_and_named(geom):
    mended, faults = faults_after(replaced(made_city(), INNER, geom))
    assert INNER in mended.decisions[0]
    assert [fault.kind for fault in faults] == ["gap"]


def test_two_areas_on_the_same_ground():
    areas = made_city()
    twice = [*areas, areas[-1]._replace(code="310102001002099")]
    mended, faults = faults_after(twice)
    assert mended.decisions
    assert {fault.kind for fault in faults} == {"empty"}


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(0, 10_000), st.sampled_from([0.001, 0.01, 0.1]))
def test_any_shaken_square_becomes_a_coverage(side, seed, metres):
    dirty = shaken(as_districts(lattice(side, side, seed=seed)), metres, seed)
    _, faults = faults_after(dirty)
    assert faults == []
