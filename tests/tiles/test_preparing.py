"""Preparing the ground: what is drawn for each zoom, and when anew."""

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from app.grid import service as grid
from app.tiles import jobs
from app.tiles.service import preparing
from tests.factories.grid import a_grid


@pytest.fixture
def areas(session, now):
    return a_grid(session, now=now)


def _drawn(session, band):
    rows = session.execute(
        text(
            "SELECT code, level, cells, ST_AsBinary(geom) AS geom, ST_Covers(geom, label) AS named "
            "FROM ground_areas WHERE band = :band ORDER BY code"
        ),
        {"band": band},
    ).all()
    return rows, shapely.from_wkb(np.array([bytes(row.geom) for row in rows], dtype=object))


def test_the_ground_is_prepared(session, areas, now):
    preparing.prepare_ground(session, now=now)
    for band in range(8, 14):
        rows, geoms = _drawn(session, band)
        print(band, len(rows), shapely.get_num_coordinates(geoms).sum(), [r.named for r in rows if not r.named])
    print(session.execute(text("select * from ground_state")).all())
    road = shapely.LineString([(121.4, 31.2), (121.405, 31.205)])
    lines = [grid.BaseLine("R", k, road) for k in ("primary", "lane", None)]
    grid.replace_base_layer(session, "roads", lines, now=now)
    grid.replace_base_layer(session, "buildings", [grid.BaseLine(None, None, road.buffer(0.0002))], now=now)
    preparing.prepare_ground(session, now=now)
    print(
        session.execute(
            text("select layer, band, from_zoom, name, class, ST_AsText(geom) from ground_features order by 1,2")
        ).all()
    )
