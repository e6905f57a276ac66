"""Points of a city as columns in memory: a million of them are narrowed and counted in hundredths of a second.

Places are whole numbers in the square of EPSG:3857, 2³² units to its side, x from the west and y from the north, so
that a point lies in one tile of every zoom and never in two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.tiles.rules.tile import Tile

Column: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]

WORLD_BITS = 32
# Points are put in groups of the tiles of this zoom, an eighth of a kilometre wide: sums over groups answer every
# zoom at which a bucket is at least as wide.
GROUP_ZOOM = 18
_SHIFT = WORLD_BITS - GROUP_ZOOM
# Rows for which there is room at first; memory that is not written to costs nothing.
_ROOM = 1 << 20


def to_world(lon: Column, lat: Column) -> tuple[Column, Column]:
    """Places of degrees (WGS 84) in the square; what lies beyond its edge is put on the edge.

    Example:
        >>> [int(one[0]) for one in to_world(np.array([0.0]), np.array([0.0]))] == [1 << 31, 1 << 31]
        True
    """
    sine = np.sin(np.radians(np.clip(lat, -89.0, 89.0)))
    x = (lon + 180.0) / 360.0
    y = 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * np.pi)
    most = 2.0**WORLD_BITS - 1
    return tuple(np.clip(np.floor(part * 2.0**WORLD_BITS), 0, most).astype(np.uint32) for part in (x, y))  # type: ignore[return-value]


def interleaved(x: Column, y: Column) -> NDArray[np.int64]:
    """The place of groups in an order in which every tile of a lower zoom is one stretch (Morton's)."""
    code = np.zeros(len(x), np.int64)
    for bit in range(GROUP_ZOOM):
        code |= ((x.astype(np.int64) >> bit) & 1) << (2 * bit)
        code |= ((y.astype(np.int64) >> bit) & 1) << (2 * bit + 1)
    return code


@dataclass(frozen=True, slots=True)
class Points:
    """Columns of equal length by name; `x`, `y` and `key` are always there."""

    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.columns["key"])

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def taken(self, which: Any) -> Points:
        """Some of the points: a mask, numbers or a slice."""
        return Points({name: column[which] for name, column in self.columns.items()})

    def without(self, *names: str) -> Points:
        return Points({name: column for name, column in self.columns.items() if name not in names})


def joined(many: Iterable[Points]) -> Points:
    """All points of several sets, in the columns that all of them have."""
    sets = list(many)
    names = set.intersection(*(set(one.columns) for one in sets))
    return Points({name: np.concatenate([one[name] for one in sets]) for name in sets[0].columns if name in names})


class Gathered:
    """Points that are put together piece by piece.

    Each column is one stretch of memory from the beginning: kept pieces between what is thrown away would leave holes
    that a process never gives back.
    """

    def __init__(self) -> None:
        self._columns: dict[str, Column] = {}
        self._size = 0

    def add(self, points: Points) -> None:
        size = self._size + len(points)
        for name, column in points.columns.items():
            held = self._columns.get(name)
            if held is None or len(held) < size:
                grown = np.empty(max(_ROOM, 2 * size), column.dtype)
                if held is not None:
                    grown[: self._size] = held[: self._size]
                held = self._columns[name] = grown
            held[self._size : size] = column
        self._size = size

    @property
    def points(self) -> Points:
        return Points({name: column[: self._size] for name, column in self._columns.items()})


def in_tile(points: Points, tile: Tile) -> Mask:
    """Which points lie in the tile."""
    shift = np.uint32(WORLD_BITS - tile.z)
    mask: Mask = (points["x"] >> shift == tile.x) & (points["y"] >> shift == tile.y)
    return mask


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which points are wanted. Whatever is not given does not narrow.

    Shape: `among` has for a column of codes which of them are wanted, `either` several such of which one has to hold;
           `since` and `until` narrow the column `at`, the first inclusive; `spans` are stretches of `key`, of which
           one has to hold it, their ends exclusive.
    """

    among: tuple[tuple[str, Mask], ...] = ()
    either: tuple[tuple[str, Mask], ...] | None = None
    since: int | None = None
    until: int | None = None
    spans: tuple[tuple[int, int], ...] | None = None

    def mask(self, points: Points) -> Mask:
        """Which of the points are wanted."""
        mask = np.ones(len(points), np.bool_)
        for name, wanted in self.among:
            mask &= wanted[points[name]]
        if self.since is not None:
            mask &= points["at"] >= self.since
        if self.until is not None:
            mask &= points["at"] < self.until
        if self.spans is not None:
            key = points["key"]
            mask &= np.logical_or.reduce([(key >= first) & (key < end) for first, end in self.spans])
        if self.either is not None:
            mask &= self.seen(points)
        return mask

    def seen(self, points: Points) -> Mask:
        """For which of the points one of `either` holds."""
        mask = np.full(len(points), self.either is None, np.bool_)
        for name, wanted in self.either or ():
            mask |= wanted[points[name]]
        return mask


class Base:
    """Points that rest: sorted by their groups once, counted many times."""

    def __init__(self, points: Points) -> None:
        groups = interleaved(points["x"] >> np.uint32(_SHIFT), points["y"] >> np.uint32(_SHIFT))
        order = np.argsort(groups, kind="stable")
        self.points = points.taken(order)
        sorted_groups = groups[order]
        first = np.flatnonzero(np.diff(sorted_groups, prepend=-1))
        self.codes = sorted_groups[first]
        self.starts = np.append(first, len(points)).astype(np.int64)
        self.gx = (self.points["x"][first] >> np.uint32(_SHIFT)).astype(np.int64)
        self.gy = (self.points["y"][first] >> np.uint32(_SHIFT)).astype(np.int64)
        self.by_key = np.argsort(self.points["key"], kind="stable").astype(np.uint32)

    def __len__(self) -> int:
        return len(self.points)

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows that have one of the keys, in order."""
        if not len(self.points) or not len(keys):
            return np.zeros(0, np.int64)
        low, high = (
            np.searchsorted(self.points["key"], np.unique(keys), side, sorter=self.by_key) for side in ("left", "right")
        )
        found = [self.by_key[begin:end] for begin, end in zip(low.tolist(), high.tolist(), strict=True) if end > begin]
        return np.sort(np.concatenate(found).astype(np.int64)) if found else np.zeros(0, np.int64)

    def groups_in(self, tile: Tile) -> tuple[int, int]:
        """The first group of the tile and the one after its last; above `GROUP_ZOOM` the group that holds the tile."""
        z = min(tile.z, GROUP_ZOOM)
        up = tile.z - z
        x, y = np.array([tile.x >> up]), np.array([tile.y >> up])
        shift = 2 * (GROUP_ZOOM - z)
        first = int(interleaved(x, y)[0]) << shift
        low, high = np.searchsorted(self.codes, [first, first + (1 << shift)])
        return int(low), int(high)

    def rows_of(self, zoom: int, x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows in several tiles of a zoom that is not above `GROUP_ZOOM`."""
        shift = 2 * (GROUP_ZOOM - zoom)
        first = interleaved(x, y) << shift
        begin, end = (self.starts[np.searchsorted(self.codes, code)] for code in (first, first + (1 << shift)))
        lengths = end - begin
        before = np.cumsum(lengths) - lengths
        rows: NDArray[np.int64] = np.repeat(begin - before, lengths) + np.arange(lengths.sum())
        return rows

    def rows_in(self, tile: Tile) -> slice:
        """The rows of those groups."""
        low, high = self.groups_in(tile)
        return slice(int(self.starts[low]), int(self.starts[high]))


@dataclass(frozen=True, slots=True)
class Sums:
    """How many points of each group are wanted, and the sums of their places."""

    count: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def sums(base: Base, chosen: Chosen) -> Sums:
    """The sums over the groups of all wanted points."""
    if not len(base):
        nothing = np.zeros(0)
        return Sums(nothing.astype(np.int64), nothing, nothing)
    mask, starts = chosen.mask(base.points), base.starts[:-1]
    count = np.add.reduceat(mask, starts, dtype=np.int64)
    x = np.add.reduceat(np.where(mask, base.points["x"], np.uint32(0)), starts, dtype=np.uint64)
    y = np.add.reduceat(np.where(mask, base.points["y"], np.uint32(0)), starts, dtype=np.uint64)
    return Sums(count, x.astype(np.float64), y.astype(np.float64))
