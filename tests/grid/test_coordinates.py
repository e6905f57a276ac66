"""Coordinate systems: published pairs, exact inverses, the box outside which nothing is shifted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grid.rules import coordinates as c

CITY_LON = st.floats(73.6, 135.0)
CITY_LAT = st.floats(3.5, 53.5)
SHIFTED = pytest.mark.parametrize("crs", ["gcj02", "bd09"])

# WGS 84 → GCJ-02: pairs that the public test suites of eviltransform and coordtransform agree on.
GCJ02_PAIRS = [
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), GCJ02_PAIRS)
def test_gcj02_agrees_with_the_published_pairs(wgs84, gcj02):
    assert c.from_wgs84(*wgs84, "gcj02") == pytest.approx(gcj02, abs=1e-9)
    assert c.to_wgs84(*gcj02, "gcj02") == pytest.approx(wgs84, abs=1e-9)


def test_bd09_agrees_with_the_published_pair():
    wgs84 = c.to_wgs84(116.404, 39.915, "gcj02")
    assert c.from_wgs84(*wgs84, "bd09") == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@SHIFTED
@given(lon=CITY_LON, lat=CITY_LAT)
def test_there_and_back_is_the_same_point(crs, lon, lat):
    assert c.to_wgs84(*c.from_wgs84(lon, lat, crs), crs) == pytest.approx((lon, lat), abs=1e-9)


@SHIFTED
@given(lon=CITY_LON, lat=CITY_LAT)
def test_back_and_there_is_the_same_point(crs, lon, lat):
    assert c.from_wgs84(*c.to_wgs84(lon, lat, crs), crs) == pytest.approx((lon, lat), abs=1e-9)


@given(lon=CITY_LON, lat=CITY_LAT)
def test_gcj02_lies_less_than_a_kilometre_off(lon, lat):
    shifted_lon, shifted_lat = c.from_wgs84(lon, lat, "gcj02")
    assert abs(shifted_lon - lon) < 0.015
    assert abs(shifted_lat - lat) < 0.01


@pytest.mark.parametrize("point", [(2.3522, 48.8566), (-74.0, 40.7), (151.2, -33.9), (71.9, 35.0), (100.0, 0.5)])
def test_gcj02_leaves_points_outside_china_alone(point):
    assert c.from_wgs84(*point, "gcj02") == point
    assert c.to_wgs84(*point, "gcj02") == point


def test_the_corners_of_the_world_convert_without_error():
    for lon, lat in [(-180.0, -90.0), (180.0, 90.0), (0.0, 0.0), (105.0, 35.0)]:
        for crs in c.Crs:
            assert np.isfinite(c.to_wgs84(lon, lat, crs)).all()
            assert np.isfinite(c.from_wgs84(lon, lat, crs)).all()


@pytest.mark.parametrize("crs", ["wgs84", "cgcs2000"])
def test_systems_that_agree_pass_unchanged(crs):
    assert c.to_wgs84(121.5, 31.2, crs) == (121.5, 31.2)
    assert c.from_wgs84(121.5, 31.2, crs) == (121.5, 31.2)


@pytest.mark.parametrize("convert", [c.to_wgs84, c.from_wgs84])
def test_an_unknown_system_is_an_error(convert):
    with pytest.raises(ValueError, match="gps"):
        convert(121.5, 31.2, "gps")


@pytest.mark.parametrize("crs", list(c.Crs))
def test_arrays_answer_as_single_points_do(crs):
    random = np.random.default_rng(7)
    lons, lats = random.uniform(-180.0, 180.0, 2_000), random.uniform(-90.0, 90.0, 2_000)
    lons[:1_500], lats[:1_500] = random.uniform(73.0, 136.0, 1_500), random.uniform(2.0, 54.0, 1_500)
    for one, many in [(c.to_wgs84, c.to_wgs84_many), (c.from_wgs84, c.from_wgs84_many)]:
        expected = np.array([one(lon, lat, crs) for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True)])
        np.testing.assert_allclose(np.array(many(lons, lats, crs)).T, expected, atol=1e-11, rtol=0)
