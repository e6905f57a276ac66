"""What becomes of a delivery, and how much and how long."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

ATTEMPTS = 6
"""Pauses of 3, 9 … 3^5 seconds between attempts to make a file: about six minutes."""
MOST_ATTACHED = 5_000_000
"""Bytes of a file that goes with the mail; of a larger one goes a link. Mail servers take ten million, encoded."""
KEPT = timedelta(days=90)
"""How long deliveries and their files are kept."""


class DeliveryState(StrEnum):
    """How far a delivery is. What is sent may still be on its way: the mails say so one by one."""

    WAITING = "waiting"
    MAKING = "making"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"


OVER = frozenset({DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.FAILED})
