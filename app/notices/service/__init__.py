"""What the rest of the house may do with notices."""

from app.notices.service.delivering import Letter, Outcome, conclude, letter, post
from app.notices.service.hearing import Event, Heard, begin, hear
from app.notices.service.hooks import (
    deliveries_of,
    end_webhook,
    fan_out,
    purge_deliveries,
    register_webhook,
    retry_delivery,
    secret_of,
    webhooks_of,
)

__all__ = [
    "Event",
    "Heard",
    "Letter",
    "Outcome",
    "begin",
    "conclude",
    "deliveries_of",
    "end_webhook",
    "fan_out",
    "hear",
    "letter",
    "post",
    "purge_deliveries",
    "register_webhook",
    "retry_delivery",
    "secret_of",
    "webhooks_of",
]
