"""What is decided about notices without asking anybody."""

from app.notices.rules.addresses import networks_of, permitted
from app.notices.rules.frames import frame, greeting, heartbeat, passing
from app.notices.rules.hooks import (
    EVENTS,
    KEPT_DAYS,
    RETRIES,
    Status,
    envelope,
    fault_of_url,
    secret_text,
    status_after,
)
from app.notices.rules.inbox import RECIPIENTS, Happening, Occasion, Recipients, may_ring_at, occasion_of

__all__ = [
    "EVENTS",
    "KEPT_DAYS",
    "RECIPIENTS",
    "RETRIES",
    "Happening",
    "Occasion",
    "Recipients",
    "Status",
    "envelope",
    "fault_of_url",
    "frame",
    "greeting",
    "heartbeat",
    "may_ring_at",
    "networks_of",
    "occasion_of",
    "passing",
    "permitted",
    "secret_text",
    "status_after",
]
