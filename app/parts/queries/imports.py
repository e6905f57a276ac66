"""What an import reads: the types and owners that rows may name, the codes that are there, files handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, insert, literal, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.accounts.models import Organization
from app.catalog.models import Type
from app.core.ids import new_id
from app.parts.models import PartImport

# Codes of a district lie side by side in the index, before the first of the next number.
_CODES = text("""
    SELECT CAST(code AS bigint) FROM parts
     WHERE code >= :district AND code < :past AND (retired_at IS NULL OR NOT :live)""")


def types_by_digits(session: Session, scheme: str | None) -> dict[str, tuple[UUID, ...]]:
    """The types of parts by their digits; of one scheme, or of all."""
    query = select(Type.code, Type.id).where(Type.kind == "part").order_by(Type.scheme)
    if scheme is not None:
        query = query.where(Type.scheme == scheme)
    found: dict[str, tuple[UUID, ...]] = {}
    for row in session.execute(query):
        found[row.code] = (*found.get(row.code, ()), row.id)
    return found


def open_owners(session: Session) -> dict[str, UUID]:
    """Organisations that are not closed, by their codes."""
    query = select(Organization.code, Organization.id).where(Organization.closed_at.is_(None))
    return {row.code: row.id for row in session.execute(query)}


def codes_of(session: Session, districts: Collection[str], *, live: bool) -> NDArray[np.int64]:
    """The codes of all parts of these districts as numbers; `live`: only of those that are not retired."""
    found = [np.empty(0, dtype=np.int64)]
    for district in sorted(districts):
        values = {"district": district, "past": str(int(district) + 1), "live": live}
        rows = session.execute(_CODES, values).scalars()
        found.append(np.fromiter(rows, dtype=np.int64))
    return np.concatenate(found)


def add_import(session: Session, row: Mapping[str, Any]) -> UUID:
    """Record a file that was handed in; answers its id."""
    import_id = new_id()
    session.execute(insert(PartImport), {"id": import_id, "status": "pending", "faults": [], "counts": {}, **row})
    return import_id


def part_import(session: Session, import_id: UUID, *, locked: bool = False) -> PartImport | None:
    """An import; `locked` until the session ends."""
    found = select(PartImport).where(PartImport.id == import_id)
    return session.scalars(found.with_for_update() if locked else found).one_or_none()


def import_page(session: Session, after: tuple[Any, UUID] | None, rows: int) -> Sequence[Row[Any]]:
    """Files that were handed in, newest first, without their faults."""
    columns = [column for column in PartImport.__table__.c if column.name not in {"faults", "file_key", "fields"}]
    query = select(*columns).order_by(PartImport.created_at.desc(), PartImport.id.desc()).limit(rows)
    if after is not None:
        query = query.where(tuple_(PartImport.created_at, PartImport.id) < tuple_(*map(literal, after)))
    return session.execute(query).all()


def finish_import(session: Session, import_id: UUID, row: Mapping[str, Any]) -> None:
    """Record what became of an import, or how far it is."""
    session.execute(update(PartImport).where(PartImport.id == import_id).values(**row))
