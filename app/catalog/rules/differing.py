"""What an import changes in the catalogue, type by type and condition by condition, for the record of changes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from app.catalog.rules.terms import Condition, TypeRow

Told: TypeAlias = tuple[str, str, dict[str, Any]]
"""What was done, to what, and before and after."""


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
        "row": one.row,
        "text": one.text,
        "limit_amount": limit,
        "limit_unit": one.limit.unit.value,
        "close_text": one.close_text,
    }
