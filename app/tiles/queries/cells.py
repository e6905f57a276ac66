"""Tiles of cells; from far, of the communities that they make up."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.tiles.queries.ground import areas_cutter, areas_stamp, shape_parameters
from app.tiles.queries.layer import Asked, Layer, VectorLayer
from app.tiles.rules.ground import CELL_LABELS_FROM, MAX_ZOOM, MIN_ZOOM, cells_level
from app.tiles.rules.tile import Tile

_FIELDS = """
    SELECT code, name,
        CASE WHEN level = 4 THEN parent_code END AS community,
        zone_code AS zone,
        CASE WHEN level < 4 THEN cells END AS cells,
        CASE WHEN level < 4 THEN true END AS aggregate
"""
_CUTTER = areas_cutter(f"""
    , outlines AS ({_FIELDS}, ST_AsMVTGeom(geom, ST_TileEnvelope(:z, :x, :y), :extent, :buffer) AS geom
        FROM shapes ORDER BY code)
    , labels AS ({_FIELDS}, ST_AsMVTGeom(label, ST_TileEnvelope(:z, :x, :y), :extent, 0) AS geom
        FROM shapes WHERE :labelled AND label && ST_TileEnvelope(:z, :x, :y) ORDER BY code)
    SELECT (SELECT ST_AsMVT(o, 'cells', :extent, 'geom') FROM outlines o)
        || (SELECT ST_AsMVT(l, 'cell_labels', :extent, 'geom') FROM labels l)
""")  # noqa: S608 -- only constants


def _cut(session: Session, asked: Asked, tile: Tile, coarseness: int) -> bytes:
    del asked
    level = cells_level(tile.z, coarseness)
    parameters = shape_parameters(tile, level, level)
    return _CUTTER.cut(session, {**parameters, "labelled": tile.z >= CELL_LABELS_FROM})


LAYER = Layer(
    name="cells",
    description="Cells with their duty zones; from far, communities with the number of their cells",
    inside=(
        VectorLayer(
            "cells",
            "Cells; below zoom 13, and where there are too many, areas that hold `cells` of them (`aggregate`)",
            {
                "code": "String",
                "name": "String",
                "community": "String",
                "zone": "String",
                "cells": "Number",
                "aggregate": "Boolean",
            },
            MIN_ZOOM,
            MAX_ZOOM,
        ),
        VectorLayer(
            "cell_labels",
            "Where the name is written",
            {"code": "String", "name": "String", "community": "String", "zone": "String"},
            CELL_LABELS_FROM,
            MAX_ZOOM,
        ),
    ),
    public=True,
    stamp=areas_stamp,
    cut=_cut,
    coarsest=4,
)
