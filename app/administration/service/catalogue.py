"""The tables of types and of their filing conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.administration.rules.cells import plain
from app.administration.rules.sheets import Row
from app.administration.rules.standards import CONDITIONS, TYPES
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.catalog import service as catalog
from app.catalog.errors import BadCatalogue
from app.catalog.rules import TypeRow

_POINTER = re.compile(r"/(types|conditions)/(\d+)/(\w+)")
_EARLIER = re.compile(r"(types|conditions) row \d+")


def _sorted(session: Session) -> list[TypeRow]:
    found = catalog.catalogue(session).by_id.values()
    return sorted(found, key=lambda row: (row.scheme, row.kind, row.code))


def _key(row: Row) -> tuple[str, str, str]:
    return row["scheme"], row["kind"], row["code"]


def _type(row: TypeRow) -> Row:
    return {
        "scheme": row.scheme,
        "kind": row.kind.value,
        "code": row.code,
        "class_code": row.class_code,
        "class_name": row.class_name,
        "name": row.name,
        "self_handle_allowed": "true" if row.self_handle_allowed else "false",
    }


def _conditions(row: TypeRow) -> list[Row]:
    return [
        {
            "scheme": row.scheme,
            "kind": row.kind.value,
            "code": row.code,
            "row": str(one.row),
            "text": one.text,
            "limit": plain(one.limit.amount),
            "unit": one.limit.unit.value,
            "close_text": one.close_text,
        }
        for one in row.conditions
    ]


def read_types(session: Session, _hand: Hand) -> Sequence[Present]:
    return [Present(_type(row), row.id) for row in _sorted(session)]


def read_conditions(session: Session, _hand: Hand) -> Sequence[Present]:
    return [Present(row) for one in _sorted(session) for row in _conditions(one)]


def apply_types(session: Session, work: Work) -> None:
    """Types that are new or different, with the conditions that they have."""
    lines = list(numbered(work.changes))
    known = catalog.catalogue(session).by_key
    kept = [row for _, line in lines if (found := known.get(_key(line))) is not None for row in _conditions(found)]
    _import(session, work, [row for _, row in lines], kept, {"types": [number for number, _ in lines]})


def apply_conditions(session: Session, work: Work) -> None:
    """The types whose conditions differ, each with all conditions that it shall have."""
    known = catalog.catalogue(session).by_key
    lines = list(numbered(work.changes))
    for number, row in lines:
        if _key(row) not in known:
            work.blame(
                number, "code", f"there is no {row['kind']} {row['code']} in {row['scheme']}: import types first"
            )
    keys = list(dict.fromkeys([_key(row) for _, row in lines] + [_key(row) for row in work.changes.ended]))
    wanted = _shall_be(work, keys)
    if not work.faults:
        numbers = {work.sheet.key_of(row): number for number, row in lines}
        at = [numbers.get(work.sheet.key_of(row)) for row in wanted]
        _import(session, work, [_type(known[key]) for key in keys], wanted, {"conditions": at})


def _shall_be(work: Work, keys: Sequence[tuple[str, str, str]]) -> list[Row]:
    """All conditions that these types shall have; a type that had one keeps one."""
    below: Mapping[tuple[str, str, str], list[Row]] = {key: [] for key in keys}
    for row in work.outcome():
        if _key(row) in below:
            below[_key(row)].append(row)
    for key, rows in below.items():
        if not rows:
            work.blame(None, None, f"{' '.join(key)} would have no filing condition left: keep one")
    return [row for rows in below.values() for row in rows]


def _import(
    session: Session,
    work: Work,
    types: Sequence[Row],
    conditions: Sequence[Row],
    numbers: Mapping[str, Sequence[int | None]],
) -> None:
    try:
        catalog.import_types(session, types, conditions, now=work.hand.now, actor_id=work.hand.actor_id, bare=True)
    except BadCatalogue as refused:
        for fault in refused.faults:
            found = _POINTER.fullmatch(fault.pointer)
            detail = _EARLIER.sub("another row", fault.detail)
            if found is None or found[1] not in numbers:
                work.blame(None, None, detail)
            else:
                work.blame(numbers[found[1]][int(found[2])], found[3], detail)


TYPE_TABLE = Table(TYPES, read_types, apply_types)
CONDITION_TABLE = Table(CONDITIONS, read_conditions, apply_conditions)
