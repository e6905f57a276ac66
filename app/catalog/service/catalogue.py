"""Types and filing conditions for the rest of the house, and their import."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalog import queries
from app.catalog.errors import BadCatalogue, UnknownCondition, UnknownType
from app.catalog.rules import (
    CONDITION_COLUMNS,
    TYPE_COLUMNS,
    Catalogue,
    Condition,
    Kind,
    Limit,
    TypeRow,
    Unit,
    differences,
    read_catalogue,
    settled,
)
from app.core import audit
from app.core.audit import Note
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.stamps import forget_stamp, stamp_of

_STAMP = "catalog.stamp"
_kept: list[Catalogue] = []  # The last state this process read; another stamp replaces it.


class TypeKey(Protocol):
    """Whatever names a type, such as `schemas.TypeRef`."""

    @property
    def scheme(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: types and conditions that were written, and conditions that are written no longer."""

    types: int
    conditions: int
    retired: int


def catalogue(session: Session) -> Catalogue:
    """All types as this unit of work sees them: one row once per transaction, all rows only after a change."""
    stamp = stamp_of(session, _STAMP, queries.stamp)
    for kept in _kept:
        if kept.stamp == stamp:
            return kept
    found = _assembled(queries.snapshot(session))
    _kept[:] = [found]
    return found


def find_type(session: Session, ref: TypeKey) -> TypeRow:
    """The type that a scheme, a kind and a code name.

    Raises: UnknownType.
    """
    found = catalogue(session).by_key.get((ref.scheme, ref.kind, ref.code))
    if found is None:
        fault = Fault("/type", "take scheme, kind and code from GET /types")
        raise UnknownType(f"There is no {ref.kind} {ref.code} in the scheme {ref.scheme}.", faults=[fault])
    return found


def find_condition(session: Session, condition_id: UUID, type_id: UUID) -> Condition:
    """The filing condition of a type, as long as it is in force.

    Raises: UnknownCondition, also for a condition of another type.
    """
    owner = catalogue(session).by_id.get(type_id)
    for condition in owner.conditions if owner else ():
        if condition.id == condition_id:
            return condition
    fault = Fault("/condition_id", "take the id from the type's conditions in GET /types")
    raise UnknownCondition(f"The type has no filing condition {condition_id} in force.", faults=[fault])


def import_types(
    session: Session,
    types: Sequence[Mapping[str, str]],
    conditions: Sequence[Mapping[str, str]],
    *,
    now: datetime,
    actor_id: UUID | None = None,
    bare: bool = False,
) -> Imported:
    """Take in written types with their conditions, all of them or none.

    A type that is known is brought up to date; those of its conditions that are no longer written are retired, those
    of other types stay as they are. A condition that says something else than before is a new version with an id of its
    own, and the one before is retired: cases keep the one they were filed under, whatever clock of theirs begins later.

    Shape:  rows as `rules.read_catalogue` takes them. bare: types may come without conditions, which follow later.
    Raises: BadCatalogue with every faulty row and column.
    """
    read, faults = read_catalogue(types, conditions, bare=bare)
    if faults:
        first = faults[0]
        raise BadCatalogue(
            f"Nothing was imported. Faults: {len(faults)}, the first at {first.pointer}: {first.detail}.", faults=faults
        )
    queries.lock(session)
    before = _assembled(queries.snapshot(session)).by_id
    used = queries.used_ids(session, [one.id for row in read for one in row.conditions])
    after = settled(before, read, lambda one: new_id() if one.id in used else one.id)
    touched = [row for row in after if before.get(row.id) != row]
    if touched:
        _write(session, before, touched, now)
        changed(session, now)
    notes = [Note(*told) for told in differences(before, touched)]
    audit.note_all(session, notes, actor_id=actor_id, now=now)
    retired = sum(one.action == "condition.retire" for one in notes)
    return Imported(len(read), sum(len(row.conditions) for row in read), retired)


def _write(session: Session, before: Mapping[UUID, TypeRow], touched: Sequence[TypeRow], now: datetime) -> None:
    """Types that are new or different; their conditions that end before those that begin, which may have their rows."""
    queries.put_types(session, [_type_values(row) for row in touched])
    there = {one.id: one for row in touched if row.id in before for one in before[row.id].conditions}
    shall_be = {one.id: one for row in touched for one in row.conditions}
    if ended := [id_ for id_ in there if id_ not in shall_be]:
        queries.retire_conditions(session, ended, now)
    if added := [_condition_values(one, now) for id_, one in shall_be.items() if id_ not in there]:
        queries.add_conditions(session, added)


def changed(session: Session, now: datetime) -> None:
    """Let every process read the catalogue anew."""
    queries.restamp(session, new_id(), now)
    forget_stamp(session, _STAMP)


def load_catalog(session: Session, folder: Path, *, now: datetime) -> Imported:
    """Import `types.csv` and `conditions.csv` of a folder (UTF-8, a head row with the names of the columns).

    Raises: BadCatalogue for a file that is missing or cannot be read, and as `import_types`.
    """
    types = _read(folder / "types.csv", TYPE_COLUMNS)
    conditions = _read(folder / "conditions.csv", CONDITION_COLUMNS)
    return import_types(session, types, conditions, now=now)


def _read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            named = reader.fieldnames or ()
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as unreadable:
        raise BadCatalogue(f"{path.name} cannot be read as UTF-8 CSV: {unreadable}.") from unreadable
    if missing := [column for column in columns if column not in named]:
        raise BadCatalogue(f"{path.name} lacks the columns {', '.join(missing)}; its first row names the columns.")
    if ragged := [i for i, row in enumerate(rows) if None in row]:
        faults = [Fault(f"/{path.stem}/{i}", "more cells than columns: quote text that has a comma") for i in ragged]
        raise BadCatalogue(f"{path.name} has {len(ragged)} rows with more cells than columns.", faults=faults)
    return rows


def _type_values(row: TypeRow) -> dict[str, Any]:
    names = ("id", "scheme", "kind", "code", "class_code", "class_name", "name", "self_handle_allowed")
    return {name: getattr(row, name) for name in names}


def _condition_values(condition: Condition, now: datetime) -> dict[str, Any]:
    return {
        "id": condition.id,
        "type_id": condition.type_id,
        "row": condition.row,
        "text": condition.text,
        "limit_amount": condition.limit.amount,
        "limit_unit": condition.limit.unit.value,
        "close_text": condition.close_text,
        "valid_from": now,
    }


def _assembled(snapshot: Any) -> Catalogue:
    below: dict[str, list[Condition]] = {}
    for id_, type_id, row, text, amount, unit, close_text in snapshot.conditions:
        limit = Limit(Decimal(amount), Unit(unit))
        condition = Condition(UUID(id_), UUID(type_id), row, text, limit, close_text)
        below.setdefault(type_id, []).append(condition)
    types = [
        TypeRow(UUID(id_), scheme, Kind(kind), code, class_code, class_name, name, allowed, tuple(below.get(id_, ())))
        for id_, scheme, kind, code, class_code, class_name, name, allowed in snapshot.types
    ]
    return Catalogue(
        stamp=snapshot.stamp,
        by_key=MappingProxyType({(row.scheme, str(row.kind), row.code): row for row in types}),
        by_id=MappingProxyType({row.id: row for row in types}),
    )
