"""What the values that figures are grouped by are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.rules.summing import STAGES, Dimension

STAGE_NAMES: Mapping[str, str] = {counted.value: name for counted, name in STAGES.items()}
"""Clocks are counted under names of their own."""
AREAS = (Dimension.DISTRICT, Dimension.STREET, Dimension.COMMUNITY, Dimension.CELL)
Key: TypeAlias = tuple[Any, ...]


class Names:
    """What the values of dimensions are called: areas, units and types by code and name, everything else as it is."""

    def __init__(self, session: Session, group_by: Sequence[str]) -> None:
        self._session, self._group_by = session, group_by
        self._named: dict[tuple[str, str], dict[str, Any]] = {}
        self._classes: dict[str, tuple[str, str, str] | None] = {}

    def learn(self, keys: Iterable[Key]) -> None:
        """Read the names of all values of these keys: a statement for each dimension that has names."""
        listed = list(keys)
        for place, dimension in enumerate(self._group_by):
            values = {key[place] for key in listed if key[place] is not None}
            self._named |= {(dimension, value): named for value, named in self._read(dimension, values).items()}

    def _read(self, dimension: str, values: set[Any]) -> dict[Any, dict[str, Any]]:
        if dimension in AREAS:
            found = queries.named(self._session, "areas", values)
            return {value: _ref(*found.get(value, (value, value))) for value in values}
        if dimension == Dimension.UNIT:
            return {key: _ref(*one) for key, one in queries.named(self._session, "organizations", values).items()}
        if dimension in {Dimension.TYPE, Dimension.CLASS}:
            types = queries.types_of(self._session, list(values))
            self._classes |= {key: (row.scheme, row.kind, row.class_code) for key, row in types.items()}
            if dimension == Dimension.CLASS:
                return {self._classes[key]: _class_ref(row) for key, row in types.items()}
            return {key: _type_ref(row) for key, row in types.items()}
        return {}

    def folded(self, key: Key) -> Key:
        """Types of one class are one group."""
        return tuple(
            self._classes.get(value) if dimension == Dimension.CLASS and value is not None else value
            for dimension, value in zip(self._group_by, key, strict=True)
        )

    def shown(self, key: Key) -> dict[str, Any]:
        """A folded key as people read it."""
        return {
            str(dimension): self._one(dimension, value) for dimension, value in zip(self._group_by, key, strict=True)
        }

    def _one(self, dimension: str, value: Any) -> Any:
        if dimension == Dimension.STAGE:
            return STAGE_NAMES.get(value, value)
        return self._named.get((dimension, value), value)


def in_order(key: Key) -> tuple[tuple[bool, str], ...]:
    """Where a group stands among others: by the codes of its dimensions, numbers by size, what has none last."""
    return tuple((part is None, f"{part:03}" if isinstance(part, int) else str(part)) for part in key)


def area_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Names of areas by code; what is no longer known is not among them."""
    return {code: name for code, (_, name) in queries.named(session, "areas", codes).items()}


def unit_ref(session: Session, unit: str | None) -> dict[str, Any] | None:
    """Code and name of a unit that is named by its id or code; None for none."""
    return None if unit is None else _ref(*queries.unit_named(session, unit))


def _ref(code: str, name: str) -> dict[str, Any]:
    return {"code": code, "name": name}


def _type_ref(row: Any) -> dict[str, Any]:
    return {"scheme": row.scheme, "kind": row.kind, "code": row.code, "name": row.name}


def _class_ref(row: Any) -> dict[str, Any]:
    return {"scheme": row.scheme, "kind": row.kind, "code": row.class_code, "name": row.class_name}
