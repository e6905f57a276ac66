"""Summaries for SLA reports: counts, rates and times by any dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import add
from typing import Any

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.queries.summing import Sums
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.summing import ROLLED, STAGES, Dimension, Layout, kinds_for
from app.evaluation.service.figures import Asked, window_of
from app.evaluation.service.rolling import Parts, one_by_one, parts_of

DISTRICT_DIGITS = 6
AREAS = (Dimension.DISTRICT, Dimension.STREET, Dimension.COMMUNITY, Dimension.CELL)
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is asked for: of which time and ground, grouped by what, with times or without."""

    asked: Asked
    group_by: tuple[Dimension, ...]
    zone: str
    times: bool = False


def summarize(session: Session, wanted: Summary, *, now: datetime) -> list[dict[str, Any]]:
    """A row for every group with anything in it, in the order of the dimensions' codes.

    Raises: FiguresNotReady.
    """
    asked, group_by = wanted.asked, wanted.group_by
    window = window_of(session, asked, now=now)
    layout = Layout(group_by)
    parts = _parts(session, wanted, kinds_for(group_by))
    stretches = [(one.counted.value, one.start, one.end) for one in parts.stretches]
    rows = queries.sums(session, group_by, window, Sums(parts.months, stretches, layout.counts), wanted.zone)
    names = _Names(session, group_by)
    names.learn(key for key, _ in rows)
    groups: dict[Key, tuple[int, ...]] = {}
    for key, numbers in rows:
        folded = names.folded(key)
        groups[folded] = tuple(map(add, groups[folded], numbers)) if folded in groups else numbers
    times = _times(session, wanted, window) if wanted.times else {}
    return [
        names.shown(key) | layout.shown(numbers) | _timed(times, key, wanted)
        for key, numbers in sorted(groups.items(), key=lambda one: tuple((part is None, str(part)) for part in one[0]))
    ]


def _parts(session: Session, wanted: Summary, kinds: frozenset[Counted]) -> Parts:
    asked = wanted.asked
    rolls = ROLLED.issuperset(wanted.group_by) and all(len(prefix) <= DISTRICT_DIGITS for prefix in asked.prefixes)
    if rolls:
        return parts_of(session, kinds, asked.start, asked.end, asked.at, wanted.zone)
    return one_by_one(kinds, asked.start, asked.end)


def _times(session: Session, wanted: Summary, window: Any) -> dict[Key, tuple[float, float]]:
    by_stage = Dimension.STAGE in wanted.group_by
    counted = list(STAGES) if by_stage else [Counted.HANDLING]
    return queries.times(session, wanted.group_by, [kind.value for kind in counted], window, wanted.zone)


def _timed(times: Mapping[Key, tuple[float, float]], key: Key, wanted: Summary) -> dict[str, float | None]:
    if not wanted.times:
        return {}
    median, p90 = times.get(key, (None, None))
    return {"median_s": median, "p90_s": p90}


class _Names:
    """What the values of dimensions are called: areas, units and types by code and name."""

    def __init__(self, session: Session, group_by: Sequence[Dimension]) -> None:
        self._session, self._group_by = session, group_by
        self._named: dict[tuple[Dimension, str], dict[str, Any]] = {}
        self._classes: dict[str, tuple[str, str, str] | None] = {}

    def learn(self, keys: Iterable[Key]) -> None:
        listed = list(keys)
        for place, dimension in enumerate(self._group_by):
            values = {key[place] for key in listed if key[place] is not None}
            self._named |= {(dimension, value): named for value, named in self._read(dimension, values).items()}

    def _read(self, dimension: Dimension, values: set[Any]) -> dict[Any, dict[str, Any]]:
        if dimension in AREAS:
            found = queries.named(self._session, "areas", values)
            return {value: _ref(*found.get(value, (value, value))) for value in values}
        if dimension is Dimension.UNIT:
            return {key: _ref(*one) for key, one in queries.named(self._session, "organizations", values).items()}
        if dimension in {Dimension.TYPE, Dimension.CLASS}:
            types = queries.types_of(self._session, list(values))
            self._classes |= {key: (row.scheme, row.kind, row.class_code) for key, row in types.items()}
            if dimension is Dimension.CLASS:
                return {self._classes[key]: _class_ref(row) for key, row in types.items()}
            return {key: _type_ref(row) for key, row in types.items()}
        return {}

    def folded(self, key: Key) -> Key:
        """Types of one class are one group."""
        return tuple(
            self._classes.get(value) if dimension is Dimension.CLASS and value is not None else value
            for dimension, value in zip(self._group_by, key, strict=True)
        )

    def shown(self, key: Key) -> dict[str, Any]:
        return {
            dimension.value: self._one(dimension, value) for dimension, value in zip(self._group_by, key, strict=True)
        }

    def _one(self, dimension: Dimension, value: Any) -> Any:
        if dimension is Dimension.STAGE:
            return STAGES[Counted(value)]
        return self._named.get((dimension, value), value)


def _ref(code: str, name: str) -> dict[str, Any]:
    return {"code": code, "name": name}


def _type_ref(row: Any) -> dict[str, Any]:
    return {"scheme": row.scheme, "kind": row.kind, "code": row.code, "name": row.name}


def _class_ref(row: Any) -> dict[str, Any]:
    return {"scheme": row.scheme, "kind": row.kind, "code": row.class_code, "name": row.class_name}
