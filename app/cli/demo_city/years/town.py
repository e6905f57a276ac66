"""The loaded city as the years need it: places, people, kinds of trouble and who answers for them; plain values only.

It is made once and handed to every process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.cli.demo_city.matters import Matter
from app.cli.demo_city.years.worktime import Span, WorkTime
from app.reports.rules import tracking_code, tracking_hash
from app.sla.rules import Stage


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. `written` is how events keep them, canonical; `sender` how reports do."""

    id: str | None
    written: str
    sender: str


@dataclass(frozen=True, slots=True)
class Routed:
    """Whose a case is: the router's answer for a type at a place."""

    lead: str
    helpers: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of trouble, with the limits of its filing conditions by their ids."""

    index: int
    matter: Matter
    type_id: str
    ref: Mapping[str, str]
    conditions: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class CellOf:
    """A cell: `routes` is the index of the ground that the routing rules tell apart."""

    code: str
    name: str
    road: str
    zone: str
    inspectors: tuple[Actor, ...]
    routes: int


@dataclass(frozen=True)
class Town:
    """Everything that a life needs to know.

    Shape:  `points` is (cells, points of a cell, lon and lat); `weights` how often something happens in a cell for each
            kind of ground; `kinds_on` the kinds of trouble on the ground of a cell, with their weights, by its index.
    """

    time: WorkTime
    stages: Mapping[str, Span]
    cells: Sequence[CellOf]
    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    kinds: Sequence[Kind]
    kinds_on: Sequence[tuple[tuple[int, ...], tuple[float, ...]]]
    routes: Sequence[Sequence[Routed]]
    operators: tuple[Actor, ...]
    leaders: tuple[Actor, ...]
    dispatchers: tuple[Actor, ...]
    supervisors: tuple[Actor, ...]
    admins: tuple[Actor, ...]
    citizens: tuple[Actor, ...]
    passers_by: tuple[Actor, ...]
    managers: Mapping[str, Actor]
    handlers: Mapping[str, tuple[Actor, ...]]
    others: tuple[str, ...]
    unmanaged: str
    data_key: str

    def stage(self, stage: Stage | None) -> Span | None:
        """The limit of a stage."""
        return None if stage is None else self.stages[str(stage)]

    def prints(self, report_id: str) -> tuple[str, str]:
        """A report's fingerprint (of its id alone: nobody sends it again) and the hash of its tracking code."""
        code = tracking_code(self.data_key, UUID(report_id))
        return hashlib.sha256(report_id.encode()).hexdigest(), tracking_hash(code)
