"""All SQL of notices."""

from app.notices.queries.feed import changes_after, move_reader, reader_place, unread
from app.notices.queries.hooks import (
    add_delivery,
    add_webhook,
    deliveries_page,
    delivery_to_send,
    live_webhooks,
    lock_delivery,
    note_attempt,
    purge_deliveries,
    remove_webhook,
    webhook,
    webhooks_page,
)

__all__ = [
    "add_delivery",
    "add_webhook",
    "changes_after",
    "deliveries_page",
    "delivery_to_send",
    "live_webhooks",
    "lock_delivery",
    "move_reader",
    "note_attempt",
    "purge_deliveries",
    "reader_place",
    "remove_webhook",
    "unread",
    "webhook",
    "webhooks_page",
]
