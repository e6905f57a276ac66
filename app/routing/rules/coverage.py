"""Which types have no rule on which ground, so that only the street's territory answers there, or nobody.

Cells are bits of whole numbers: a rule's ground is a run of bits, a union is one operation. A city of 600 types and
2 000 cells has over a million pairs; none of them is looked at alone.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.catalog.rules import TypeRow
from app.routing.rules.choosing import RuleBook
from app.routing.rules.terms import Ground, Target

AFTER_DIGITS = ":"
"""Sorts after every digit: codes from `x` up to `x:` are those that begin with x."""


class AreaRow(NamedTuple):
    """A live area; its level is 0 for the city to 4 for a cell."""

    code: str
    name: str
    level: int
    parent_code: str | None


CELL_LEVEL, STREET_LEVEL = 4, 2


@dataclass(frozen=True, slots=True)
class GroundMap:
    """The city's ground: its areas, the cells of its duty zones, the areas that have a territory of their own."""

    areas: Sequence[AreaRow]
    zones: Mapping[str, Sequence[str]]
    territories: frozenset[str]
    cells: tuple[str, ...] = field(init=False)
    children: Mapping[str | None, list[AreaRow]] = field(init=False)

    def __post_init__(self) -> None:
        cells = tuple(sorted(area.code for area in self.areas if area.level == CELL_LEVEL))
        children: dict[str | None, list[AreaRow]] = defaultdict(list)
        known = {area.code for area in self.areas}
        for area in sorted(self.areas):
            children[area.parent_code if area.parent_code in known else None].append(area)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "children", children)

    @property
    def whole(self) -> int:
        """Every cell."""
        return (1 << len(self.cells)) - 1

    def under(self, code: str) -> int:
        """The cells of an area, as bits: its code is the beginning of theirs."""
        low = bisect_left(self.cells, code)
        high = bisect_left(self.cells, code + AFTER_DIGITS)
        return (1 << high) - (1 << low)

    def of(self, ground: Ground, place: str) -> int:
        """The cells of a rule's ground, as bits."""
        if ground is Ground.ANY:
            return self.whole
        if ground is Ground.DUTY_ZONE:
            return _union(self.under(code) for code in self.zones.get(place, ()))
        return self.under(place)

    @property
    def fallback(self) -> int:
        """The cells whose street has a territory that answers (属地兜底)."""
        streets = (area.code for area in self.areas if area.level == STREET_LEVEL)
        return _union(self.under(code) for code in streets if code in self.territories)


def _union(parts: Iterable[int]) -> int:
    found = 0
    for part in parts:
        found |= part
    return found


class GapArea(NamedTuple):
    """An area that has no rule anywhere in it."""

    area: AreaRow
    cells: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Types that all have no rule on the same ground.

    Shape: `cells` of the ground, of which `nobody` have not even a territory; `areas` are the largest ones that lie in
           it whole, the first `MOST_AREAS` of `area_count`.
    """

    types: tuple[TypeRow, ...]
    cells: int
    nobody: int
    area_count: int
    areas: tuple[GapArea, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of types × cells has a rule: `pairs` in all, those `without` a rule, those where `nobody` answers."""

    on: date
    version: int
    types: int
    cells: int
    pairs: int
    without: int
    nobody: int
    gaps: tuple[Gap, ...]


MOST_AREAS = 20


def coverage(book: RuleBook, types: Iterable[TypeRow], ground: GroundMap, on: date) -> Coverage:
    """Which types have no rule on which ground on a day of the city; the widest gaps first.

    Parts with an owner of their own and shopfront contracts are not counted: they bind single things, not ground.
    Source: domain.md §4 "Routing rules"
    """
    ruled = _ruled(book, ground, on)
    by_gap: dict[int, list[TypeRow]] = defaultdict(list)
    count = 0
    for row in types:
        count += 1
        kind = str(row.kind)
        held = (
            ruled.get((Target.TYPE, row.scheme, kind, row.code), 0)
            | ruled.get((Target.CLASS, row.scheme, kind, row.class_code), 0)
            | ruled.get((Target.ANY, "", "", ""), 0)
        )
        by_gap[ground.whole & ~held].append(row)
    by_gap.pop(0, None)
    fallback = ground.fallback
    gaps = sorted(
        (_gap(bits, rows, ground, fallback) for bits, rows in by_gap.items()),
        key=lambda gap: (-gap.cells * len(gap.types), gap.types[0].scheme, str(gap.types[0].kind), gap.types[0].code),
    )
    return Coverage(
        on=on,
        version=book.version,
        types=count,
        cells=len(ground.cells),
        pairs=count * len(ground.cells),
        without=sum(gap.cells * len(gap.types) for gap in gaps),
        nobody=sum(gap.nobody * len(gap.types) for gap in gaps),
        gaps=tuple(gaps),
    )


def _ruled(book: RuleBook, ground: GroundMap, on: date) -> dict[tuple[str, str, str, str], int]:
    """The ground that rules hold, as bits, by what types they are for."""
    found: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for key, rules in book.by_key.items():
        if any(rule.holds_on(on) for rule in rules):
            found[key.target, key.scheme, key.kind, key.code] |= ground.of(key.ground, key.place)
    return found


def _gap(bits: int, rows: Sequence[TypeRow], ground: GroundMap, fallback: int) -> Gap:
    areas = list(_whole_areas(bits, ground))
    ordered = tuple(sorted(rows, key=lambda row: (row.scheme, str(row.kind), row.code)))
    return Gap(ordered, bits.bit_count(), (bits & ~fallback).bit_count(), len(areas), tuple(areas[:MOST_AREAS]))


def _whole_areas(bits: int, ground: GroundMap, parent: str | None = None) -> Iterator[GapArea]:
    """The largest areas that lie in the gap with all their cells, in the order of their codes."""
    for area in ground.children.get(parent, ()):
        mine = ground.under(area.code)
        if not mine & bits:
            continue
        if mine & bits == mine:
            yield GapArea(area, mine.bit_count())
        else:
            yield from _whole_areas(bits, ground, area.code)
