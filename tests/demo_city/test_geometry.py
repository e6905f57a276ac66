"""The committed demo city is what it promises to be."""

import hashlib
import itertools
import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from app.cli.demo_city.cutting import divide, shares
from app.cli.demo_city.hierarchy import ROW_HEIGHTS, reading_order
from app.cli.demo_city.make import SEED, make_demo

DATA = Path(__file__).parents[2] / "grid_data"
LEVELS = ("city", "districts", "streets", "communities", "cells")
COUNTS = {"city": 1, "districts": 5, "streets": 20, "communities": 120, "cells": 2283}
LENGTHS = {"city": 4, "districts": 6, "streets": 9, "communities": 12, "cells": 15}


def features(name):
    return json.loads((DATA / f"{name}.geojson").read_text(encoding="utf-8"))["features"]


@pytest.fixture(scope="module")
def areas():
    return {
        level: {f["properties"]["code"]: (f["properties"], shape(f["geometry"])) for f in features(level)}
        for level in LEVELS
    }


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_a_seamless_coverage_of_simple_polygons(areas, level):
    polygons = [polygon for _, polygon in areas[level].values()]
    assert len(polygons) == COUNTS[level]
    assert all(polygon.is_valid and not polygon.interiors for polygon in polygons)
    assert shapely.coverage_is_valid(polygons)


@pytest.mark.parametrize(("upper", "lower"), list(itertools.pairwise(LEVELS)))
def test_an_upper_area_is_the_union_of_its_lower_ones(areas, upper, lower):
    for code, (_, polygon) in areas[upper].items():
        parts = [part for child, (_, part) in areas[lower].items() if child.startswith(code)]
        union = shapely.coverage_union_all(parts)
        assert union.normalize().equals(polygon.normalize())
        assert {tuple(p) for p in shapely.get_coordinates(polygon)} <= {
            tuple(p) for part in parts for p in shapely.get_coordinates(part)
        }


@pytest.mark.parametrize("level", LEVELS)
def test_codes_have_their_length_start_with_their_parents_and_count_from_one(areas, level):
    by_parent = {}
    for code, (properties, _) in areas[level].items():
        assert len(code) == LENGTHS[level]
        if level != "city":
            assert code.startswith(properties["parent"])
            by_parent.setdefault(properties["parent"], []).append(int(code[len(properties["parent"]) :]))
    assert all(sorted(serials) == list(range(1, len(serials) + 1)) for serials in by_parent.values())


def test_serials_run_west_to_east_then_north_to_south(areas):
    for community in areas["communities"]:
        cells = [(code, polygon) for code, (_, polygon) in sorted(areas["cells"].items()) if code.startswith(community)]
        assert reading_order([polygon for _, polygon in cells], ROW_HEIGHTS["cell"]) == list(range(len(cells)))


def test_sizes_are_those_of_a_real_grid(areas):
    sizes = np.array([properties["area_m2"] for properties, _ in areas["cells"].values()])
    assert 22_800_000 < sizes.sum() < 23_200_000
    assert 9_000 < np.median(sizes) < 11_000
    assert sizes.min() > 4_000
    assert sizes.max() < 30_000
    rectangles = shapely.minimum_rotated_rectangle([polygon for _, polygon in areas["cells"].values()])
    assert shapely.area(rectangles).min() > 0


def test_names_are_unique_within_their_level(areas):
    for level in ("districts", "streets", "communities", "cells"):
        names = [properties["name"] for properties, _ in areas[level].values()]
        assert len(set(names)) == len(names)


def test_base_layers_lie_in_the_city(areas):
    city = areas["city"]["9901"][1].buffer(1e-5)
    for layer in ("roads", "water", "green", "buildings"):
        shapes = [shape(f["geometry"]) for f in features(f"base/{layer}")]
        assert shapes
        assert all(item.is_valid for item in shapes)
        assert all(city.contains(item) for item in shapes)


def test_buildings_stand_in_one_cell_each(areas):
    cells = [polygon for _, polygon in areas["cells"].values()]
    tree = shapely.STRtree(cells)
    for item in features("base/buildings"):
        houses = shape(item["geometry"])
        assert len(tree.query(houses, predicate="within")) == 1


def test_checksums_are_those_of_the_files():
    for line in (DATA / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name


def test_the_data_is_small():
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) <= 3_000_000


@pytest.mark.slow
def test_the_same_seed_writes_the_same_bytes(tmp_path):
    make_demo(tmp_path, SEED)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(written) >= 10
    for name in written:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_shares_are_whole_and_add_up():
    assert shares(10, [1.0, 1.0, 1.0]) == [4, 3, 3]
    assert shares(7, [100.0, 1.0], least=2) == [5, 2]
    with pytest.raises(ValueError, match="cannot be shared"):
        shares(3, [1.0, 1.0], least=2)


def test_a_block_is_divided_into_parts_of_the_wanted_sizes():
    block = shapely.box(0, 0, 300, 200)
    parts, cuts = divide(block, [1.0, 2.0, 1.0, 2.0], Random(1))
    assert [round(part.area / block.area, 3) for part in parts] == [0.167, 0.333, 0.167, 0.333]
    assert [cut.parts for cut in cuts] == [4, 2, 2]
    assert shapely.union_all(parts).area == pytest.approx(block.area)
