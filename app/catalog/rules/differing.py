"""What an import changes in the catalogue, type by type and condition by condition."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID

from app.catalog.rules.terms import Condition, TypeRow

Told: TypeAlias = tuple[str, str, dict[str, Any]]
"""What was done, to what, and before and after."""


def settled(
    before: Mapping[UUID, TypeRow], written: Iterable[TypeRow], fresh: Callable[[Condition], UUID]
) -> list[TypeRow]:
    """The written types with the ids of their conditions.

    A condition that says what the one in force in its row says is that one. Any other is a new version with an id of
    its own, so that cases keep what they were filed under.

    fresh: the id of a new version.
    """
    return [replace(row, conditions=tuple(_settled(before.get(row.id), row, fresh))) for row in written]


def _settled(known: TypeRow | None, row: TypeRow, fresh: Callable[[Condition], UUID]) -> Iterator[Condition]:
    there = {one.row: one for one in known.conditions} if known else {}
    for one in row.conditions:
        old = there.get(one.row)
        yield old if old is not None and replace(one, id=old.id) == old else replace(one, id=fresh(one))


def differences(before: Mapping[UUID, TypeRow], after: Iterable[TypeRow]) -> Iterator[Told]:
    """The types that are new or different, and the conditions of theirs that are new, different or retired."""
    for row in after:
        known, subject = before.get(row.id), f"type:{row.scheme}|{row.kind}|{row.code}"
        yield from _told("type", "create", subject, _type(known), _type(row))
        old = {one.row: one for one in known.conditions} if known else {}
        new = {one.row: one for one in row.conditions}
        for at in sorted({*old, *new}):
            yield from _told("condition", "add", subject, _condition(old.get(at)), _condition(new.get(at)))


def _told(
    kind: str, first: str, subject: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Iterator[Told]:
    if before == after:
        return
    deed = first if before is None else "retire" if after is None else "change"
    shown = {side: found for side, found in (("before", before), ("after", after)) if found is not None}
    yield f"{kind}.{deed}", subject, shown


def _type(row: TypeRow | None) -> dict[str, Any] | None:
    names = ("class_code", "class_name", "name", "self_handle_allowed")
    return None if row is None else {name: getattr(row, name) for name in names}


def _condition(one: Condition | None) -> dict[str, Any] | None:
    if one is None:
        return None
    limit = f"{one.limit.amount.normalize():f}"
    return {
        "id": str(one.id),
        "row": one.row,
        "text": one.text,
        "limit_amount": limit,
        "limit_unit": one.limit.unit.value,
        "close_text": one.close_text,
    }
