"""The import of part owners and of shopfront contracts: whole sets, all or nothing."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalog import service as catalog
from app.catalog.rules import Kind
from app.core import audit
from app.core.errors import Fault
from app.core.ids import new_id
from app.routing import queries
from app.routing.errors import BadBindings
from app.routing.rules import Contract, KnownOwners, PartOwner, read_contracts, read_part_owners
from app.routing.service.strips import read_strips, strip_faults


@dataclass(frozen=True, slots=True)
class Bindings:
    """What an import did, or would do: how many there are now, how many came, how many ended."""

    total: int
    added: int
    retired: int


def import_part_owners(
    session: Session,
    rows: Sequence[Mapping[str, str]],
    *,
    now: datetime,
    dry_run: bool = False,
    actor_id: UUID | None = None,
) -> Bindings:
    """Make these rows the whole list of owners of parts, all of them or none.

    A row that says what a row in force says keeps it; what no row says ends. Cases keep the trace they were routed by.

    Shape:  rows as `rules.read_part_owners` takes them.
    Raises: BadBindings with every faulty row and column.
    """
    queries.lock(session)
    owners, faults = read_part_owners(rows, _known(session))
    _refuse(faults)
    found, new, gone = _difference(owners, queries.said_part_owners(session))
    if not dry_run and (new or gone):
        queries.retire_part_owners(session, gone, now)
        queries.add_part_owners(session, new, now)
        _note(session, "part_owners", found, actor_id=actor_id, now=now)
    return found


def import_shopfronts(
    session: Session, data: bytes, *, now: datetime, dry_run: bool = False, actor_id: UUID | None = None
) -> Bindings:
    """Make the features of a file (GeoJSON or GeoPackage; longitude, latitude) the whole set of shopfront contracts.

    As `import_part_owners`. Each feature has the attributes `rules.CONTRACT_FIELDS` and a polygon, the strip before
    the door: valid, inside the city, and not on the strip of another contract for the same matters and days.

    Raises: BadBindings with every fault, those of strips with their place.
    """
    queries.lock(session)
    rows, unreadable = read_strips(data)
    _refuse(unreadable)
    contracts, faults = read_contracts(rows, _known(session))
    _refuse(faults)
    _refuse(strip_faults(contracts, queries.city_outline(session)))
    found, new, gone = _difference(contracts, queries.said_contracts(session))
    if not dry_run and (new or gone):
        queries.retire_contracts(session, gone, now)
        queries.add_contracts(session, new, now)
        _note(session, "shopfront_contracts", found, actor_id=actor_id, now=now)
    return found


def load_part_owners(session: Session, path: Path, *, now: datetime, dry_run: bool = False) -> Bindings:
    """Import a CSV file (UTF-8, a head row with the names of the columns).

    Raises: BadBindings for a file that cannot be read, and as `import_part_owners`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restval="", strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as unreadable:
        raise BadBindings(f"{path.name} cannot be read as UTF-8 CSV: {unreadable}.") from unreadable
    return import_part_owners(session, rows, now=now, dry_run=dry_run)


def _known(session: Session) -> KnownOwners:
    types = catalog.catalogue(session).by_id.values()
    return queries.known_owners(session, {(row.scheme, row.class_code) for row in types if row.kind is Kind.MATTER})


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        first = faults[0]
        message = f"Nothing was imported. Faults: {len(faults)}, the first at {first.pointer}: {first.detail}."
        raise BadBindings(message, faults=faults)


def _difference(
    rows: Sequence[PartOwner | Contract], said: frozenset[UUID]
) -> tuple[Bindings, list[dict[str, Any]], frozenset[UUID]]:
    """What an import comes to, the rows to be stored, and the marks of what ends."""
    new = [{"id": new_id(), **asdict(row)} for row in rows if row.said not in said]
    gone = said - {row.said for row in rows}
    return Bindings(len(rows), len(new), len(gone)), new, gone


def _note(session: Session, what: str, done: Bindings, *, actor_id: UUID | None, now: datetime) -> None:
    audit.note(session, action=f"{what}.import", subject=f"{what}:all", detail=asdict(done), actor_id=actor_id, now=now)
