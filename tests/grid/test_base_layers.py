"""Roads, water, green and buildings: in from files, whole or not at all."""

import io
import json

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import text

from app.cli import base as commands
from app.cli import system
from app.grid import service
from app.grid.errors import BadBaseLayer
from app.grid.rules.base_layers import BaseLayerName
from app.grid.rules.coordinates import from_wgs84

pytestmark = pytest.mark.slow

ROAD = [[121.4, 31.2], [121.401, 31.2005]]
HOUSE = [[[121.4, 31.2], [121.4005, 31.2], [121.4005, 31.2005], [121.4, 31.2]]]


def feature(kind, coordinates, **properties):
    geometry = None if kind is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


ROADS = collection(
    feature("LineString", ROAD, name="人民大道", **{"class": "primary"}), feature("MultiLineString", [ROAD], name=None)
)


def order(layer="roads", **options):
    return service.BaseOrder(BaseLayerName(layer), **options)


def refused(data, **options):
    with pytest.raises(BadBaseLayer) as found:
        service.read_base_layer(data, order(**options))
    return found.value


def sent(api, data, who="admin", status=200, layer="roads", **fields):
    form = {"file": (io.BytesIO(data), "roads.geojson"), **fields}
    return api.post(who, f"/grid/base-layers/{layer}", status, json=None, data=form)


def stored(session, layer="roads"):
    rows = session.execute(
        text("SELECT name, class FROM base_features WHERE layer = :layer ORDER BY id"), {"layer": layer}
    )
    return [tuple(row) for row in rows]


def test_a_file_is_added_replaced_and_cleared(api, session):
    before = session.execute(text("SELECT version FROM grid_state")).scalar_one()
    first = sent(api, ROADS)
    assert (first["layer"], first["features"], first["source"]) == ("roads", 2, "roads.geojson")
    assert stored(session) == [("人民大道", "primary"), (None, None)]
    assert sent(api, ROADS)["features"] == 4
    assert sent(api, ROADS, replace="true")["features"] == 2
    listed = {item["layer"]: item for item in api.get(None, "/grid/base-layers")["items"]}
    assert list(listed) == ["water", "green", "roads", "buildings"]
    assert (listed["roads"]["features"], listed["water"]["features"]) == (2, 0)
    api.call("admin", "DELETE", "/grid/base-layers/roads", 204)
    assert stored(session) == []
    assert session.execute(text("SELECT version FROM grid_state")).scalar_one() == before, "no cell changed"
    noted = session.execute(
        text("""
            SELECT action, detail FROM admin_changes WHERE subject = 'base_layer:roads' ORDER BY at, id""")
    )
    assert [(row.action, row.detail.get("added"), row.detail["removed"]) for row in noted] == [
        ("base_layer.import", 2, 0),
        ("base_layer.import", 2, 0),
        ("base_layer.import", 2, 4),
        ("base_layer.clear", None, 2),
    ]


def test_only_administrators_change_base_layers(api):
    sent(api, ROADS, "operator", 403)
    sent(api, ROADS, None, 401)
    api.call("operator", "DELETE", "/grid/base-layers/roads", 403)
    sent(api, ROADS, status=422, layer="roofs")


def test_sending_again_adds_nothing(api, session):
    for _ in range(2):
        form = {"file": (io.BytesIO(ROADS), "roads.geojson")}
        api.post("admin", "/grid/base-layers/roads", json=None, data=form, headers={"Idempotency-Key": "one"})
    assert len(stored(session)) == 2


def test_every_wrong_row_is_named_and_nothing_is_taken(api, session):
    twisted = [[[121.4, 31.2], [121.41, 31.21], [121.41, 31.2], [121.4, 31.21], [121.4, 31.2]]]
    data = collection(
        feature("Polygon", HOUSE),
        feature("Point", [121.4, 31.2]),
        feature(None, None),
        feature("Polygon", twisted),
        feature("Polygon", [[[500000, 3], [500001, 3], [500001, 4], [500000, 3]]]),
        feature("Polygon", HOUSE, name="长" * 201),
    )
    problem = sent(api, data, status=422, layer="buildings")
    assert problem["type"] == "/problems/bad-base-layer"
    assert [fault["pointer"] for fault in problem["errors"]] == [f"/file/{row}" for row in (2, 3, 4, 5, 6)]
    words = ("takes polygons", "no geometry", "Self-intersection", "no degrees", "more than 200")
    assert all(word in fault["detail"] for word, fault in zip(words, problem["errors"], strict=True))
    assert problem["count"] == 5
    assert stored(session, "buildings") == []


def test_faults_are_counted_beyond_those_that_are_listed():
    found = refused(collection(*[feature("Point", [121.4, 31.2])] * 300))
    assert (len(found.faults), found.facts["count"]) == (200, 300)


@pytest.mark.parametrize(
    ("data", "options", "word"),
    [
        (b"no file at all", {}, "no GeoJSON"),
        (collection(), {}, "no features"),
        (ROADS, {"name_column": "street"}, "no column “street”"),
        (ROADS, {"crs": "EPSG:2333"}, "survey office"),
        (ROADS, {"crs": "mars"}, "no coordinate system"),
    ],
)
def test_files_that_cannot_be_read(data, options, word):
    found = refused(data, **options)
    assert word in found.detail
    assert found.faults[0].pointer == "/file"


def test_columns_are_named_and_numbers_are_text():
    data = collection(feature("LineString", ROAD, ref=312, highway="trunk"))
    (found,) = service.read_base_layer(data, order(name_column="ref", class_column="highway"))
    assert (found.name, found.class_) == ("312", "trunk")


def test_shifted_coordinates_are_brought_back():
    moved = [list(from_wgs84(*corner, "gcj02")) for corner in ROAD]
    (found,) = service.read_base_layer(collection(feature("LineString", moved)), order(crs="gcj02"))
    assert np.allclose(shapely.get_coordinates(shapely.from_wkb(found.geom)), ROAD, atol=1e-6)


def test_a_geopackage_in_metres_with_heights(tmp_path):
    path = tmp_path / "roads.gpkg"
    line = shapely.LineString([(347_500, 3_453_000, 4), (347_600, 3_453_100, 5)])
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([line], dtype=object)),
        [np.array(["人民大道"], dtype=object)],
        ["name"],
        geometry_type="LineString Z",
        crs="EPSG:32651",
        driver="GPKG",
    )
    (found,) = service.read_base_layer(path.read_bytes(), order())
    geom = shapely.from_wkb(found.geom)
    assert not geom.has_z
    assert np.allclose(shapely.get_coordinates(geom)[0], (121.4, 31.2), atol=0.02)


@pytest.fixture
def run(database, settings, monkeypatch):
    monkeypatch.setattr(system, "connect", lambda: None)
    return lambda *words: CliRunner().invoke(commands.base, [str(word) for word in words], catch_exceptions=False)


def test_by_command(run, session, tmp_path):
    path = tmp_path / "roads.geojson"
    path.write_bytes(ROADS)
    done = run("import", path, "--layer", "roads")
    assert done.exit_code == 0
    assert "2 features taken, roads has 2 now" in done.output
    assert session.execute(text("SELECT count(*) FROM ground_features")).scalar_one() > 0, "maps show it at once"
    assert "roads has 4" in run("import", path, "--layer", "roads").output
    assert "roads has 2" in run("import", path, "--layer", "roads", "--replace").output
    assert "roads.geojson" in run("list").output
    wrong = run("import", path, "--layer", "buildings")
    assert wrong.exit_code == 1
    assert "row 1 buildings takes polygons" in wrong.output
