"""Point → place, from an index in memory that follows the grid's stamp."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.grid.errors import AreaName, UnknownArea
from app.grid.queries import live
from app.grid.rules.index import GridIndex, Located, Place

# Two, because requests that began before an import is committed still see the grid before it.
_KEPT = 2
_indexes: OrderedDict[str, GridIndex] = OrderedDict()
_building = Lock()


class Successor(NamedTuple):
    """A live area that took over ground of a retired one; `share` of 1 is all of it."""

    code: str
    name: str
    share: float


def index(session: Session) -> GridIndex:
    """The index of the grid that this session sees; built anew when the grid changed.

    One statement when it is in memory, two when it has to be built.
    """
    stamp = live.state(session).stamp
    found = _indexes.get(stamp)
    return found if found is not None else _build(session, stamp)


def _build(session: Session, stamp: str) -> GridIndex:
    with _building:
        if stamp not in _indexes:
            _indexes[stamp] = GridIndex(live.live_areas(session))
            while len(_indexes) > _KEPT:
                _indexes.popitem(last=False)
        return _indexes[stamp]


def locate(session: Session, lon: float, lat: float) -> Place:
    """Where a point lies.

    Units:  degrees, WGS 84, (longitude, latitude).
    Raises: OutsideCity; GridGap, whose `areas` are those that do hold the point.
    Source: domain.md §1: a point on a shared edge goes to the lowest code.
    """
    return index(session).locate(lon, lat)


def locate_many(session: Session, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> Located:
    """The cells of many points, in their order.

    Shape:  two float arrays of equal length.
    Units:  degrees, WGS 84, (longitudes, latitudes).
    """
    return index(session).locate_many(lons, lats)


def chain(session: Session, code: str) -> list[AreaName]:
    """An area, live or retired, with all areas above it, city first.

    Raises: UnknownArea.
    """
    known = index(session).chain(code)
    areas = list(known) if known is not None else live.chain(session, code)
    if not areas:
        raise UnknownArea(f"There never was an area with the code {code}.")
    return areas


def successors(session: Session, code: str) -> list[Successor]:
    """The live areas on the ground of a retired one, largest share first; empty for a live or unknown area."""
    return [Successor(row.code, row.name, row.share) for row in live.successors(session, code)]
