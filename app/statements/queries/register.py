"""Statements: kept, found by whom they are for, and those that are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, or_, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.models import table
from app.statements.models import Statement

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
Edge: TypeAlias = tuple[datetime, UUID]
_STATEMENTS, _USERS = table(Statement), table(User)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('statements:' || CAST(:owner_id AS text), 0))")
_FOUND = select(_STATEMENTS, _USERS.c.name.label("owner_name")).join(_USERS, _USERS.c.id == _STATEMENTS.c.owner_id)


def lock_statements_of(session: Session, owner_id: UUID) -> None:
    """Until the session ends nobody else adds a statement of this person: they are counted."""
    session.execute(_LOCK, {"owner_id": str(owner_id)})


def count_of(session: Session, owner_id: UUID) -> int:
    """How many statements somebody keeps."""
    counted = select(func.count()).select_from(_STATEMENTS).where(_STATEMENTS.c.owner_id == owner_id)
    return int(session.execute(counted).scalar_one())


def add_statement(session: Session, row: Mapping[str, Any]) -> None:
    session.execute(insert(_STATEMENTS).values(dict(row)))


def statement(session: Session, statement_id: UUID, reader_id: UUID | None, *, lock: bool = False) -> AnyRow | None:
    """A statement that is somebody's or shared, with its owner's name; of anybody where no reader is named."""
    query = _FOUND.where(_STATEMENTS.c.id == statement_id)
    if reader_id is not None:
        query = query.where(or_(_STATEMENTS.c.owner_id == reader_id, _STATEMENTS.c.shared))
    return session.execute(query.with_for_update(of=_STATEMENTS) if lock else query).one_or_none()


def statements_page(session: Session, reader_id: UUID, *, limit: int, after: Edge | None) -> list[AnyRow]:
    """One row more than the page of what is somebody's or shared, newest first."""
    query = _FOUND.where(or_(_STATEMENTS.c.owner_id == reader_id, _STATEMENTS.c.shared))
    if after is not None:
        query = query.where(tuple_(_STATEMENTS.c.created_at, _STATEMENTS.c.id) < tuple_(*after))
    order = (_STATEMENTS.c.created_at.desc(), _STATEMENTS.c.id.desc())
    return list(session.execute(query.order_by(*order).limit(limit + 1)))


def change_statement(session: Session, statement_id: UUID, row: Mapping[str, Any]) -> None:
    session.execute(update(_STATEMENTS).where(_STATEMENTS.c.id == statement_id).values(dict(row)))


def remove_statement(session: Session, statement_id: UUID) -> None:
    """Forget a statement with its deliveries."""
    session.execute(delete(_STATEMENTS).where(_STATEMENTS.c.id == statement_id))


def due(session: Session, now: datetime, most: int) -> Sequence[AnyRow]:
    """Statements whose instant has come, locked; those that somebody else is at are left to them."""
    query = select(_STATEMENTS).where(_STATEMENTS.c.next_at <= now).order_by(_STATEMENTS.c.next_at).limit(most)
    return session.execute(query.with_for_update(skip_locked=True)).all()
