"""A type or a filing condition changed by hand. A changed condition is a new version: cases keep the one they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.catalog import queries
from app.catalog.errors import (
    BadCatalogue,
    ConditionRetired,
    ConditionRowTaken,
    LastCondition,
    UnknownCondition,
    UnknownType,
)
from app.catalog.rules import Kind, Limit, Unit, condition_id
from app.catalog.rules.reading import MOST_ROWS
from app.catalog.service.catalogue import changed
from app.core import audit
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.row_versions import check_version


@dataclass(frozen=True, slots=True)
class ConditionTerms:
    """What a filing condition says; `row` is its place among those of its type, None for the next free one."""

    text: str
    limit: float
    unit: Unit
    close_text: str
    row: int | None = None


def one_type(session: Session, type_id: UUID) -> Row[*tuple[Any, ...]]:
    """A type with its version.

    Raises: UnknownType.
    """
    found = queries.one_type(session, type_id)
    if found is None:
        raise UnknownType(f"There is no type {type_id}: GET /types lists them.")
    return found


def one_condition(session: Session, wanted: UUID) -> Row[*tuple[Any, ...]]:
    """A filing condition, in force or not, with its type's key and its version.

    Raises: UnknownCondition.
    """
    found = queries.condition(session, wanted)
    if found is None:
        raise UnknownCondition(f"There is no filing condition {wanted}: GET /types lists those in force.")
    return found


def change_type(
    session: Session,
    type_id: UUID,
    values: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Change a type's name, or whether an inspector may fix it on the spot. Its codes stay: they are its key.

    Raises: UnknownType, Stale.
    """
    queries.lock(session)
    found = one_type(session, type_id)
    check_version(expected, found.version, f"The type {found.code}")
    new = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not new:
        return
    queries.change_type(session, type_id, new)
    changed(session, now)
    before = {name: getattr(found, name) for name in new}
    _note(session, "type.change", _key(found), {"before": before, "after": new}, actor_id, now)


def add_condition(
    session: Session, type_id: UUID, terms: ConditionTerms, *, now: datetime, actor_id: UUID | None = None
) -> UUID:
    """Give a type another filing condition; its id.

    Raises: UnknownType, ConditionRowTaken, BadCatalogue for a limit that no clock could keep.
    """
    queries.lock(session)
    found = one_type(session, type_id)
    row = terms.row or queries.last_row(session, type_id) + 1
    if row > MOST_ROWS:
        raise ConditionRowTaken(f"{found.code} has no free row after {MOST_ROWS}: name one.")
    if any(one.row == row for one in queries.conditions_in_force(session, type_id)):
        fault = Fault("/row", "leave it out for the next free one, or change the condition that has it")
        raise ConditionRowTaken(f"{found.code} has a filing condition in row {row} already.", faults=[fault])
    made = condition_id(found.scheme, Kind(found.kind), found.code, row)
    if queries.used_ids(session, [made]):
        made = new_id()
    values = _values(type_id, terms) | {"id": made, "row": row, "valid_from": now}
    queries.add_conditions(session, [values])
    queries.change_type(session, type_id, {})
    changed(session, now)
    _note(session, "condition.add", _key(found), {"after": _told(values)}, actor_id, now)
    return made


def change_condition(
    session: Session,
    wanted: UUID,
    values: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> UUID:
    """Put a new version of a filing condition in its place, under an id of its own, which is returned.

    The old one is retired: cases that were filed under it keep it, with its limit.

    Raises: UnknownCondition, ConditionRetired, Stale, BadCatalogue.
    """
    found = _in_force(session, wanted, expected)
    said = {name: getattr(found, name) for name in ("text", "limit", "unit", "close_text")}
    if all(said[name] == value for name, value in _plain(values).items()):
        return wanted
    terms = ConditionTerms(**{**said, **values})
    queries.retire_conditions(session, [wanted], now)
    made = _values(found.type_id, terms) | {"id": new_id(), "row": found.row, "valid_from": now}
    queries.add_conditions(session, [made])
    queries.change_type(session, found.type_id, {})
    changed(session, now)
    before = {"id": str(wanted), "row": found.row, **{name: _text(value) for name, value in said.items()}}
    _note(session, "condition.change", _key(found), {"before": before, "after": _told(made)}, actor_id, now)
    return UUID(str(made["id"]))


def retire_condition(
    session: Session, wanted: UUID, *, expected: int | None, now: datetime, actor_id: UUID | None = None
) -> None:
    """End a filing condition: nothing more is filed under it, cases that were keep it.

    Raises: UnknownCondition, ConditionRetired, LastCondition, Stale.
    """
    found = _in_force(session, wanted, expected)
    if len(queries.conditions_in_force(session, found.type_id)) == 1:
        raise LastCondition(f"{found.code} needs a filing condition: add another one first.")
    queries.retire_conditions(session, [wanted], now)
    queries.change_type(session, found.type_id, {})
    changed(session, now)
    before = {"id": str(wanted), "row": found.row}
    after = {"valid_to": now.isoformat()}
    _note(session, "condition.retire", _key(found), {"before": before, "after": after}, actor_id, now)


def _in_force(session: Session, wanted: UUID, expected: int | None) -> Row[*tuple[Any, ...]]:
    queries.lock(session)
    found = one_condition(session, wanted)
    check_version(expected, found.version, "The filing condition")
    if found.valid_to is not None:
        raise ConditionRetired("It was changed or retired: read the type again for those in force.")
    return found


def _values(type_id: UUID, terms: ConditionTerms) -> dict[str, Any]:
    try:
        limit = Limit(Decimal(str(terms.limit)), Unit(terms.unit))
    except ValueError as refused:
        raise BadCatalogue(f"The limit cannot be kept: {refused}.", faults=[Fault("/limit", str(refused))]) from refused
    return {
        "type_id": type_id,
        "text": terms.text,
        "limit_amount": limit.amount,
        "limit_unit": limit.unit.value,
        "close_text": terms.close_text,
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Decimal(str(value)) if name == "limit" else value for name, value in values.items()}


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    named = {"limit": "limit_amount", "unit": "limit_unit"}
    shown = ("id", "row", "text", "limit", "unit", "close_text")
    return {name: _text(values[named.get(name, name)]) for name in shown}


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, UUID) else value


def _key(found: Row[*tuple[Any, ...]]) -> str:
    return f"type:{found.scheme}|{found.kind}|{found.code}"


def _note(
    session: Session, action: str, subject: str, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)
