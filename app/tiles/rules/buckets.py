"""Squares of a tile in which points are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.tiles.rules.points import GROUP_ZOOM, WORLD_BITS, Base, Sums
from app.tiles.rules.tile import EXTENT, HALF_M, Tile, to_degrees

Numbers = NDArray[Any]


@dataclass(slots=True)
class Buckets:
    """Counts by kind in the squares of a tile, `side` of them to each side, row by row from the north-west."""

    tile: Tile
    bits: int
    counts: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @classmethod
    def empty(cls, tile: Tile, bits: int, kinds: int) -> Buckets:
        """Nothing counted yet, in squares of 2 to the power of `bits` to each side."""
        squares = 1 << (2 * bits)
        return cls(tile, bits, np.zeros((squares, kinds), np.int64), np.zeros(squares), np.zeros(squares))

    @property
    def level(self) -> int:
        """The zoom whose tiles are these squares."""
        return self.tile.z + self.bits

    def squares_of(self, x: Numbers, y: Numbers) -> NDArray[np.int64]:
        """The squares in which places of the tile lie."""
        shift = np.uint32(WORLD_BITS - self.level)
        column = (x >> shift).astype(np.int64) - (self.tile.x << self.bits)
        row = (y >> shift).astype(np.int64) - (self.tile.y << self.bits)
        square: NDArray[np.int64] = (row << self.bits) + column
        return square

    def add(self, x: Numbers, y: Numbers, kind: Numbers, sign: int = 1) -> None:
        """Count points that lie in the tile, or with -1 take them out again."""
        squares = self.squares_of(x, y)
        size, kinds = self.counts.shape
        self.counts += sign * np.bincount(squares * kinds + kind, minlength=size * kinds).reshape(size, kinds)
        self.x += sign * np.bincount(squares, x, size)
        self.y += sign * np.bincount(squares, y, size)

    def add_groups(self, base: Base, found: Sums, kind: int) -> None:
        """Count the wanted points of the groups in the tile; a square is at least as wide as a group."""
        low, high = base.groups_in(self.tile)
        shift = GROUP_ZOOM - self.level
        column = (base.gx[low:high] >> shift) - (self.tile.x << self.bits)
        row = (base.gy[low:high] >> shift) - (self.tile.y << self.bits)
        squares, size = (row << self.bits) + column, len(self.x)
        self.counts[:, kind] += np.bincount(squares, found.count[low:high], size).astype(np.int64)
        self.x += np.bincount(squares, found.x[low:high], size)
        self.y += np.bincount(squares, found.y[low:high], size)

    @property
    def used(self) -> NDArray[np.int64]:
        """The squares in which there is something."""
        return np.flatnonzero(self.counts.sum(axis=1))

    def middles(self, squares: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
        """Where the points of squares lie on the average. Units: 1/4096 of the tile, from its north-west."""
        count = self.counts[squares].sum(axis=1)
        return on_tile(self.tile, self.x[squares] / count, self.y[squares] / count)

    def places(self, squares: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Squares as tiles of their own zoom: columns from the west, rows from the north."""
        column = (self.tile.x << self.bits) + (squares & ((1 << self.bits) - 1))
        return column, (self.tile.y << self.bits) + (squares >> self.bits)

    def boxes(self, squares: NDArray[np.int64]) -> list[str]:
        """West, south, east, north of squares, with commas between them. Units: degrees, WGS 84."""
        side, edges = 2 * HALF_M / (1 << self.level), range((1 << self.bits) + 1)
        west, north = (begin << self.bits for begin in (self.tile.x, self.tile.y))
        # Each edge is written once, for the squares on both sides of it.
        lon = [f"{to_degrees(((west + edge) * side - HALF_M, 0, 0, 0))[0]:.6f}" for edge in edges]
        lat = [f"{to_degrees((0, HALF_M - (north + edge) * side, 0, 0))[1]:.6f}" for edge in edges]
        mask = (1 << self.bits) - 1
        places = ((square & mask, square >> self.bits) for square in squares.tolist())
        return [f"{lon[x]},{lat[y + 1]},{lon[x + 1]},{lat[y]}" for x, y in places]


def on_tile(tile: Tile, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Places in the square of the world as places on the tile. Units: 1/4096 of the tile, from its north-west."""
    side = float(1 << (WORLD_BITS - tile.z))
    return tuple(  # type: ignore[return-value]
        np.clip(np.floor((part - begin * side) / side * EXTENT), 0, EXTENT - 1).astype(np.int64)
        for part, begin in ((x.astype(np.float64), tile.x), (y.astype(np.float64), tile.y))
    )
