"""Deliveries of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.core.models import table
from app.statements.models import StatementDelivery
from app.statements.queries.register import AnyRow, Edge

_DELIVERIES = table(StatementDelivery)


def add_delivery(session: Session, row: Mapping[str, Any]) -> bool:
    """Record a due instant; false where it is recorded already."""
    added = insert(_DELIVERIES).values(dict(row)).on_conflict_do_nothing().returning(_DELIVERIES.c.id)
    return session.execute(added).one_or_none() is not None


def delivery(session: Session, delivery_id: UUID, *, lock: bool = False) -> AnyRow | None:
    """A delivery."""
    query = select(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id)
    return session.execute(query.with_for_update() if lock else query).one_or_none()


def deliveries_page(session: Session, statement_id: UUID, *, limit: int, after: Edge | None) -> list[AnyRow]:
    """One row more than the page, newest first."""
    query = select(_DELIVERIES).where(_DELIVERIES.c.statement_id == statement_id)
    if after is not None:
        query = query.where(tuple_(_DELIVERIES.c.due_at, _DELIVERIES.c.id) < tuple_(*after))
    return list(session.execute(query.order_by(_DELIVERIES.c.due_at.desc(), _DELIVERIES.c.id.desc()).limit(limit + 1)))


def change_delivery(session: Session, delivery_id: UUID, row: Mapping[str, Any]) -> None:
    session.execute(update(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id).values(dict(row)))


def outlived(session: Session, before: datetime, most: int) -> Sequence[AnyRow]:
    """Deliveries that were recorded before an instant."""
    query = select(_DELIVERIES.c.id, _DELIVERIES.c.file_key).where(_DELIVERIES.c.created_at < before)
    return session.execute(query.order_by(_DELIVERIES.c.created_at).limit(most)).all()


def forget_delivery(session: Session, delivery_id: UUID) -> None:
    session.execute(delete(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id))


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that a delivery names."""
    found = session.scalars(select(_DELIVERIES.c.file_key).where(_DELIVERIES.c.file_key.in_(keys)))
    return {key for key in found if key is not None}
