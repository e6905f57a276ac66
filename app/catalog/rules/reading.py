"""A written catalogue, row by row: everything that is wrong is named with its row and its column."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from app.catalog.rules.terms import Condition, Kind, Limit, TypeRow, Unit, condition_id, type_id
from app.core.errors import Fault

TYPE_COLUMNS = ("scheme", "kind", "class_code", "class_name", "code", "name", "self_handle_allowed")
CONDITION_COLUMNS = ("scheme", "kind", "code", "row", "text", "limit", "unit", "close_text")
MOST_FAULTS = 200
LONGEST_TEXT = 500
MOST_ROWS = 999
CODE = re.compile(r"[0-9A-Za-z._-]{1,20}")

Row = Mapping[str, str]
Key = tuple[str, str, str]


def read_catalogue(
    types: Sequence[Row], conditions: Sequence[Row], *, bare: bool = False
) -> tuple[list[TypeRow], list[Fault]]:
    """The types that written rows describe, with their conditions, and every fault found in them.

    bare: a type may come without a condition; it can be filed once it has one.

    Shape:  a row maps the names of `TYPE_COLUMNS` or `CONDITION_COLUMNS` to text; other columns are left alone.
            A fault's pointer is `/types/{i}/{column}` or `/conditions/{i}/{column}`, i counted from 0.
            When there is a fault, the types are not to be used.
    Source: domain.md §3
    """
    faults = [
        *_missing("types", types, TYPE_COLUMNS),
        *_missing("conditions", conditions, CONDITION_COLUMNS),
    ]
    if faults:
        return [], faults[:MOST_FAULTS]
    faults += _type_faults(types)
    faults += _condition_faults(types, conditions)
    if not bare:
        faults += _bare_faults(types, conditions)
    if faults:
        return [], faults[:MOST_FAULTS]
    return _assembled(types, conditions), []


def _missing(table: str, rows: Sequence[Row], columns: Iterable[str]) -> Iterable[Fault]:
    for i, row in enumerate(rows):
        for column in columns:
            value = row.get(column)
            if value is None or not value.strip():
                yield Fault(f"/{table}/{i}/{column}", f"the column {column} is empty; every row needs it")
            elif len(value) > LONGEST_TEXT or "\x00" in value:
                yield Fault(f"/{table}/{i}/{column}", f"at most {LONGEST_TEXT} characters, none of them U+0000")


def _type_faults(types: Sequence[Row]) -> Iterable[Fault]:
    seen: dict[Key, int] = {}
    for i, row in enumerate(types):
        if row["kind"] not in set(Kind):
            yield Fault(f"/types/{i}/kind", f"{row['kind']!r} is no kind; use part or matter")
        for column in ("code", "class_code"):
            if not CODE.fullmatch(row[column]):
                yield Fault(f"/types/{i}/{column}", f"{row[column]!r} is no code; use digits and Latin letters")
        if row["self_handle_allowed"] not in {"true", "false"}:
            yield Fault(f"/types/{i}/self_handle_allowed", "write true or false")
        first = seen.setdefault(_key(row), i)
        if first != i:
            yield Fault(f"/types/{i}/code", f"the same scheme, kind and code stand in types row {first} already")


def _condition_faults(types: Sequence[Row], conditions: Sequence[Row]) -> Iterable[Fault]:
    known = {_key(row) for row in types}
    seen: dict[tuple[Key, str], int] = {}
    for i, row in enumerate(conditions):
        if _key(row) not in known:
            named = " ".join(_key(row))
            yield Fault(f"/conditions/{i}/code", f"there is no type {named} among the types; add it or correct the key")
        if not (row["row"].isascii() and row["row"].isdecimal() and 1 <= int(row["row"]) <= MOST_ROWS):
            yield Fault(f"/conditions/{i}/row", f"{row['row']!r} is no row; number a type's conditions from 1")
        first = seen.setdefault((_key(row), row["row"].lstrip("0")), i)
        if first != i:
            yield Fault(f"/conditions/{i}/row", f"the same row of the type stands in conditions row {first} already")
        yield from _limit_faults(i, row)


def _bare_faults(types: Sequence[Row], conditions: Sequence[Row]) -> Iterable[Fault]:
    counted = Counter(_key(row) for row in conditions)
    for i, row in enumerate(types):
        if not counted[_key(row)]:
            yield Fault(f"/types/{i}/code", "no filing condition names this type; every type needs at least one")


def _limit_faults(i: int, row: Row) -> Iterable[Fault]:
    if row["unit"] not in set(Unit):
        yield Fault(f"/conditions/{i}/unit", f"{row['unit']!r} is no unit; use {', '.join(Unit)}")
    try:
        limit = Limit(Decimal(row["limit"]), Unit.URGENT_HOUR)
    except InvalidOperation:
        yield Fault(f"/conditions/{i}/limit", f"{row['limit']!r} is no number")
    except ValueError as refused:
        yield Fault(f"/conditions/{i}/limit", str(refused))
    else:
        if limit.amount == 0:
            yield Fault(f"/conditions/{i}/limit", "a filing condition needs a limit above 0")


def _key(row: Row) -> Key:
    return row["scheme"], row["kind"], row["code"]


def _assembled(types: Sequence[Row], conditions: Sequence[Row]) -> list[TypeRow]:
    below: dict[Key, list[Condition]] = {_key(row): [] for row in types}
    for row in sorted(conditions, key=lambda row: int(row["row"])):
        scheme, kind, code = _key(row)
        below[scheme, kind, code].append(
            Condition(
                id=condition_id(scheme, Kind(kind), code, int(row["row"])),
                type_id=type_id(scheme, Kind(kind), code),
                row=int(row["row"]),
                text=row["text"],
                limit=Limit(Decimal(row["limit"]), Unit(row["unit"])),
                close_text=row["close_text"],
            )
        )
    return [
        TypeRow(
            id=type_id(row["scheme"], Kind(row["kind"]), row["code"]),
            scheme=row["scheme"],
            kind=Kind(row["kind"]),
            code=row["code"],
            class_code=row["class_code"],
            class_name=row["class_name"],
            name=row["name"],
            self_handle_allowed=row["self_handle_allowed"] == "true",
            conditions=tuple(below[_key(row)]),
        )
        for row in types
    ]
