"""What a request for items may say."""

from datetime import UTC, datetime, timedelta

import pytest

from app.ogc.errors import BadParameter
from app.ogc.rules.collections import COLLECTIONS
from app.ogc.rules.wanted import format_of, wanted_of

CASES = COLLECTIONS["cases"]
DAY = datetime(2026, 3, 10, tzinfo=UTC)
TICK = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("given", "begin", "end"),
    [
        ("2026-03-10", DAY, DAY + timedelta(days=1)),
        ("2026-03-10T00:00:00Z", DAY, DAY + TICK),
        ("2026-03-10T08:00:00+08:00", DAY, DAY + TICK),
        ("2026-03-10T08:00:00 08:00", DAY, DAY + TICK),
        ("2026-03-10/..", DAY, None),
        ("2026-03-10/", DAY, None),
        ("../2026-03-09", None, DAY),
        ("/2026-03-09", None, DAY),
        ("2026-03-10/2026-03-10", DAY, DAY + timedelta(days=1)),
    ],
)
def test_times(given, begin, end):
    found = wanted_of(CASES, {"datetime": given})
    assert (found.begin, found.end) == (begin, end)


@pytest.mark.parametrize(
    ("given", "boxes"),
    [
        ("121,31,122,32", ((121, 31, 122, 32),)),
        ("121,31,0,122,32,100", ((121, 31, 122, 32),)),
        ("170,-10,-170,10", ((170, -10, 180, 10), (-180, -10, -170, 10))),
    ],
)
def test_boxes(given, boxes):
    assert wanted_of(CASES, {"bbox": given}).boxes == boxes


def test_more_than_the_most_is_the_most():
    assert wanted_of(CASES, {"limit": "99999"}).limit == 10_000
    assert wanted_of(CASES, {}).limit == 10


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("limit", "²"),
        ("bbox", "1,2,3"),
        ("bbox", "1,2,3,nan"),
        ("bbox", "1,2,3,inf"),
        ("bbox", "121,32,122,31"),
        ("bbox", "181,31,182,32"),
        ("bbox", "a,b,c,d"),
        ("bbox", ""),
        ("datetime", "yesterday"),
        ("datetime", "2026-03-10T00:00:00"),
        ("datetime", "../.."),
        ("datetime", "/"),
        ("datetime", "2026-03-10/2026-03-09"),
        ("datetime", "2026-13-10"),
        ("datetime", "9999-12-31"),
        ("datetime", "2026-03-09/2026-03-10/2026-03-11"),
        ("state", "received"),
        ("number", "\x00"),
        ("description", "x"),
        ("opened_at", "2026-03-10"),
        ("crs", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(name, value):
    with pytest.raises(BadParameter) as refused:
        wanted_of(CASES, {name: value})
    assert [fault.pointer for fault in refused.value.faults] == [f"/{name}"]


def test_forms():
    assert format_of("html", "application/json") == "html"
    assert format_of(None, "*/*") == "json"
    with pytest.raises(BadParameter):
        format_of("xml", "")
