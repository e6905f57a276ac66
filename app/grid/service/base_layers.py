"""Base layers, which maps draw under the grid: out of a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.core import audit
from app.core.errors import Fault
from app.grid.errors import BadBaseLayer
from app.grid.queries import base_layers
from app.grid.queries.base_layers import NewFeature
from app.grid.rules.base_layers import BaseLayerName, RowFault, shape_faults, text_faults
from app.grid.rules.faults import GridFault
from app.grid.rules.georeference import source_crs, to_storage
from app.grid.rules.measure import Geometries
from app.grid.service.files import Order, SourceLayer, Unreadable, as_text, layers_of, on_disk

# More than this tells nobody anything new; the answer says how many there are.
MOST_FAULTS = 200
MOST_NAME = 200


class BaseLine(NamedTuple):
    """A road, river, park or building; `geom` in EPSG:4326, (longitude, latitude)."""

    name: str | None
    class_: str | None
    geom: Any


@dataclass(frozen=True, slots=True)
class BaseOrder:
    """How a file is to be read into a base layer: its crs (None: the file's own), the columns of names and classes
    (None: `name` and `class`, where it has them), and whether it takes the place of what is there.
    """

    layer: BaseLayerName
    crs: str | None = None
    name_column: str | None = None
    class_column: str | None = None
    replace: bool = False


def read_base_layer(data: bytes, order: BaseOrder) -> list[NewFeature]:
    """The features of a file; changes nothing.

    Raises: BadBaseLayer with every row that cannot be taken.
    """
    try:
        with on_disk(data) as paths:
            # Of a file with several layers the one that is named after the base layer: road, roads, water …
            wanted = Order("features", order.layer.removesuffix("s"))
            found = [layer for path in paths for layer in layers_of(path, data, wanted)]
        return _features(_only(found, order), order)
    except Unreadable as refused:
        raise BadBaseLayer(refused.fault.detail, faults=[Fault("/file", refused.fault.detail)]) from refused


def _only(found: Sequence[SourceLayer], order: BaseOrder) -> SourceLayer:
    if len(found) != 1:
        raise Unreadable(f"The file holds {len(found)} layers: keep the one that holds the {order.layer}.")
    return found[0]


def _features(found: SourceLayer, order: BaseOrder) -> list[NewFeature]:
    names = _texts(found, "name", order.name_column)
    classes = _texts(found, "class", order.class_column)
    geoms = _located(found, order)
    faults = [
        *shape_faults(order.layer, geoms),
        *text_faults("name", order.name_column or "name", names),
        *text_faults("class", order.class_column or "class", classes),
    ]
    if faults:
        raise _refusal(faults, len(geoms))
    return [NewFeature(*row) for row in zip(names, classes, shapely.to_wkb(geoms), strict=True)]


def _located(found: SourceLayer, order: BaseOrder) -> Geometries:
    crs = source_crs(found.crs, order.crs or found.implied)
    if isinstance(crs, GridFault):
        raise Unreadable(crs.detail)
    if not len(found.geoms):
        raise Unreadable("The file has no features.")
    flat: Geometries = shapely.force_2d(np.asarray(found.geoms, dtype=object))
    return to_storage(flat, crs)


def _texts(found: SourceLayer, what: str, column: str | None) -> list[str | None]:
    if (column or what) in found.columns:
        return [as_text(value) for value in found.columns[column or what].tolist()]
    if column is not None:
        there = ", ".join(found.columns) or "no column at all"
        raise Unreadable(f"The file has no column “{column}” for the {what}; it has {there}: say which one it is.")
    return [None] * len(found.geoms)


def _refusal(faults: Sequence[RowFault], rows: int) -> BadBaseLayer:
    first = min(faults)
    detail = f"{len(faults)} faults in {rows} rows, the first in row {first.row}, which {first.detail}."
    told = [Fault(f"/file/{row}", text) for row, text in sorted(faults)[:MOST_FAULTS]]
    return BadBaseLayer(detail, faults=told, count=len(faults))


def import_base_layer(
    session: Session,
    order: BaseOrder,
    features: Sequence[NewFeature],
    *,
    source: str,
    now: datetime,
    actor_id: UUID | None = None,
) -> dict[str, Any]:
    """Add features to a base layer, or let them take the place of those that are there; the layer as it is then."""
    there = base_layers.lock_layer(session, order.layer)
    kept = 0 if order.replace else there
    if order.replace:
        base_layers.clear(session, order.layer)
    base_layers.add(session, order.layer, features)
    base_layers.changed(session, order.layer, kept + len(features), source[:MOST_NAME], now)
    detail = {"added": len(features), "removed": there - kept, "source": source[:MOST_NAME]}
    _note(session, "import", order.layer, detail, actor_id, now)
    (row,) = base_layers.layers(session, order.layer)
    return row._asdict()


def clear_base_layer(session: Session, layer: BaseLayerName, *, now: datetime, actor_id: UUID | None = None) -> int:
    """Remove everything from a base layer; how many features there were."""
    removed = base_layers.lock_layer(session, layer)
    base_layers.clear(session, layer)
    base_layers.changed(session, layer, 0, None, now)
    _note(session, "clear", layer, {"removed": removed}, actor_id, now)
    return removed


def replace_base_layer(session: Session, layer: str, features: Iterable[BaseLine], *, now: datetime) -> None:
    """Give the base layer roads, water, green or buildings these features instead of its own."""
    rows = [NewFeature(one.name, one.class_, shapely.to_wkb(one.geom)) for one in features]
    base_layers.lock_layer(session, layer)
    base_layers.clear(session, layer)
    base_layers.add(session, layer, rows)
    base_layers.changed(session, layer, len(rows), None, now)


def _note(
    session: Session, deed: str, layer: BaseLayerName, detail: dict[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    action, subject = f"base_layer.{deed}", f"base_layer:{layer}"
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)
