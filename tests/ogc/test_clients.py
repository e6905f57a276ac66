"""GDAL and owslib connect to the product as it runs, without a word of explanation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pyogrio
import pytest
from owslib.ogcapi.features import Features
from sqlalchemy import text

from app.core.config import Config
from app.core.db import unit_of_work
from app.ogc.rules.collections import COLLECTIONS
from tests.factories.cases import City, a_city
from tests.factories.programs import Programs
from tests.ogc.conftest import fill

pytestmark = [pytest.mark.slow, pytest.mark.committed]


@pytest.fixture
def programs(committed: Config) -> Iterator[tuple[Programs, City]]:
    with unit_of_work() as session:
        city = a_city(session, datetime.now(UTC))
        fill(session, city, each=250)
    found = Programs(committed)
    found.start()
    yield found, city
    found.kill()


def test_gdal_and_owslib_read_every_collection(programs):
    running, city = programs
    counts = {}
    with unit_of_work() as session:
        for name, collection in COLLECTIONS.items():
            counts[name] = session.scalar(text(f"SELECT count(*) FROM {collection.view}"))
    assert counts["cases"] == 1500
    _gdal(f"{running.base}/ogc", counts, city)
    _owslib(f"{running.base}/ogc/", counts, city)


def _gdal(root: str, counts: dict[str, int], city: City) -> None:
    source = f"OAPIF:{root}"
    layers = {str(name) for name, _ in pyogrio.list_layers(source)}
    assert layers == set(COLLECTIONS)
    for name, count in counts.items():
        meta, _, geometry, columns = pyogrio.raw.read(source, layer=name)
        assert len(geometry) == count, name
        assert {one.name for one in COLLECTIONS[name].properties} <= set(meta["fields"])
        assert meta["crs"] in {"EPSG:4326", "OGC:CRS84"}
        column = list(meta["fields"]).index(COLLECTIONS[name].properties[0].name)
        assert len(set(columns[column])) == count
    meta, _, geometry, _ = pyogrio.raw.read(source, layer="cells", bbox=_around(city))
    assert len(geometry) == 1


def _around(city: City) -> tuple[float, float, float, float]:
    lon, lat = city.spot()
    return lon - 1e-6, lat - 1e-6, lon + 1e-6, lat + 1e-6


def _owslib(root: str, counts: dict[str, int], city: City) -> None:
    api = Features(root)
    assert set(api.feature_collections()) == set(COLLECTIONS)
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in api.conformance()["conformsTo"]
    assert api.api()["openapi"].startswith("3.0")
    for name, count in counts.items():
        assert api.collection(name)["id"] == name
        assert set(COLLECTIONS[name].queryables) < set(api.collection_queryables(name)["properties"])
        whole = api.collection_items(name, limit=10_000)
        assert whole["numberReturned"] == count
        first = whole["features"][0]
        assert api.collection_item(name, first["id"])["id"] == first["id"]
    near = api.collection_items("cells", bbox=list(_around(city)))
    assert near["numberReturned"] == 1
    closed = api.collection_items("cases", state="closed", limit=1000)
    assert closed["numberReturned"] == 250
    early = api.collection_items("cases", datetime_="2026-03-01T00:00:00Z/2026-03-01T05:00:00Z", limit=1000)
    assert early["numberReturned"] == 6
