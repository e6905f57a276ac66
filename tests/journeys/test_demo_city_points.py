"""Any point of the demo city lies in the cell that the published file says, whatever coordinate system a phone uses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shapely import STRtree
from shapely.geometry import Point, shape

from app.cli.demo_city.load import load_demo_city
from app.core.config import Config
from app.core.db import unit_of_work
from app.factory import create_app
from app.grid.rules.coordinates import Crs, from_wgs84
from tests.factories.accounts import sign_in

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "grid_data"
POINTS = 1_000


@pytest.fixture(scope="module")
def cells() -> tuple[STRtree, list[str]]:
    features = json.loads((DATA / "cells.geojson").read_text(encoding="utf-8"))["features"]
    return STRtree([shape(f["geometry"]) for f in features]), [f["properties"]["code"] for f in features]


def cell_of(cells: tuple[STRtree, list[str]], lon: float, lat: float) -> str | None:
    """The lowest code among the cells of the file that cover the point."""
    tree, codes = cells
    hits = tree.query(Point(lon, lat), predicate="intersects")
    return min((codes[hit] for hit in hits), default=None)


@pytest.fixture(scope="module")
def points(cells: tuple[STRtree, list[str]]) -> list[tuple[float, float]]:
    """Random points inside the city, the same at every run."""
    west, south, east, north = shape(
        json.loads((DATA / "city.geojson").read_text(encoding="utf-8"))["features"][0]["geometry"]
    ).bounds
    dice = random.Random(20261121)
    found: list[tuple[float, float]] = []
    while len(found) < POINTS:
        point = round(dice.uniform(west, east), 7), round(dice.uniform(south, north), 7)
        if cell_of(cells, *point) is not None:
            found.append(point)
    return found


@pytest.fixture
def client(committed: Config) -> Iterator[FlaskClient]:
    del committed
    with unit_of_work() as session:
        load_demo_city(session, DATA, datetime(2026, 3, 1, tzinfo=UTC), say=lambda *_: None)
    return create_app().test_client()


@pytest.mark.slow
@pytest.mark.committed
def test_a_thousand_reports_land_in_the_cells_of_the_file(client, cells, points):
    headers = sign_in(client, "inspector1", "fieldgrid-demo")
    wrong = []
    for number, (lon, lat) in enumerate(points):
        crs = (Crs.WGS84, Crs.GCJ02, Crs.BD09)[number % 3]
        stated_lon, stated_lat = from_wgs84(lon, lat, crs)
        answer = client.post(
            "/api/v1/reports",
            headers=headers,
            json={
                "description": f"第 {number} 处",
                "position": {"lon": stated_lon, "lat": stated_lat, "crs": crs},
                "photo_ids": [],
                "captured_at": "2026-03-10T02:00:00Z",
            },
        )
        assert answer.status_code == 201, answer.text
        if answer.json["cell"]["code"] != cell_of(cells, lon, lat):
            wrong.append((lon, lat, crs, answer.json["cell"]["code"]))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.committed
@pytest.mark.parametrize("crs", list(Crs))
def test_the_same_points_in_every_coordinate_system_lie_in_the_same_cells(client, cells, points, crs):
    stated = [from_wgs84(lon, lat, crs) for lon, lat in points]
    answer = client.post(
        "/api/v1/grid/locate", json={"points": [{"lon": lon, "lat": lat, "crs": crs} for lon, lat in stated]}
    )
    assert answer.status_code == 200, answer.text
    assert [item["cell"] for item in answer.json["items"]] == [cell_of(cells, lon, lat) for lon, lat in points]
