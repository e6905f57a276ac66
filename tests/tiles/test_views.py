"""Tiles of the ground over HTTP."""

import gzip
from uuid import uuid4

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from app.grid import service as grid
from app.tiles.rules import tile as tile_rules
from app.tiles.rules.tile import MOST_BYTES, Tile
from app.tiles.service import cutting, hot, preparing
from app.tiles.service.layers import GROUND
from tests.factories.grid import a_grid, geojson
from tests.tiles.decoding import decoded, layers_of, tile_at

pytestmark = pytest.mark.slow

API = "/api/v1/tiles"
MIDDLE = (121.403, 31.203)
FAR = (100.0, 40.0)
ZOOMS = range(8, 19)


@pytest.fixture
def areas(session, now):
    """The made city: two districts of a street of two communities of nine cells; nothing is prepared yet."""
    made = a_grid(session, now=now)
    session.commit()
    return made


@pytest.fixture
def ground(session, areas, now):
    """The same, prepared, with a road, a pond, a park and a house."""
    square = shapely.box(121.4025, 31.2025, 121.4035, 31.2035)
    for layer, name, class_, geom in (
        ("roads", "人民大道", "primary", shapely.LineString([(121.4, 31.203), (121.406, 31.2031)])),
        ("water", "镜湖", "lake", square),
        ("green", None, "park", square.buffer(0.0005)),
        ("buildings", None, "school", shapely.box(121.403, 31.203, 121.4033, 31.2032)),
    ):
        grid.replace_base_layer(session, layer, [grid.BaseLine(name, class_, geom)], now=now)
    preparing.prepare_ground(session, now=now)
    session.commit()
    return areas


@pytest.fixture
def get(client):
    def ask(layer, zoom, at=MIDDLE, status=200, **headers):
        tile = tile_at(*at, zoom)
        answer = client.get(f"{API}/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", headers=headers)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer

    return ask


def shown(get, layer, zoom, at=MIDDLE):
    return decoded(get(layer, zoom, at).data, tile_at(*at, zoom))


def everywhere(get, layer, inside, zoom):
    """The rows of all tiles that the city reaches into, by their codes; what lies in several is the same in each."""
    found = {}
    for at in ((121.4001, 31.2001), (121.4059, 31.2001), (121.4001, 31.2059), (121.4059, 31.2059)):
        for row in shown(get, layer, zoom, at)[inside].rows:
            assert found.setdefault(row["code"], row) == row
    return found


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("layer", GROUND)
def test_every_zoom_is_a_sound_tile(get, ground, layer, zoom):
    answer = get(layer, zoom)
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    found = layers_of(answer.data)
    declared = {one.id for one in GROUND[layer].inside if one.minzoom <= zoom}
    assert {one.name for one in found} <= declared
    assert all((one.version, one.extent) == (2, 4096) and one.features for one in found)
    assert len(answer.data) <= MOST_BYTES
    assert {*decoded(answer.data, tile_at(*MIDDLE, zoom))} == {one.name for one in found}


@pytest.mark.parametrize(("zoom", "levels"), [(8, 2), (9, 3), (11, 3), (12, 4), (16, 4)])
def test_areas_by_zoom(get, ground, zoom, levels):
    found = shown(get, "areas", zoom)
    words = ["city", "district", "street", "community"]
    assert {row["level"] for row in found["areas"].rows} == set(words[:levels])
    city = next(row for row in found["areas"].rows if row["level"] == "city")
    assert city == {"code": "3101", "name": "City 3101", "level": "city"}
    if zoom == 12:
        named = everywhere(get, "areas", "area_labels", 12)
        assert named == everywhere(get, "areas", "areas", 12)
        assert (shapely.get_type_id(found["area_labels"].geoms) == 0).all()


def test_borders_in_a_tile_have_no_slivers(get, ground):
    """What a map draws: neighbours from one tile share each corner, and parents run along their children."""
    found = shown(get, "areas", 12)["areas"]
    communities = found.where(level="community")
    assert len(communities) == 4
    assert shapely.coverage_is_valid(communities)
    together = shapely.union_all(communities)
    assert together.area == pytest.approx(shapely.area(communities).sum(), rel=1e-9)
    (city,) = found.where(level="city")
    assert city.symmetric_difference(together).area < Tile(12, 0, 0).unit_m ** 2


def test_outlines_lie_where_they_were_surveyed(get, ground):
    found = shown(get, "cells", 16)["cells"]
    code = found.rows[0]["code"]
    (drawn,) = found.where(code=code)
    surveyed = next(area.geom for area in ground if area.code == code)
    tile = tile_at(*MIDDLE, 16)
    box = shapely.box(*tile_rules.to_degrees(tile.box_m))
    west, south, east, north = shapely.bounds(drawn)
    back = shapely.box(*tile_rules.to_degrees((west, south, east, north)))
    assert surveyed.buffer(1e-5).covers(back.intersection(box).centroid) or surveyed.envelope.buffer(1e-5).covers(back)


def test_cells_near_and_far(session, get, ground, now):
    cell = "310101001001005"
    zone = grid.NewZone("Z1", "责任网格", frozenset({cell}), frozenset())
    grid.put_duty_zone(session, zone, now=now)
    preparing.prepare_ground(session, now=now)
    session.commit()
    assert set(shown(get, "cells", 13)) == {"cells"}
    near = everywhere(get, "cells", "cells", 13)
    assert len(near) == 36
    assert near[cell] == {"code": cell, "name": "Cell 5", "community": "310101001001", "zone": "Z1"}
    assert set(shown(get, "cells", 15)) == {"cells", "cell_labels"}
    far = shown(get, "cells", 12)["cells"].rows
    assert {(row["code"], row["cells"], bool(row["aggregate"])) for row in far} == {
        (f"31010{district}001{community:03}", 9, True) for district in (1, 2) for community in (1, 2)
    }


def test_the_base_by_zoom(get, ground):
    assert [(one.name, one.features) for one in layers_of(get("base", 8).data)] == [("roads", 1)]
    near = shown(get, "base", 16)
    assert set(near) == {"water", "green", "roads", "buildings"}
    assert near["roads"].rows == [{"name": "人民大道", "class": "primary"}]
    assert near["water"].rows == [{"name": "镜湖", "class": "lake"}]
    assert near["buildings"].rows == [{"class": "school"}]
    assert "buildings" not in shown(get, "base", 13)
    assert "buildings" in shown(get, "base", 14)


def test_before_the_ground_is_prepared_it_is_drawn_as_it_is(session, get, areas, now):
    """Right after the first import, and until the job has run."""
    grid.replace_base_layer(
        session, "green", [grid.BaseLine(None, "park", shapely.box(121.4, 31.2, 121.41, 31.21))], now=now
    )
    session.commit()
    assert len(shown(get, "areas", 12)["areas"].rows) == 9
    assert len(everywhere(get, "cells", "cells", 14)) == 36
    assert {row["cells"] for row in shown(get, "cells", 9)["cells"].rows} == {9}
    assert shown(get, "base", 14)["green"].rows == [{"class": "park"}]
    before = get("areas", 12).headers["ETag"]
    preparing.prepare_ground(session, now=now)
    session.commit()
    assert get("areas", 12).headers["ETag"] != before


def test_the_tag_changes_when_the_ground_does_and_only_then(session, get, ground, now):
    tag = get("areas", 12).headers["ETag"]
    base = get("base", 12).headers["ETag"]
    assert get("areas", 12).headers["ETag"] == tag
    assert get("cells", 12).headers["ETag"] != tag
    renamed = [area._replace(name="改名") if area.code == "310101001001" else area for area in ground]
    assert not grid.import_file(session, geojson(renamed), grid.Wanted(grid.MIXED), now=now).faults
    session.commit()
    assert get("areas", 12).headers["ETag"] == tag, "tiles stay what they were until new ones are ready"
    preparing.prepare_ground(session, now=now)
    session.commit()
    assert get("areas", 12).headers["ETag"] != tag
    assert "改名" in {row["name"] for row in shown(get, "areas", 12)["areas"].rows}
    assert get("base", 12).headers["ETag"] == base


def test_who_has_the_tile_gets_none(get, ground):
    first = get("areas", 12)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    for given in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        again = get("areas", 12, status=304, **{"If-None-Match": given})
        assert (again.data, again.headers["ETag"]) == (b"", tag)
        assert "Content-Type" not in again.headers
    get("areas", 12, **{"If-None-Match": 'W/"other"'})


def test_everybody_may_keep_the_ground_for_a_minute(get, ground):
    kept = get("cells", 12).headers
    assert kept["Cache-Control"] == "public, max-age=60"
    assert kept["Vary"] == "Accept-Encoding"


def test_packed_where_that_is_accepted(get, ground):
    plain = get("cells", 14)
    assert "Content-Encoding" not in plain.headers
    packed = get("cells", 14, **{"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    refused = get("cells", 14, **{"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_nothing_is_204(get, ground):
    for layer in GROUND:
        empty = get(layer, 12, FAR, 204)
        assert (empty.data, empty.headers.get("Content-Type")) == (b"", None)
        assert empty.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    ["areas/7/1/1", "areas/19/1/1", "areas/8/256/1", "areas/8/1/256", f"areas/{2**70}/1/1", f"areas/12/{2**70}/1"],
)
def test_no_such_tile(api, path):
    assert api.get(None, f"/tiles/{path}.mvt", 404)["type"] == "/problems/unknown-tile"


@pytest.mark.parametrize(
    "path", ["areas/8/-1/1.mvt", "areas/8/1/1.5.mvt", "areas/8/1/1", "areas/8/1/x.mvt", "roofs/8/1/1.mvt"]
)
def test_no_such_address(client, path):
    assert client.get(f"{API}/{path}").status_code == 404


def test_the_ground_has_no_filters(api):
    for path in ("areas.json", "base/8/1/1.mvt"):
        problem = api.get(None, f"/tiles/{path}", 422, state="closed")
        assert problem["errors"][0]["pointer"] == "/state"


@pytest.mark.parametrize("layer", GROUND)
def test_tilejson(api, layer):
    """Compared with its description by the way."""
    found = api.get(None, f"/tiles/{layer}.json")
    assert found["tiles"] == [f"http://localhost/api/v1/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt"]
    assert (found["tilejson"], found["minzoom"], found["maxzoom"]) == ("3.0.0", 8, 18)
    west, south, east, north = found["bounds"]
    assert west <= found["center"][0] <= east
    assert south <= found["center"][1] <= north
    assert [one["id"] for one in found["vector_layers"]] == [one.id for one in GROUND[layer].inside]


def test_tilejson_tells_the_properties_that_tiles_have(get, ground):
    for layer in GROUND.values():
        fields = {one.id: set(one.fields) for one in layer.inside}
        for zoom in (12, 16):
            for name, found in shown(get, layer.name, zoom).items():
                assert {key for row in found.rows for key in row} <= fields[name]


def test_a_city_without_a_grid_is_described_all_the_same(client):
    found = client.get(f"{API}/areas.json").get_json()
    assert found["bounds"] == [-180, -85.051129, 180, 85.051129]


def test_the_public_address_is_used_by_those_who_came_by_it(client, monkeypatch, areas):
    found = client.get(f"{API}/areas.json", headers={"Host": "127.0.0.1:8000", "X-Forwarded-Proto": "https"}).get_json()
    assert found["tiles"][0].startswith("http://127.0.0.1:8000/api/v1/tiles/areas/")


def test_a_tile_costs_two_statements_and_one_when_it_is_hot(session, client, ground, statements, monkeypatch):
    monkeypatch.setattr(hot, "_hot", hot.HotTiles(hot.MOST_KEPT_BYTES))
    tile = tile_at(*MIDDLE, 14)
    for expected in (2, 1):
        with statements() as seen:
            assert client.get(f"{API}/cells/{tile.z}/{tile.x}/{tile.y}.mvt").status_code == 200
        assert len(seen) == expected, seen


@pytest.mark.parametrize(("layer", "zoom"), [("cells", 14), ("areas", 14), ("base", 14)])
def test_a_tile_that_would_be_too_large_is_coarser(get, ground, monkeypatch, layer, zoom):
    whole = len(get(layer, zoom).data)
    monkeypatch.setattr(hot, "_hot", hot.HotTiles(0))
    monkeypatch.setattr(cutting, "MOST_BYTES", whole - 1)
    assert 0 < len(get(layer, zoom).data) < whole


def test_cells_that_would_be_too_many_are_their_communities(get, ground, monkeypatch):
    monkeypatch.setattr(hot, "_hot", hot.HotTiles(0))
    monkeypatch.setattr(cutting, "MOST_BYTES", 1_000)
    found = shown(get, "cells", 14)["cells"]
    assert {(row["code"][:6], row["cells"]) for row in found.rows} == {("310101", 9), ("310102", 9)}


def test_no_tile_of_a_dense_city_is_too_large(session, get, ground, now):
    """Twenty thousand cells in one tile of zoom 13, each with a long name and a duty zone, and as many houses."""
    session.execute(
        text("""
            INSERT INTO ground_areas (band, code, level, name, parent_code, zone_code, cells, geom, label)
            SELECT 13, '320000000' || lpad(n::text, 6, '0'), 4, 'A cell with a rather long name, number ' || n,
                '3200000' || lpad((n / 16)::text, 5, '0'), 'Z' || n / 10, 0, ST_Multi(geom), ST_Centroid(geom)
            FROM generate_series(0, 19999) AS n,
                LATERAL (SELECT ST_MakeEnvelope(x - 4, y - 4, x + 4, y + 4, 3857) AS geom
                    FROM (SELECT 13514000 + n % 141 * 10 AS x, 3659000 + n / 141 * 10 AS y) AS at) AS cell""")
    )
    session.execute(
        text("""
            INSERT INTO ground_features (layer, band, from_zoom, name, class, geom)
            SELECT 'buildings', 18, 14, 'A house with a rather long name, number ' || code, code, geom
            FROM ground_areas WHERE code LIKE '32%'""")
    )
    session.execute(text("UPDATE ground_state SET stamp = gen_random_uuid()"))
    session.commit()
    for layer in ("cells", "base"):
        for zoom in ZOOMS:
            assert len(get(layer, zoom).data) <= MOST_BYTES


def test_hot_tiles_are_bounded():
    kept = hot.HotTiles(10_000)
    tiles = [Tile(12, x, 0) for x in range(12)]
    data = np.random.default_rng(1).bytes(1_000)
    for tile in tiles:
        kept.keep("tag", tile, cutting.Cut(data))
        assert kept.find("tag", tiles[0]), "asked for all the time"
    assert kept.bytes <= 10_000
    assert kept.find("tag", tiles[1]) is None
    assert kept.find("tag", tiles[-1]).data == data
    assert kept.find(str(uuid4()), tiles[-1]) is None
