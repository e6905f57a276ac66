"""Boundary files of every kind, well made, badly made and made to harm."""

import io
import json
import struct
import warnings
import zipfile

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from app.grid.rules.checking import check
from app.grid.rules.coordinates import from_wgs84_many
from app.grid.service import files
from app.grid.service.reading import Wanted, read_boundaries
from tests.factories.grid import geojson, made_city

CITY = made_city()
MIXED = Wanted("mixed")
ZONE_39 = "EPSG:4549"  # CGCS2000, 3-degree Gauss-Krüger, central meridian 120° E


def written(tmp_path, suffix, areas=CITY, *, crs="EPSG:4326", layer=None, codes=None, append=False, **columns):
    """The areas as a file that GDAL writes."""
    path = tmp_path / f"areas{suffix}"
    fields = {
        "code": codes if codes is not None else [a.code for a in areas],
        "name": [a.name for a in areas],
        **columns,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array([area.geom for area in areas], dtype=object)),
            [np.array(values) for values in fields.values()],
            list(fields),
            geometry_type="Polygon",
            crs=crs,
            layer=layer,
            append=append,
        )
    return path


def zipped(tmp_path, **options):
    path = written(tmp_path, ".shp", **options)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in path.parent.glob("areas.*"):
            archive.write(part, f"export/{part.name}")
    return packed.getvalue()


def moved(areas, along):
    def move(xy):
        return np.column_stack(along(xy[:, 0], xy[:, 1]))

    return [area._replace(geom=shapely.transform(area.geom, move)) for area in areas]


def only_fault(data, wanted=MIXED):
    found = read_boundaries(data, wanted)
    assert found.features == []
    (fault,) = found.faults
    return fault


def sound(found):
    assert found.faults == []
    assert check(found.features, [], frozenset()).faults == []
    return found.features


def test_geojson_geopackage_and_shapefile_say_the_same(tmp_path):
    from_json = sound(read_boundaries(geojson(CITY), MIXED))
    from_gpkg = sound(read_boundaries(written(tmp_path, ".gpkg").read_bytes(), MIXED))
    from_shape = sound(read_boundaries(zipped(tmp_path), MIXED))
    for one, two, three in zip(from_json, from_gpkg, from_shape, strict=True):
        assert one[:4] == two[:4] == three[:4]
        assert one.geom.normalize() == two.geom.normalize() == three.geom.normalize()


def test_a_file_in_the_citys_survey_system(tmp_path):
    there = Transformer.from_crs("EPSG:4490", ZONE_39, always_xy=True).transform
    data = zipped(tmp_path, areas=moved(CITY, there), crs=ZONE_39)
    for wanted in (MIXED, Wanted("mixed", ZONE_39)):
        for area, feature in zip(CITY, sound(read_boundaries(data, wanted)), strict=True):
            assert shapely.hausdorff_distance(area.geom, feature.geom) < 2e-9


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_file_drawn_on_a_shifted_map(crs):
    data = geojson(moved(CITY, lambda xs, ys: from_wgs84_many(xs, ys, crs)))
    for area, feature in zip(CITY, sound(read_boundaries(data, Wanted("mixed", crs))), strict=True):
        assert shapely.hausdorff_distance(area.geom, feature.geom) < 2e-9


def test_cgcs2000_passes_as_it_is(tmp_path):
    data = written(tmp_path, ".gpkg", crs="EPSG:4490").read_bytes()
    sound(read_boundaries(data, Wanted("mixed", "wgs84")))
    sound(read_boundaries(data, Wanted("mixed", "cgcs2000")))
    sound(read_boundaries(data, MIXED))


@pytest.mark.parametrize(
    ("crs", "declared", "word"),
    [
        ("EPSG:4326", ZONE_39, "find out which is right"),
        (ZONE_39, "wgs84", "find out which is right"),
        (ZONE_39, "gcj02", "find out which is right"),
        ("EPSG:4214", None, "transform it to CGCS2000"),
        ("EPSG:4610", None, "transform it to CGCS2000"),
        (None, None, "does not say"),
        (None, "EPSG:99999999", "no coordinate system"),
        (None, "EPSG:4214", "transform it to CGCS2000"),
        (None, "EPSG:5773", "transform it to CGCS2000"),
    ],
)
def test_a_wrong_crs(tmp_path, crs, declared, word):
    fault = only_fault(zipped(tmp_path, crs=crs), Wanted("mixed", declared))
    assert fault.kind == "wrong-crs"
    assert word in fault.detail


def test_a_shapefile_without_prj_is_read_as_declared(tmp_path):
    sound(read_boundaries(zipped(tmp_path, crs=None), Wanted("mixed", "wgs84")))


def test_layers_in_different_systems(tmp_path):
    there = Transformer.from_crs("EPSG:4490", ZONE_39, always_xy=True).transform
    written(tmp_path, ".gpkg", CITY[:9], layer="above")
    path = written(tmp_path, ".gpkg", moved(CITY[9:], there), layer="cells", crs=ZONE_39, append=True)
    fault = only_fault(path.read_bytes())
    assert fault.kind == "wrong-crs"
    assert "different systems" in fault.detail


def test_metres_among_degrees_are_named_one_by_one():
    there = Transformer.from_crs("EPSG:4490", ZONE_39, always_xy=True).transform
    mixed = [*CITY[:-2], *moved(CITY[-2:], there)]
    found = read_boundaries(geojson(mixed), MIXED)
    faults = check(found.features, [], frozenset()).faults
    assert [(fault.kind, fault.code) for fault in faults] == [("wrong-crs", area.code) for area in CITY[-2:]]


def test_the_layer_named_after_the_level_is_read(tmp_path):
    written(tmp_path, ".gpkg", CITY[:9], layer="communities")
    path = written(tmp_path, ".gpkg", CITY[9:], layer="cells", append=True)
    assert len(read_boundaries(path.read_bytes(), Wanted("cell")).features) == 36
    assert len(read_boundaries(path.read_bytes(), Wanted("community")).features) == 9
    assert len(read_boundaries(path.read_bytes(), MIXED).features) == 45
    assert "keep one" in only_fault(path.read_bytes(), Wanted("street")).detail


def test_codes_stored_as_numbers_are_codes(tmp_path):
    whole = written(tmp_path, ".gpkg", codes=[int(area.code) for area in CITY]).read_bytes()
    assert [f.code for f in sound(read_boundaries(whole, MIXED))] == [area.code for area in CITY]
    (tmp_path / "areas.gpkg").unlink()
    floating = written(tmp_path, ".gpkg", codes=[float(area.code) for area in CITY]).read_bytes()
    assert [f.code for f in sound(read_boundaries(floating, MIXED))] == [area.code for area in CITY]


def test_columns_by_other_names():
    data = geojson(CITY, bh=[area.code for area in CITY], up=[area.code[:6] for area in CITY], use=["park"] * 45)
    fields = {"code": "bh", "parent": "up", "land_use": "use"}
    features = read_boundaries(data, Wanted("mixed", fields=fields)).features
    assert (features[5].code, features[5].parent, features[5].land_use) == (CITY[5].code, CITY[5].code[:6], "park")
    fault = only_fault(data, Wanted("mixed", fields={"code": "nummer"}))
    assert fault.kind == "unreadable"
    assert "“nummer”" in fault.detail
    assert "bh" in fault.detail


def test_a_level_is_what_the_form_says():
    features = read_boundaries(geojson(CITY), Wanted("cell")).features
    assert {feature.level.word for feature in features} == {"cell"}


def a_zip(*entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return packed.getvalue()


def a_link():
    link = zipfile.ZipInfo("areas.shp")
    link.external_attr = 0o120777 << 16
    return link


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no GeoJSON"),
        (b"GIF89a", "no GeoJSON"),
        (b"{", "no JSON"),
        (b'{"type": "Topology"}', "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": 3}]}', ""),
        (b"SQLite format 3\x00" + b"\x00" * 200, "cannot be read"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (a_zip(("readme.txt", "hello")), "no .shp"),
        (a_zip(("areas.shp", b"x")), "without its .shx and .dbf"),
        (a_zip(("areas.shp", b"x"), ("areas.shx", b"x"), ("areas.dbf", b"x")), "cannot be read"),
        (a_zip(("../../etc/areas.shp", b"x")), "leads out"),
        (a_zip(("/etc/areas.shp", b"x")), "leads out"),
        (a_zip(("..\\areas.shp", b"x")), "leads out"),
        (a_zip(("C:/areas.shp", b"x")), "leads out"),
        (a_zip((a_link(), b"/etc/passwd")), "is a link"),
        (a_zip(*((f"{at}.txt", b"") for at in range(101))), "at most 100"),
    ],
)
def test_what_cannot_be_read(data, word):
    fault = only_fault(data)
    assert fault.kind == "unreadable"
    assert word in fault.detail
    assert "/tmp" not in fault.detail


def test_a_zip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 1_000_000)
    assert "unpacks to more" in only_fault(a_zip(("areas.shp", b"\x00" * 2_000_000))).detail


def test_a_zip_that_lies_about_its_size_is_damaged():
    honest = bytearray(a_zip(("areas.shp", b"\x00" * 5_000), ("areas.shx", b"x"), ("areas.dbf", b"x")))
    at = honest.find(b"PK\x01\x02")
    struct.pack_into("<I", honest, at + 24, 10)
    assert only_fault(bytes(honest)).kind == "unreadable"


def test_an_encrypted_zip_is_refused():
    data = bytearray(a_zip(("areas.shp", b"x")))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in only_fault(bytes(data)).detail


def test_files_larger_than_the_limit(monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 100)
    assert "at most 100" in only_fault(geojson(CITY)).detail
    monkeypatch.undo()
    monkeypatch.setattr(files, "MAX_FEATURES", 10)
    assert "more than 10 areas" in only_fault(geojson(CITY)).detail


def test_files_without_areas(tmp_path):
    assert only_fault(geojson([])).kind == "empty"
    path = written(tmp_path, ".gpkg", codes=np.array([], dtype=object), areas=[])
    assert only_fault(path.read_bytes()).kind == "empty"


def test_heights_and_missing_outlines_reach_the_check():
    areas = [*CITY[:-2], CITY[-2]._replace(geom=None), CITY[-1]._replace(geom=shapely.force_3d(CITY[-1].geom, 4.0))]
    found = read_boundaries(geojson(areas), MIXED)
    kinds = {(fault.kind, fault.code) for fault in check(found.features, [], frozenset()).faults}
    assert {("empty", CITY[-2].code), ("not-2d", CITY[-1].code)} <= kinds


def test_an_unclosed_ring_does_not_pass_unseen():
    document = json.loads(geojson(CITY))
    document["features"][-1]["geometry"]["coordinates"][0] = document["features"][-1]["geometry"]["coordinates"][0][:2]
    found = read_boundaries(json.dumps(document).encode(), MIXED)
    assert found.faults or check(found.features, [], frozenset()).faults
