"""Tiles as GDAL reads them."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import pyogrio
from pyogrio.raw import read


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a point in degrees."""
    side = 2**zoom
    sine = math.sin(math.radians(lat))
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return int((lon + 180) / 360 * side), int(y * side)


def features(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """What a tile holds, by layer; properties that a feature lacks are left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    if not data:
        return found
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tile.mvt"
        path.write_bytes(data)
        for name, _ in pyogrio.list_layers(path):
            meta, _, _, columns = read(path, layer=name)
            fields = list(meta["fields"])
            rows = zip(*columns, strict=True) if columns else []
            found[name] = [
                {field: _plain(value) for field, value in zip(fields, row, strict=True) if not _nothing(value)}
                for row in rows
            ]
    return found


def _nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value
