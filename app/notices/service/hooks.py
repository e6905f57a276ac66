"""Registering webhooks, and turning changes into deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.service.keys import keyed
from app.core import audit
from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.jobs import enqueue
from app.core.paging import edge_of, page
from app.grid import service as grid
from app.grid.errors import UnknownArea
from app.notices import queries
from app.notices.errors import BadWebhook, DeliveryNotFound, WebhookNotFound
from app.notices.rules import KEPT_DAYS, Status, fault_of_url, in_scope, secret_text

READER = "webhooks"
ROWS_AT_ONCE = 100
ANNOUNCED = 0
"""Changes are numbered from 1."""


class Announcement(NamedTuple):
    """What is told without a row of the feed."""

    xid: int
    seq: int
    kind: str
    data: Mapping[str, Any]


def secret_of(webhook_id: UUID) -> str:
    """A webhook's secret: derived, so that no copy of the database holds it."""
    return secret_text(keyed("webhook", str(webhook_id)))


def register_webhook(
    session: Session, url: str, events: Sequence[str], *, created_by: UUID, now: datetime, area: str | None = None
) -> dict[str, Any]:
    """Tell this address of these events from now on; with an area, of what lies in it alone.

    Shape:  the webhook with its secret, which is shown this once.
    Raises: BadWebhook.
    """
    if fault := fault_of_url(url):
        raise BadWebhook(f"The address {fault}.", faults=[Fault("/url", fault)])
    if area is not None:
        _check_area(session, area)
    values = {
        "id": new_id(),
        "url": url,
        "events": list(dict.fromkeys(events)),
        "area_code": area,
        "created_by": created_by,
        "created_at": now,
    }
    queries.add_webhook(session, values)
    # Of the address no more than the host: what follows it may be a secret of theirs.
    detail = {"after": {"host": urlsplit(url).hostname, "events": values["events"], "area": area}}
    _note(session, "register", values["id"], detail, created_by, now)
    return _shown(values) | {"secret": secret_of(values["id"])}  # type: ignore[arg-type]


def _check_area(session: Session, area: str) -> None:
    try:
        grid.chain(session, area)
    except UnknownArea as unknown:
        advice = "is the code of no area: see GET /grid/areas"
        raise BadWebhook(f"{area} {advice}.", faults=[Fault("/area", advice)]) from unknown


def _scope(session: Session, hook: Any) -> list[str]:
    """The areas that a webhook is told of: its own, and what took its place in a later grid."""
    if hook.area_code is None:
        return []
    return [hook.area_code, *(heir.code for heir in grid.successors(session, hook.area_code))]


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "url": row["url"],
        "events": row["events"],
        "area": row["area_code"],
        "created_at": to_rfc3339(row["created_at"]),
    }


def _key(row: Any) -> tuple[str, str]:
    return to_rfc3339(row.created_at), str(row.id)


def webhooks_of(session: Session, *, limit: int, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """A page of webhooks, newest first, and the cursor of the next.

    Raises: BadCursor.
    """
    rows, following = page(queries.webhooks_page(session, limit=limit, after=edge_of(cursor)), limit, _key)
    return [_shown(row._mapping) for row in rows], following  # noqa: SLF001 -- the documented way to a row's mapping


def end_webhook(session: Session, webhook_id: UUID, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Tell this address nothing more; its log goes with it.

    Raises: WebhookNotFound.
    """
    found = queries.webhook(session, webhook_id)
    if found is None or not queries.remove_webhook(session, webhook_id):
        raise WebhookNotFound("There is no webhook with this id.")
    detail = {"before": {"host": urlsplit(found.url).hostname, "events": list(found.events), "area": found.area_code}}
    _note(session, "end", webhook_id, detail, actor_id, now)


def _note(
    session: Session, deed: str, webhook_id: object, detail: dict[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    action, subject = f"webhook.{deed}", f"webhook:{webhook_id}"
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)


def deliveries_of(
    session: Session, webhook_id: UUID, status: Status | None, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a webhook's deliveries, newest first, and the cursor of the next.

    Raises: WebhookNotFound, BadCursor.
    """
    if queries.webhook(session, webhook_id) is None:
        raise WebhookNotFound("There is no webhook with this id.")
    found = queries.deliveries_page(session, webhook_id, status, limit=limit, after=edge_of(cursor))
    rows, following = page(found, limit, _key)
    return [delivery_out(row) for row in rows], following


def delivery_out(row: Any, **changed: Any) -> dict[str, Any]:
    """A delivery as its log shows it."""
    found = {**row._mapping, **changed}  # noqa: SLF001 -- the documented way to a row's mapping
    return {
        "id": str(found["id"]),
        "event": found["event"],
        "data": found["data"],
        "status": str(found["status"]),
        "attempts": found["attempts"],
        "last_status": found["last_status"],
        "last_error": found["last_error"],
        "created_at": to_rfc3339(found["created_at"]),
        "tried_at": None if found["tried_at"] is None else to_rfc3339(found["tried_at"]),
    }


def retry_delivery(session: Session, webhook_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    """Try a delivery again from the beginning, whatever became of it.

    Raises: DeliveryNotFound.
    """
    row = queries.lock_delivery(session, webhook_id, delivery_id)
    if row is None:
        raise DeliveryNotFound("This webhook has no delivery with this id.")
    changed = {"status": Status.PENDING, "attempts": 0}
    queries.note_attempt(session, delivery_id, changed)
    enqueue(session, "notices.deliver", delivery_id=str(delivery_id))
    return delivery_out(row, **changed)


def fan_out(session: Session, *, now: datetime) -> bool:
    """Write down for each webhook what it has to be told, and queue it; whether there is more to do at once.

    Reading goes on exactly where it ended, in the transaction in which deliveries are written: nothing is left out
    and nothing comes twice, whenever a worker dies.
    """
    place = queries.reader_place(session, READER)
    if place is None:
        return False
    hooks, rows = queries.live_webhooks(session), queries.unread(session, place, limit=ROWS_AT_ONCE)
    scopes = {hook.id: _scope(session, hook) for hook in hooks} if rows else {}
    for row in rows:
        for hook in hooks:
            if row.kind in hook.events and in_scope(scopes[hook.id], row.area_code):
                _write_down(session, hook.id, row, now)
    queries.move_reader(session, READER, place.at(rows[-1].xid, rows[-1].seq) if rows else place)
    return len(rows) == ROWS_AT_ONCE


def announce(session: Session, event: str, data: Mapping[str, Any], *, now: datetime) -> int:
    """Tell every webhook without an area that wants this event of something that is no change of a case; how many.

    Once in a transaction, whose number stands for that of the change.
    """
    told = 0
    for hook in queries.live_webhooks(session):
        if event in hook.events and hook.area_code is None:
            row = Announcement(queries.this_transaction(session), ANNOUNCED, event, data)
            told += _write_down(session, hook.id, row, now)
    return told


def _write_down(session: Session, webhook_id: UUID, row: Any, now: datetime) -> bool:
    delivery_id = new_id()
    values = {"xid": row.xid, "seq": row.seq, "event": row.kind, "data": row.data, "created_at": now}
    values |= {"id": delivery_id, "webhook_id": webhook_id, "status": Status.PENDING, "attempts": 0}
    added = queries.add_delivery(session, values)
    if added:
        enqueue(session, "notices.deliver", delivery_id=str(delivery_id))
    return added


def purge_deliveries(session: Session, *, now: datetime) -> int:
    """Forget deliveries older than the log goes back; returns how many."""
    return queries.purge_deliveries(session, now - timedelta(days=KEPT_DAYS))
