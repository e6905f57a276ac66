"""Boundary files → features: GeoJSON, GeoPackage and zipped Shapefile, none of them trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.grid.rules.codes import Level, level_of
from app.grid.rules.faults import FaultKind, GridFault
from app.grid.rules.georeference import source_crs, to_storage
from app.grid.rules.proposal import Feature
from app.grid.service.files import Order, SourceLayer, Unreadable, as_text, layers_of, on_disk

MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read: the level of its areas (or `mixed`: by the length of each code), the declared crs
    (None: the file's own) and the columns. `fields` maps code, name, parent, land_use, management_grade to columns.
    """

    level: str
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, or the faults for which nothing could be."""

    features: list[Feature]
    faults: list[GridFault]


def read_boundaries(data: bytes, wanted: Wanted) -> Reading:
    """The areas of a boundary file in EPSG:4326."""
    try:
        with on_disk(data) as paths:
            layers = [layer for path in paths for layer in layers_of(path, data, _order(wanted))]
        return Reading(_features(layers, wanted), [])
    except Unreadable as refused:
        return Reading([], [refused.fault])


def _order(wanted: Wanted) -> Order:
    return Order("areas", None if wanted.level == MIXED else wanted.level)


def _features(layers: list[SourceLayer], wanted: Wanted) -> list[Feature]:
    systems = {layer.crs for layer in layers}
    if len(systems) > 1:
        named = ", ".join(f"{layer.name} in {layer.crs or 'an unknown system'}" for layer in layers)
        raise Unreadable(f"The layers are in different systems ({named}): export all in one.", FaultKind.WRONG_CRS)
    features: list[Feature] = []
    for layer in layers:
        features.extend(_areas(layer, wanted, len(features)))
    if not features:
        raise Unreadable("The file has no areas.", FaultKind.EMPTY)
    return features


def _areas(layer: SourceLayer, wanted: Wanted, offset: int) -> Iterator[Feature]:
    crs = source_crs(layer.crs, wanted.crs or layer.implied)
    if isinstance(crs, GridFault):
        raise Unreadable(crs.detail, FaultKind.WRONG_CRS)
    geoms = to_storage(layer.geoms, crs)
    codes = _texts(layer, wanted, "code", needed=True)
    names = _texts(layer, wanted, "name", needed="name" in wanted.fields)
    parents = _texts(layer, wanted, "parent", needed="parent" in wanted.fields)
    land_uses = _texts(layer, wanted, "land_use", needed="land_use" in wanted.fields)
    grades = _texts(layer, wanted, "management_grade", needed="management_grade" in wanted.fields)
    for row, geom in enumerate(geoms):
        code = codes[row] or ""
        told = level_of(code) if wanted.level == MIXED else Level.of(wanted.level)
        name = names[row] or code
        level = Level.CELL if told is None else told
        yield Feature(offset + row + 1, code, name, parents[row], level, land_uses[row], grades[row], geom)


def _texts(layer: SourceLayer, wanted: Wanted, name: str, *, needed: bool) -> list[str | None]:
    column = wanted.column(name)
    if column in layer.columns:
        return [as_text(value) for value in layer.columns[column].tolist()]
    if needed:
        there = ", ".join(layer.columns) or "no column at all"
        raise Unreadable(f"The file has no column “{column}” for the {name}; it has {there}: say which one it is.")
    return [None] * len(layer.geoms)
