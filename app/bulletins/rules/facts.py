"""What a bulletin is made from: figures of a freeze, as they were frozen, and nothing that was reckoned otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from app.evaluation.rules.indicators import Figure, Subject
from app.evaluation.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject with its score and rank.

    Shape: `score` None: nothing to score. `rank` None: none, and `unranked` says why (no_data, sample). `rose`: by how
           many ranks since the period before (below 0: fell), `change`: by how many points; None: not comparable.
    """

    code: str
    name: str
    score: float | None
    grade: str | None
    rank: int | None
    tied: bool
    unranked: str | None
    minimum_sample: int
    figures: Mapping[str, Figure]
    change: float | None = None
    rose: int | None = None


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Subjects that are compared with each other, the first ones first; `name` None: all that are in no group."""

    subject: Subject
    code: str
    name: str | None
    rows: tuple[Standing, ...]

    @property
    def ranked(self) -> tuple[Standing, ...]:
        return tuple(row for row in self.rows if row.rank is not None)


class TypeCount(NamedTuple):
    """What was counted of the cases of a type; `name` and `kind` None: cases without one."""

    name: str | None
    kind: str | None
    filed: int
    due: int
    reworked: int


class GradeBand(NamedTuple):
    """A grade, its colour, and from how many points on it is given."""

    code: str
    colour: str
    at_least: float


class Outline(NamedTuple):
    """The shape of an area on a map.

    Shape: `path` is SVG path data; `x`, `y` the middle of the largest circle inside, `room` its radius; `west`,
           `north`, `east`, `south` the area's box.
    Units: metres from the middle of the city, y downwards.
    """

    code: str
    path: str
    x: float
    y: float
    room: float
    west: float
    north: float
    east: float
    south: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole city's figures of another period, as they were in force; None: nothing was published of it."""

    figures: Mapping[str, Figure] | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a bulletin says.

    Shape: `sha256` and `published_on` None: a draft. `units` are (name, overdue and not handled, due) of units with
           any, the most first. `sources` filed by source. `outlines` by kind of area, where there is a map of it.
    """

    period: Period
    city: str
    revision: int
    as_of: datetime
    sha256: str | None
    published_on: date | None
    figures: Mapping[str, Figure]
    previous: Comparison
    year_before: Comparison
    groups: tuple[PeerGroup, ...]
    grades: tuple[GradeBand, ...]
    units: tuple[tuple[str, int, int], ...] = ()
    sources: Mapping[str, int] = field(default_factory=dict)
    types: tuple[TypeCount, ...] = ()
    outlines: Mapping[Subject, Sequence[Outline]] = field(default_factory=dict)

    @property
    def is_draft(self) -> bool:
        return self.sha256 is None
