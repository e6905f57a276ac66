"""What is known in memory of a table of points: those that rest, those that move, and up to which change.

A ledger is never changed: whoever counts keeps the one they began with, whoever learns of changes makes the next.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.tiles.rules.points import Base, Column, Mask, Points, joined

# So many rows may have come to rest or moved away before they are put in their place among those that rest.
MOST_LOOSE = 20_000
MOST_REMEMBERED = 64
T = TypeVar("T")


class Codes:
    """Small numbers for values of a column; they only ever become more."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self._numbers: dict[int, int] = {}

    def encoded(self, column: NDArray[np.int64]) -> NDArray[np.uint32]:
        """The numbers of the values; unknown ones get new numbers."""
        values, places = np.unique(column, return_inverse=True)
        numbers = []
        for value in values.tolist():
            number = self._numbers.get(value)
            if number is None:
                # The value first: whoever knows a number finds its value.
                self.values.append(value)
                number = self._numbers[value] = len(self.values) - 1
            numbers.append(number)
        encoded: NDArray[np.uint32] = np.array(numbers, np.uint32)[places.reshape(-1)]
        return encoded

    def wanted(self, test: Callable[[int], bool]) -> Mask:
        """For every number whether its value is wanted."""
        return np.fromiter(map(test, self.values), np.bool_)

    def among(self, wanted: Sequence[int]) -> Mask:
        """For every number whether its value is one of these."""
        found = set(wanted)
        return self.wanted(found.__contains__)


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which change a ledger knows its table: the snapshot in which it was read.

    Shape: `epoch` is another after a restore, `snapshot` PostgreSQL's own, `xmin` its oldest running transaction,
           `seq` the last change that was read.
    """

    epoch: str
    snapshot: str
    xmin: int
    seq: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The points of a table as of a mark.

    Shape: `gone` are rows of `base` that hold no longer, `moving` the points as they are that are not in the base.
    """

    base: Base
    gone: NDArray[np.int64]
    moving: Points
    codes: Mapping[str, Codes]
    mark: Mark
    facts: Any = None
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def changed(self, keys: NDArray[np.int64], fresh: Points, rests: Callable[[Points], Mask], mark: Mark) -> Ledger:
        """The next ledger: points with these keys are those in `fresh` from now on, and no others."""
        gone = np.union1d(self.gone, self.base.find(keys))
        moving = joined([self.moving.taken(~np.isin(self.moving["key"], keys)), fresh])
        found = replace(self, gone=gone, moving=moving, mark=mark)
        resting = rests(moving)
        if len(gone) + int(resting.sum()) <= MOST_LOOSE:
            return found
        kept = np.ones(len(self.base), np.bool_)
        kept[gone] = False
        base = Base(joined([self.base.points.taken(kept), moving.taken(resting)]))
        return replace(found, base=base, gone=np.zeros(0, np.int64), moving=moving.taken(~resting), _made={})

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was computed of the base under this key, or is now."""
        found: T | None = self._made.get(key)
        if found is None:
            found = make()
            if len(self._made) >= MOST_REMEMBERED:
                # As a list at once: another thread may add to it meanwhile.
                for oldest in list(self._made)[:1]:
                    self._made.pop(oldest, None)
            self._made[key] = found
        return found

    def beginning(self, column: str, prefixes: tuple[str, ...]) -> Mask:
        """For every number of a column of area codes whether its code begins with one of these.

        The values have a digit before the code, so that a zero at its beginning stays.
        """
        codes, starts = self.codes[column], tuple(f"1{prefix}" for prefix in prefixes)

        def test() -> Mask:
            return codes.wanted(lambda value: str(value).startswith(starts))

        return self.remembered(("beginning", column, prefixes, len(codes.values)), test)

    def alive(self, rows: slice) -> Mask:
        """Which rows of a stretch of the base still hold."""
        mask = np.ones(rows.stop - rows.start, np.bool_)
        low, high = np.searchsorted(self.gone, [rows.start, rows.stop])
        mask[self.gone[low:high] - rows.start] = False
        return mask


def encoded(raw: Mapping[str, Column], codes: Mapping[str, Codes]) -> Points:
    """Columns as they were read, with small numbers in those that have few values."""
    return Points({name: codes[name].encoded(column) if name in codes else column for name, column in raw.items()})
