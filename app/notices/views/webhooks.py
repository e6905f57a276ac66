"""Webhooks over HTTP: register, look at, end, and the log of deliveries."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, json_response, write_unit
from app.core.paging import PageQuery
from app.core.schemas import problems
from app.notices import service
from app.notices.schemas import (
    DeliveriesPage,
    DeliveriesQuery,
    DeliveryOut,
    DeliveryPath,
    NewWebhookOut,
    WebhookIn,
    WebhookPath,
    WebhooksPage,
)
from app.notices.views.blueprint import notices

UNKNOWN = problems(401, 403, 404)


@notices.post("/webhooks", operation_id="register_webhook", responses={201: NewWebhookOut, **problems(401, 403)})
@needs("webhooks.admin")
def register_webhook(body: WebhookIn) -> Response:
    """Tell an address of events from now on; the answer shows the secret, this once.

    Deliveries are signed by the Standard Webhooks specification and tried again for about three days.
    """
    with write_unit() as session:
        who: UUID = current_principal().id  # type: ignore[assignment]  # an administrator is somebody
        found = service.register_webhook(
            session, body.url, body.events, created_by=who, now=clock.now(), area=body.area
        )
        return answer(session, found, 201)


@notices.get("/webhooks", operation_id="list_webhooks", responses={200: WebhooksPage, **problems(401, 403)})
@needs("webhooks.admin")
def list_webhooks(query: PageQuery) -> Response:
    """All webhooks, newest first."""
    with read_unit() as session:
        items, cursor = service.webhooks_of(session, limit=query.limit, cursor=query.cursor)
    return json_response({"items": items, "next_cursor": cursor})


@notices.delete("/webhooks/<uuid:webhook_id>", operation_id="end_webhook", responses={204: None, **UNKNOWN})
@needs("webhooks.admin")
def end_webhook(path: WebhookPath) -> Response:
    """Tell an address nothing more; its log goes with it."""
    with unit_of_work() as session:
        service.end_webhook(session, path.webhook_id, now=clock.now(), actor_id=current_principal().id)
    return json_response(None, 204)


@notices.get(
    "/webhooks/<uuid:webhook_id>/deliveries", operation_id="list_deliveries", responses={200: DeliveriesPage, **UNKNOWN}
)
@needs("webhooks.admin")
def list_deliveries(path: WebhookPath, query: DeliveriesQuery) -> Response:
    """What was delivered to a webhook in the last 30 days, or not, newest first."""
    with read_unit() as session:
        items, cursor = service.deliveries_of(
            session, path.webhook_id, query.status, limit=query.limit, cursor=query.cursor
        )
    return json_response({"items": items, "next_cursor": cursor})


@notices.post(
    "/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/retry",
    operation_id="retry_delivery",
    responses={200: DeliveryOut, **UNKNOWN},
)
@needs("webhooks.admin")
def retry_delivery(path: DeliveryPath) -> Response:
    """Try a delivery again from the beginning."""
    with write_unit() as session:
        return answer(session, service.retry_delivery(session, path.webhook_id, path.delivery_id))
