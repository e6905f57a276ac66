"""Outlines for zooms: whatever the city looks like, no sliver opens and parents follow their children."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from app.grid.rules.codes import LENGTHS, Level, parent_code
from app.tiles.rules.outlines import Surveyed, bands, label_points, matched, simplified
from tests.factories.grid import made_city

TO_MAP = Transformer.from_crs(4326, 3857, always_xy=True)
LEVELS = {length: level for level, lengths in LENGTHS.items() for length in lengths}


def winding(one, other, height):
    """The corners between two, the same whichever comes first."""
    (x, y), (to_x, to_y) = sorted((one, other))
    ways = [(at / 7, height * math.sin(2 * math.pi * at / 7 + x * 1e5)) for at in range(1, 7)]
    between = [(x + (to_x - x) * t - (to_y - y) * w, y + (to_y - y) * t + (to_x - x) * w) for t, w in ways]
    return between if one < other else between[::-1]


def wavy(geoms, height):
    """The same areas with winding borders; what two of them share winds the same way for both."""
    rings = [list(geom.exterior.coords) for geom in geoms]
    return [
        shapely.Polygon(np.round([p for a, b in pairwise(ring) for p in (a, *winding(a, b, height))], 7))
        for ring in rings
    ]


def surveyed(*, seed=1, side=3, communities=2, height=0.05):
    made = made_city(seed=seed, side=side, communities=communities)
    cells = [area for area in made if len(area.code) == 15]
    geoms = dict(zip((area.code for area in cells), wavy([area.geom for area in cells], height), strict=True))
    for level in (12, 9, 6, 4):
        for area in made:
            if len(area.code) == level:
                below = [geom for code, geom in geoms.items() if parent_code(code) == area.code]
                geoms[area.code] = shapely.coverage_union_all(below)
    codes = sorted(geoms)
    outlines = shapely.transform(
        np.array([geoms[code] for code in codes], dtype=object),
        lambda points: np.column_stack(TO_MAP.transform(points[:, 0], points[:, 1])),
    )
    levels = np.array([int(LEVELS[len(code)]) for code in codes])
    return Surveyed(codes, levels, [parent_code(code) for code in codes], outlines)


def corners(geom):
    return {tuple(corner) for corner in shapely.get_coordinates(geom)}


def has_no_sliver(geoms):
    """Neighbours share their edges corner for corner, and together they cover exactly what each covers."""
    together = shapely.union_all(geoms)
    return shapely.coverage_is_valid(geoms) and together.area == pytest.approx(shapely.area(geoms).sum(), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    side=st.integers(1, 5),
    communities=st.integers(1, 4),
    height=st.floats(0, 0.06, allow_nan=False),
)
def test_neighbours_share_borders_and_parents_follow_children(seed, side, communities, height):
    areas = surveyed(seed=seed, side=side, communities=communities, height=height)
    for drawn in bands(areas):
        assert shapely.is_valid(drawn.geoms).all()
        shown = dict(zip((areas.codes[row] for row in drawn.rows), drawn.geoms, strict=True))
        for level in {int(areas.levels[row]) for row in drawn.rows}:
            same = [geom for row, geom in zip(drawn.rows, drawn.geoms, strict=True) if areas.levels[row] == level]
            assert has_no_sliver(np.array(same, dtype=object)), (drawn.band, level)
        for code, geom in shown.items():
            children = [child for other, child in shown.items() if parent_code(other) == code]
            if children:
                assert geom.symmetric_difference(shapely.union_all(children)).area < 1e-6
                assert corners(geom) <= {corner for child in children for corner in corners(child)}


def test_far_zooms_have_fewer_corners_and_no_cells():
    areas = surveyed(side=5, communities=3)
    drawn = {one.band: one for one in bands(areas)}
    counts = {band: int(shapely.get_num_coordinates(one.geoms).sum()) for band, one in drawn.items()}
    assert [*drawn] == [8, 9, 10, 11, 12, 13]
    assert counts[8] <= counts[9] <= counts[10] <= counts[11] <= counts[12] < counts[13]
    assert all((areas.levels[drawn[band].rows] < Level.CELL).all() for band in range(8, 13))
    assert len(drawn[13].rows) == len(areas.codes)


@pytest.mark.parametrize("off_m", [0.0, 1e-9, -1e-9, 1e-5, -1e-5])
def test_corners_that_meet_an_edge_of_the_neighbour_open_no_sliver(off_m):
    """Two areas beside one whose edge is straight where they meet: exact but for rounding, as surveyors hand it in."""
    rng = np.random.default_rng(7)
    bends = [(100 + float(x), float(y)) for x, y in zip(rng.uniform(-3, 3, 9), range(10, 100, 10), strict=True)]
    (x, y), (to_x, to_y) = bends[3:5]
    meet = ((x + to_x) / 2 + off_m, (y + to_y) / 2)
    geoms = np.array(
        [
            shapely.Polygon([(0, 0), (100, 0), *bends, (100, 100), (0, 100)]),
            shapely.Polygon([(100, 0), *bends[:4], meet, (200, meet[1]), (200, 0)]),
            shapely.Polygon([meet, *bends[4:], (100, 100), (200, 100), (200, meet[1])]),
        ],
        dtype=object,
    )
    assert not shapely.coverage_is_valid(geoms, gap_width=0.01)
    simple = simplified(matched(geoms), 8.0)
    assert has_no_sliver(simple)
    assert shapely.get_num_interior_rings(shapely.union_all(simple)) == 0
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(geoms).sum()


def test_a_street_without_communities_is_drawn_as_it_is():
    areas = surveyed()
    keep = [row for row, code in enumerate(areas.codes) if len(code) < 12 or not code.startswith("310102")]
    part = Surveyed(
        [areas.codes[row] for row in keep],
        areas.levels[keep],
        [areas.parents[row] for row in keep],
        areas.geoms[keep],
    )
    far = next(bands(part))
    assert [part.codes[row] for row in far.rows] == [code for code in part.codes if len(code) < 15]
    assert shapely.is_valid(far.geoms).all()


def test_no_city_is_drawn_as_nothing():
    nothing = Surveyed([], np.empty(0, dtype=np.int64), [], np.empty(0, dtype=object))
    assert [len(drawn.rows) for drawn in bands(nothing)] == [0] * 6
    assert len(label_points(nothing)) == 0


def test_names_are_written_inside():
    areas = surveyed(height=0.06)
    assert shapely.covers(areas.geoms, label_points(areas)).all()


def test_cells_are_counted_at_every_level():
    areas = surveyed(side=3, communities=2)
    counts = dict(zip(areas.codes, areas.cell_counts(), strict=True))
    assert (counts["3101"], counts["310101"], counts["310101001001"], counts["310101001001001"]) == (36, 18, 9, 0)


def test_the_digest_is_of_the_outlines_alone():
    areas = surveyed()
    back = list(range(len(areas.codes)))[::-1]
    turned = Surveyed(
        [areas.codes[row] for row in back], areas.levels[back], [areas.parents[row] for row in back], areas.geoms[back]
    )
    moved = areas.geoms.copy()
    moved[3] = shapely.transform(moved[3], lambda points: points + 0.01)
    assert turned.digest() == areas.digest()
    assert Surveyed(areas.codes, areas.levels, areas.parents, moved).digest() != areas.digest()
