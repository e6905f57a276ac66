"""Ground tiles with their geometries, as GDAL places them; and what a tile is made of, by its bytes."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyogrio
import shapely

from app.tiles.rules.tile import Tile


class Layer(NamedTuple):
    """One layer of a tile: rows of properties without those that are missing, and their geometries in EPSG:3857."""

    rows: list[dict[str, Any]]
    geoms: Any

    def where(self, **wanted: Any) -> Any:
        """The geometries of the rows with these properties."""
        fits = [all(row.get(name) == value for name, value in wanted.items()) for row in self.rows]
        return self.geoms[np.array(fits, dtype=bool)]


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """The tile that holds a point in degrees."""
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(zoom, int((lon + 180) / 360 * side), int(y * side))


def decoded(data: bytes, tile: Tile) -> dict[str, Layer]:
    """A tile's layers, by GDAL, which takes the place from the name of the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, str(tile.z), str(tile.x), f"{tile.y}.mvt")
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        names = [str(name) for name, _ in pyogrio.list_layers(f"MVT:{path}")]
        return {name: _layer(f"MVT:{path}", name) for name in names}


def _layer(path: str, name: str) -> Layer:
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=name)
    assert "3857" in meta["crs"]
    fields = [(str(field), column.tolist()) for field, column in zip(meta["fields"], columns, strict=True)]
    rows = [
        {field: column[at] for field, column in fields if column[at] is not None and column[at] == column[at]}
        for at in range(len(wkb))
    ]
    return Layer(rows, shapely.from_wkb(wkb))


class Raw(NamedTuple):
    """A layer of a tile by its bytes."""

    name: str
    version: int
    extent: int
    features: int


def layers_of(data: bytes) -> list[Raw]:
    """What the bytes of a tile say; fails where they are no tile.

    Source: Mapbox Vector Tile Specification 2.1, §4.
    """
    found = []
    for number, value in _fields(data):
        assert number == 3, "a tile holds layers and nothing else"
        layer = list(_fields(value))
        (name,) = [value.decode() for number, value in layer if number == 1]
        (version,) = [value for number, value in layer if number == 15]
        (extent,) = [value for number, value in layer if number == 5]
        found.append(Raw(name, version, extent, sum(number == 2 for number, _ in layer)))
    return found


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        assert kind in {0, 2}, f"wire type {kind}"
        value, at = _varint(data, at)
        if kind == 2:
            assert at + value <= len(data), "cut off"
            yield key >> 3, data[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value, at, shift = value | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return value, at
