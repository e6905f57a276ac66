"""What is decided about notices without asking anybody."""

from app.notices.rules.addresses import networks_of, permitted
from app.notices.rules.frames import frame, greeting, heartbeat
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

__all__ = [
    "EVENTS",
    "KEPT_DAYS",
    "RETRIES",
    "Status",
    "envelope",
    "fault_of_url",
    "frame",
    "greeting",
    "heartbeat",
    "networks_of",
    "permitted",
    "secret_text",
    "status_after",
]
