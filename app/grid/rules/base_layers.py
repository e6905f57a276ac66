"""What may lie in a base layer: which kinds of geometry, how it is looked at row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from app.grid.rules.measure import Geometries

MOST_TEXT = 200


class BaseLayerName(StrEnum):
    """What maps draw under the grid, in the order in which they draw it."""

    WATER = "water"
    GREEN = "green"
    ROADS = "roads"
    BUILDINGS = "buildings"


# Dimensions of the geometries that a layer takes: 1 for lines, 2 for polygons.
DIMENSIONS: Mapping[BaseLayerName, frozenset[int]] = MappingProxyType(
    {
        BaseLayerName.WATER: frozenset({1, 2}),
        BaseLayerName.GREEN: frozenset({2}),
        BaseLayerName.ROADS: frozenset({1, 2}),
        BaseLayerName.BUILDINGS: frozenset({2}),
    }
)
_WORDS = {frozenset({2}): "polygons", frozenset({1, 2}): "lines or polygons"}


class RowFault(NamedTuple):
    """A row of the file, counted from 1, and what to do about it."""

    row: int
    detail: str


def shape_faults(layer: BaseLayerName, geoms: Geometries) -> list[RowFault]:
    """The rows whose geometry cannot be drawn in this layer.

    Shape: (multi)lines and (multi)polygons in EPSG:4326, or None where the file has none.
    """
    takes = DIMENSIONS[layer]
    bare = shapely.is_missing(geoms) | shapely.is_empty(geoms)
    other = ~bare & ~np.isin(shapely.get_dimensions(geoms), list(takes)) | (shapely.get_type_id(geoms) == 7)
    outside = ~bare & ~other & ~_on_earth(geoms)
    broken = ~bare & ~other & ~outside & ~shapely.is_valid(geoms)
    return sorted(
        [
            *_told(bare, "has no geometry: draw it or leave the row out"),
            *_told(other, f"{layer} takes {_WORDS[takes]}: leave the row out, or import it into another layer"),
            *_told(outside, "has coordinates that are no degrees on Earth: say in which crs the file is"),
            *(
                RowFault(row + 1, f"is not valid ({shapely.is_valid_reason(geoms[row])}): repair the geometry")
                for row in np.flatnonzero(broken).tolist()
            ),
        ]
    )


def text_faults(name: str, column: str, texts: Sequence[str | None]) -> list[RowFault]:
    """The rows whose name or class is too long to be one."""
    long = f"{name}, from the column “{column}”, has more than {MOST_TEXT} characters: shorten it"
    return [RowFault(row + 1, long) for row, text in enumerate(texts) if text is not None and len(text) > MOST_TEXT]


def _told(wrong: NDArray[np.bool_], detail: str) -> list[RowFault]:
    return [RowFault(row + 1, detail) for row in np.flatnonzero(wrong).tolist()]


def _on_earth(geoms: Geometries) -> Any:
    west, south, east, north = shapely.bounds(geoms).T
    with np.errstate(invalid="ignore"):
        return (west >= -180) & (east <= 180) & (south >= -85.06) & (north <= 85.06)
