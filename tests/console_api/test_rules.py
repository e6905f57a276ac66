"""Days of the city, basemaps, what a text in the search box means."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.console.rules import basemap_of, basemap_origins, days_back, hours_of_day, wording
from app.core.config import Config, ConfigError

ENV = {
    "FIELDGRID_APP_DATABASE_URL": "postgresql+psycopg2://nobody@127.0.0.1:1/none",
    "FIELDGRID_SECRET_KEY": "x" * 40,
    "FIELDGRID_DATA_KEY": "y" * 40,
}


def settings(**given):
    return Config.from_env(ENV | {f"FIELDGRID_BASEMAP_{name}": value for name, value in given.items()})


def test_without_a_basemap_nothing_else_may_be_asked():
    assert basemap_of(settings()) is None
    assert basemap_origins(settings()) == ()


@pytest.mark.parametrize(
    ("url", "kind", "origins"),
    [
        (
            "https://t{0-2}.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILECOL={x}&TILEROW={y}&tk=key",
            "tianditu",
            ("https://t0.tianditu.gov.cn", "https://t1.tianditu.gov.cn", "https://t2.tianditu.gov.cn"),
        ),
        (
            "https://webrd0{1-2}.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}",
            "amap",
            ("https://webrd01.is.autonavi.com", "https://webrd02.is.autonavi.com"),
        ),
        ("http://maps.city.example:8080/{z}/{x}/{y}.png", "xyz", ("http://maps.city.example:8080",)),
        ("https://nottianditu.gov.cn.example/{z}/{x}/{y}.png", "xyz", ("https://nottianditu.gov.cn.example",)),
    ],
)
def test_a_basemap_names_the_origins_of_its_tiles(url, kind, origins):
    found = settings(URL=url, CRS="gcj02", ATTRIBUTION="© 天地图", MAX_ZOOM="17")
    basemap = basemap_of(found)
    assert (basemap.kind, basemap.crs, basemap.attribution, basemap.max_zoom) == (kind, "gcj02", "© 天地图", 17)
    assert len(basemap.tiles) == len(origins)
    assert not any("{0-" in tile or "{1-" in tile for tile in basemap.tiles)
    assert basemap_origins(found) == origins


@pytest.mark.parametrize(
    "wrong",
    [
        {"URL": "https://maps.example/{z}/{x}.png"},
        {"URL": "ftp://maps.example/{z}/{x}/{y}.png"},
        {"URL": "https://maps.example/{z}/{x}/{y}.png; script-src *"},
        {"URL": "https://*/{z}/{x}/{y}.png"},
        {"URL": "https://maps.example'/{z}/{x}/{y}.png"},
        {"CRS": "bd09"},
        {"MAX_ZOOM": "25"},
    ],
)
def test_a_basemap_that_cannot_be_is_refused_at_start(wrong):
    with pytest.raises(ConfigError, match="FIELDGRID_BASEMAP"):
        settings(**wrong)


def test_days_are_those_of_the_city():
    now = datetime(2026, 3, 10, 17, tzinfo=UTC)
    days = days_back(now, 7, "Asia/Shanghai")
    assert [day.isoformat() for day, _ in days][-1] == "2026-03-11"
    assert len(days) == 7
    assert days[-1][1] == (datetime(2026, 3, 10, 16, tzinfo=UTC), datetime(2026, 3, 11, 16, tzinfo=UTC))
    assert all(one[1].end == other[1].begin for one, other in pairwise(days))


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)])
def test_a_day_has_the_hours_that_it_has(day, hours):
    (_, stretch) = days_back(datetime(*day, 12, tzinfo=UTC), 7, "Europe/Berlin")[-1]
    found = hours_of_day(stretch, "Europe/Berlin")
    assert len(found) == hours
    assert (found[0][0], found[-1][0]) == ("00:00", "23:00")
    assert found[-1][1].end == stretch.end
    assert stretch.end - stretch.begin == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "number", "code", "indexed"),
    [
        ("20260310-000001", "20260310-000001", None, True),
        ("20260310", "20260310", "20260310", True),
        ("310101001001001", None, "310101001001001", True),
        ("垃圾", None, None, False),
        ("  人民 路 ", None, None, True),
        ("7", None, None, False),
    ],
)
def test_what_a_text_may_mean(text, number, code, indexed):
    found = wording(text)
    assert (found.number, found.code, found.indexed) == (number, code, indexed)
