"""A dirty boundary file in, a mended one out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import shapely

from app.grid.rules.faults import GridFault
from app.grid.rules.proposal import Feature
from app.grid.rules.repairing import TOLERANCE_M, Repair, repair
from app.grid.service.reading import Wanted, read_boundaries


def repair_file(data: bytes, wanted: Wanted, *, tolerance_m: float = TOLERANCE_M) -> tuple[Repair, list[GridFault]]:
    """Mend a boundary file; the faults are those for which it could not be read at all.

    Units: `tolerance_m`: how far an edge may move, metres.
    """
    reading = read_boundaries(data, wanted)
    return repair(reading.features, tolerance_m=tolerance_m), reading.faults


def write_areas(features: Sequence[Feature], target: Path) -> None:
    """Write areas as GeoJSON, or as GeoPackage where the name ends in .gpkg.

    Shape:  EPSG:4326, (longitude, latitude); columns code, name, parent, land_use, management_grade.
    Raises: OSError when the place cannot be written.
    """
    if target.suffix.lower() == ".gpkg":
        _write_geopackage(features, target)
    else:
        target.write_bytes(orjson.dumps(_collection(features)))


def _columns(feature: Feature) -> dict[str, Any]:
    return {
        "code": feature.code,
        "name": feature.name,
        "parent": feature.parent,
        "land_use": feature.land_use,
        "management_grade": feature.management_grade,
    }


def _collection(features: Sequence[Feature]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {name: value for name, value in _columns(feature).items() if value is not None},
                "geometry": shapely.geometry.mapping(feature.geom),
            }
            for feature in features
        ],
    }


def _write_geopackage(features: Sequence[Feature], target: Path) -> None:
    rows = [_columns(feature) for feature in features]
    names = list(rows[0]) if rows else ["code"]
    outlines = [shapely.multipolygons(shapely.get_parts(feature.geom)) for feature in features]
    pyogrio.raw.write(
        target,
        shapely.to_wkb(np.array(outlines, dtype=object)),
        [np.array([row[name] for row in rows], dtype=object) for name in names],
        names,
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
        layer="areas",
    )
