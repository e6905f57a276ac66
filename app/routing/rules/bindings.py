"""Who is bound to a single thing before any rule: written lists of part owners and of shopfront contracts."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, TypeVar
from uuid import UUID, uuid5

from app.core.errors import Fault
from app.routing.rules.reading import MOST_FAULTS, Row, Wrong, validity_fault

PART_COLUMNS = ("part", "owner", "valid_from", "valid_to")
CONTRACT_FIELDS = ("code", "shop", "organization", "scheme", "classes", "valid_from", "valid_to")
PARTS, CONTRACTS = "part_owners", "contracts"
BINDINGS = UUID("5a0b8f0e-63f1-5d7b-9a52-0a4d1c7f3e90")
_PART = re.compile(r"[^\s*]{1,80}\*?")


@dataclass(frozen=True, slots=True)
class PartOwner:
    """Who owns a part, or every part whose code begins so. `said` is made from what the row says."""

    said: UUID
    code: str
    is_prefix: bool
    organization_id: UUID
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Contract:
    """A shopfront contract. Shape: `wkb` is the strip's polygon, hexadecimal, EPSG:4326 (lon, lat)."""

    said: UUID
    code: str
    shop_name: str
    organization_id: UUID
    scheme: str
    classes: tuple[str, ...]
    wkb: str
    valid_from: date | None
    valid_to: date | None


Bound = TypeVar("Bound", PartOwner, Contract)


@dataclass(frozen=True, slots=True)
class KnownOwners:
    """What rows may name. Shape: ids by the organisation's code; `classes` of matters are (scheme, class code)."""

    organizations: Mapping[str, UUID]
    classes: AbstractSet[tuple[str, str]]


def read_part_owners(rows: Sequence[Row], known: KnownOwners) -> tuple[list[PartOwner], list[Fault]]:
    """The owners that written rows describe, and every fault in them.

    Shape: a row maps the names of `PART_COLUMNS` to text. `part` is the code of a part, or how codes begin and `*`.
           A fault's pointer is `/part_owners/{i}/{column}`, i counted from 0.
    """
    texts = [{name: (row.get(name) or "").strip() for name in PART_COLUMNS} for row in rows]
    checks = (_part_fault, _organization_fault("owner"), _dates_fault)
    faults = list(_faults(PARTS, texts, known, checks))
    if faults:
        return [], faults[:MOST_FAULTS]
    owners = [_part_owner(row, known) for row in texts]
    return owners, list(_overlaps(PARTS, "part", owners, lambda one: (one.code, one.is_prefix)))[:MOST_FAULTS]


def read_contracts(rows: Sequence[Row], known: KnownOwners) -> tuple[list[Contract], list[Fault]]:
    """The contracts that the attributes of features describe, and every fault in them but those of their strips.

    Shape: a row maps the names of `CONTRACT_FIELDS` to text, and `wkb` to the strip. `classes` are class codes of
           matters in `scheme`, with spaces or commas between; empty: every matter. A fault's pointer is
           `/contracts/{i}/{field}`.
    """
    texts = [{name: (row.get(name) or "").strip() for name in (*CONTRACT_FIELDS, "wkb")} for row in rows]
    checks = (_contract_fault, _organization_fault("organization"), _classes_fault, _dates_fault)
    faults = list(_faults(CONTRACTS, texts, known, checks))
    if faults:
        return [], faults[:MOST_FAULTS]
    contracts = [_contract(row, known) for row in texts]
    return contracts, list(_overlaps(CONTRACTS, "code", contracts, lambda one: one.code))[:MOST_FAULTS]


def contradict(one: Contract, other: Contract) -> bool:
    """Whether there is a day and a matter for which both hold: on the same ground nothing could choose between them."""
    if not _same_days(one, other):
        return False
    if not one.classes or not other.classes:
        return True
    return one.scheme == other.scheme and not set(one.classes).isdisjoint(other.classes)


def _same_days(one: PartOwner | Contract, other: PartOwner | Contract) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts < min(one.valid_to or date.max, other.valid_to or date.max)


def _overlaps(what: str, column: str, rows: Sequence[Bound], key: Callable[[Bound], Any]) -> Iterator[Fault]:
    """A fault for every row that says what an earlier one says for the same days."""
    same: dict[Any, list[int]] = {}
    for i, row in enumerate(rows):
        same.setdefault(key(row), []).append(i)
    for places in same.values():
        for first, second in combinations(places, 2):
            if _same_days(rows[first], rows[second]):
                detail = f"row {first} is for the same and holds on the same days; end one before the other begins"
                yield Fault(f"/{what}/{second}/{column}", detail)


Check = Callable[[Row, KnownOwners], Wrong]


def _faults(what: str, rows: Sequence[Row], known: KnownOwners, checks: Sequence[Check]) -> Iterator[Fault]:
    for i, row in enumerate(rows):
        for check in checks:
            if found := check(row, known):
                yield Fault(f"/{what}/{i}/{found[0]}", found[1])


def _part_fault(row: Row, _known: KnownOwners) -> Wrong:
    if _PART.fullmatch(row["part"]):
        return None
    return "part", "write the code of a part, or how codes begin and *, without spaces: 3101010203*"


def _organization_fault(column: str) -> Check:
    def check(row: Row, known: KnownOwners) -> Wrong:
        if not row[column]:
            return column, f"the column {column} is empty; say by its code which organisation answers"
        return None if row[column] in known.organizations else (column, f"there is no organisation {row[column]}")

    return check


def _contract_fault(row: Row, _known: KnownOwners) -> Wrong:
    for column in ("code", "shop"):
        if not row[column]:
            return column, f"the field {column} is empty; every contract needs its number and its shop"
    return None


def _classes_fault(row: Row, known: KnownOwners) -> Wrong:
    named = _classes(row)
    if not named:
        return ("scheme", "leave it empty, or name classes of the scheme") if row["scheme"] else None
    unknown = [code for code in named if (row["scheme"], code) not in known.classes]
    if unknown:
        return "classes", f"the catalogue has no matter class {', '.join(unknown)} in scheme {row['scheme']!r}"
    return None


def _dates_fault(row: Row, _known: KnownOwners) -> Wrong:
    return validity_fault(row)


def _classes(row: Row) -> tuple[str, ...]:
    return tuple(sorted(set(row["classes"].replace(",", " ").split())))


def _said(what: str, row: Row) -> UUID:
    return uuid5(BINDINGS, "|".join((what, *(f"{name}={row[name]}" for name in sorted(row)))))


def _days(row: Row) -> tuple[date | None, date | None]:
    start, end = (date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to"))
    return start, end


def _part_owner(row: Row, known: KnownOwners) -> PartOwner:
    code = row["part"]
    organization_id = known.organizations[row["owner"]]
    return PartOwner(_said(PARTS, row), code.rstrip("*"), code.endswith("*"), organization_id, *_days(row))


def _contract(row: Row, known: KnownOwners) -> Contract:
    start, end = _days(row)
    return Contract(
        said=_said(CONTRACTS, row),
        code=row["code"],
        shop_name=row["shop"],
        organization_id=known.organizations[row["organization"]],
        scheme=row["scheme"],
        classes=_classes(row),
        wkb=row["wkb"],
        valid_from=start,
        valid_to=end,
    )
