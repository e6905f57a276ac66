"""Webhooks and the log of what was delivered to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.core.models import table
from app.notices.models import Webhook, WebhookDelivery
from app.notices.rules import Status

AnyRow = Row[*tuple[Any, ...]]
Edge = tuple[datetime, UUID]
_HOOKS = table(Webhook)
_DELIVERIES = table(WebhookDelivery)


def add_webhook(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(insert(_HOOKS).values(dict(values)))


def webhook(session: Session, webhook_id: UUID) -> AnyRow | None:
    """A webhook's row."""
    return session.execute(select(_HOOKS).where(_HOOKS.c.id == webhook_id)).one_or_none()


def live_webhooks(session: Session) -> list[AnyRow]:
    """All webhooks, for whoever writes deliveries to them."""
    return list(session.execute(select(_HOOKS.c.id, _HOOKS.c.events, _HOOKS.c.area_code)))


def remove_webhook(session: Session, webhook_id: UUID) -> bool:
    """Remove a webhook with its log; False where there is none."""
    found = session.execute(delete(_HOOKS).where(_HOOKS.c.id == webhook_id).returning(_HOOKS.c.id))
    return found.one_or_none() is not None


def webhooks_page(session: Session, *, limit: int, after: Edge | None) -> list[AnyRow]:
    """One row more than the page, newest first."""
    return _page(session, select(_HOOKS), _HOOKS.c.created_at, _HOOKS.c.id, limit, after)


def deliveries_page(
    session: Session, webhook_id: UUID, status: Status | None, *, limit: int, after: Edge | None
) -> list[AnyRow]:
    """One row more than the page, newest first."""
    query = select(_DELIVERIES).where(_DELIVERIES.c.webhook_id == webhook_id)
    if status is not None:
        query = query.where(_DELIVERIES.c.status == status)
    return _page(session, query, _DELIVERIES.c.created_at, _DELIVERIES.c.id, limit, after)


def _page(
    session: Session,
    query: Select[*tuple[Any, ...]],
    at: ColumnElement[datetime],
    row_id: ColumnElement[UUID],
    limit: int,
    after: Edge | None,
) -> list[AnyRow]:
    if after is not None:
        query = query.where(tuple_(at, row_id) < tuple_(*after))
    return list(session.execute(query.order_by(at.desc(), row_id.desc()).limit(limit + 1)))


def add_delivery(session: Session, values: Mapping[str, Any]) -> bool:
    """Write down what a webhook shall be told; False where that is written already."""
    statement = upsert(_DELIVERIES).values(dict(values)).on_conflict_do_nothing().returning(_DELIVERIES.c.id)
    return session.execute(statement).one_or_none() is not None


def delivery_to_send(session: Session, delivery_id: UUID) -> AnyRow | None:
    """A delivery with the address it goes to; None where it was removed."""
    query = select(_DELIVERIES, _HOOKS.c.url).join(_HOOKS, _HOOKS.c.id == _DELIVERIES.c.webhook_id)
    return session.execute(query.where(_DELIVERIES.c.id == delivery_id)).one_or_none()


def lock_delivery(session: Session, webhook_id: UUID, delivery_id: UUID) -> AnyRow | None:
    """A delivery of this webhook, locked."""
    query = select(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id, _DELIVERIES.c.webhook_id == webhook_id)
    return session.execute(query.with_for_update()).one_or_none()


def note_attempt(session: Session, delivery_id: UUID, values: Mapping[str, Any]) -> None:
    """What became of the delivery."""
    session.execute(update(_DELIVERIES).where(_DELIVERIES.c.id == delivery_id).values(dict(values)))


def purge_deliveries(session: Session, before: datetime) -> int:
    """Forget deliveries that were written before this instant; returns how many."""
    statement = text("""
        WITH gone AS (DELETE FROM webhook_deliveries WHERE created_at < :before RETURNING 1)
        SELECT count(*) FROM gone""")
    return int(session.execute(statement, {"before": before}).scalar_one())


_XID = text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")


def this_transaction(session: Session) -> int:
    """The number of this transaction, as rows of the feed carry it."""
    return int(session.execute(_XID).scalar_one())
