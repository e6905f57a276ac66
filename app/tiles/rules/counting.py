"""Counting what somebody may see: those that rest by sums, what changed since taken off, those that move added."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.tiles.rules.buckets import Buckets
from app.tiles.rules.ledger import Ledger
from app.tiles.rules.points import GROUP_ZOOM, Base, Chosen, Points, Sums, in_tile, joined, sums
from app.tiles.rules.tile import Tile


@dataclass(frozen=True, slots=True)
class Seen:
    """The points that somebody sees and asked for, each of one of so many `kinds`.

    Shape: of the ledger's base those that `chosen` (None: none of them), all of the kind `resting`; `others` have their
           kind in a column. `key` names the choice, so that sums are made once for it.
    """

    ledger: Ledger
    chosen: Chosen | None
    key: Hashable
    others: Points
    kinds: int
    resting: int

    @property
    def gone(self) -> Points:
        """Points of the base that were chosen and hold no longer."""
        rows = self.ledger.base.points.taken(self.ledger.gone)
        return rows.taken(self.chosen.mask(rows)) if self.chosen is not None else rows.taken(slice(0, 0))

    @property
    def sums(self) -> Sums:
        assert self.chosen is not None, "only what is chosen has sums"
        chosen = self.chosen
        return self.ledger.remembered(("sums", self.key), lambda: sums(self.ledger.base, chosen))


def counted(seen: Seen, tile: Tile, bits: int) -> Buckets:
    """How many points of each kind lie in the squares of a tile, 2 to the power of ``bits`` to each side."""
    found = Buckets.empty(tile, bits, seen.kinds)
    moving = seen.others.taken(in_tile(seen.others, tile))
    found.add(moving["x"], moving["y"], moving["kind"])
    if seen.chosen is None or not len(seen.ledger.base):
        return found
    if found.level <= GROUP_ZOOM:
        found.add_groups(seen.ledger.base, seen.sums, seen.resting)
        gone = seen.gone
        gone = gone.taken(in_tile(gone, tile))
        found.add(gone["x"], gone["y"], np.full(len(gone), seen.resting), sign=-1)
        return found
    resting = resting_in(seen, tile)
    found.add(resting["x"], resting["y"], np.full(len(resting), seen.resting))
    return found


def resting_in(seen: Seen, tile: Tile) -> Points:
    """The chosen points of the base that lie in a tile, one by one."""
    base: Base = seen.ledger.base
    if seen.chosen is None or not len(base):
        return base.points.taken(slice(0, 0))
    rows = base.rows_in(tile)
    points = base.points.taken(rows)
    mask = seen.ledger.alive(rows) & seen.chosen.mask(points)
    if tile.z > GROUP_ZOOM:
        mask &= in_tile(points, tile)
    return points.taken(mask)


def points_in(seen: Seen, tile: Tile) -> Points:
    """All seen points of a tile, one by one, with their kind."""
    resting = resting_in(seen, tile)
    kind = np.full(len(resting), seen.resting, np.uint8)
    with_kind = Points({**resting.columns, "kind": kind})
    return joined([with_kind, seen.others.taken(in_tile(seen.others, tile))])


def alone(seen: Seen, found: Buckets) -> tuple[NDArray[np.int64], Points]:
    """The squares that hold a single point, and these points in the same order."""
    squares = np.flatnonzero(found.counts.sum(axis=1) == 1)
    moving = seen.others.taken(in_tile(seen.others, found.tile))
    places = found.squares_of(moving["x"], moving["y"])
    mine = np.isin(places, squares)
    resting = _resting_alone(seen, found, np.setdiff1d(squares, places[mine]))
    points = joined([resting, moving.taken(mine)])
    order = np.argsort(found.squares_of(points["x"], points["y"]), kind="stable")
    return squares, points.taken(order)


def _resting_alone(seen: Seen, found: Buckets, squares: NDArray[np.int64]) -> Points:
    base = seen.ledger.base
    if seen.chosen is None or not len(base):
        points = base.points.taken(slice(0, 0))
    elif found.level > GROUP_ZOOM:
        points = resting_in(seen, found.tile)
        points = points.taken(np.isin(found.squares_of(points["x"], points["y"]), squares))
    else:
        rows = base.rows_of(found.level, *found.places(squares))
        rows = rows[~np.isin(rows, seen.ledger.gone)]
        points = base.points.taken(rows)
        points = points.taken(seen.chosen.mask(points))
    return Points({**points.columns, "kind": np.full(len(points), seen.resting, np.uint8)})


def by_code(seen: Seen, column: str) -> NDArray[np.int64]:
    """How many points of each kind have each code of a column. Shape: a row for each code that there is by now."""
    size = len(seen.ledger.codes[column].values)
    found = np.zeros((size, seen.kinds), np.int64)
    moving = np.bincount(seen.others[column].astype(np.int64) * seen.kinds + seen.others["kind"], minlength=found.size)
    found += moving.reshape(found.shape)
    if seen.chosen is not None and len(seen.ledger.base):
        chosen, base = seen.chosen, seen.ledger.base

        def of_base() -> Any:
            return np.bincount(base.points[column][chosen.mask(base.points)])

        resting = seen.ledger.remembered(("codes", column, seen.key), of_base)
        found[: len(resting), seen.resting] += resting
        found[:, seen.resting] -= np.bincount(seen.gone[column], minlength=size)
    return found
