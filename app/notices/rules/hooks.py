"""Webhooks: what is sent, to which addresses, and when it is given up.

Source: Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

EVENTS = ("case.created", "case.changed", "case.lamp", "task.assigned", "statement.ready")
RETRIES = 11
"""Pauses of 3, 9, 27 … 3^11 seconds: about three days."""
KEPT_DAYS = 30
"""How long the log of deliveries goes back."""
LONGEST_URL = 2000


class Status(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


def secret_text(key: bytes) -> str:
    """A key as the receiver's library takes it.

    Example:
        >>> secret_text(b"0123456789abcdef01234567")
        'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'
    """
    return "whsec_" + base64.b64encode(key).decode()


def envelope(event: str, timestamp: str, data: Mapping[str, Any]) -> str:
    """The body of a delivery; the same for each try, so that its signature covers the same content.

    Example:
        >>> envelope("case.changed", "2026-03-10T02:00:00Z", {"number": "20260310-000001"})
        '{"type":"case.changed","timestamp":"2026-03-10T02:00:00Z","data":{"number":"20260310-000001"}}'
    """
    body = {"type": event, "timestamp": timestamp, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def in_scope(scope: Collection[str], area_code: str | None) -> bool:
    """Whether a webhook with these areas is told of what lies there; without any, of everything.

    What lies nowhere known is in no area.

    Example:
        >>> in_scope((), None), in_scope(["310101"], "310101001001001"), in_scope(["310101"], None)
        (True, True, False)
        >>> in_scope(["310101001"], "310101")
        False
    """
    return not scope or (area_code is not None and area_code.startswith(tuple(scope)))


def fault_of_url(url: str) -> str | None:
    """What is wrong with the address of a webhook, or None.

    Example:
        >>> fault_of_url("https://example.org/hook"), fault_of_url("ftp://example.org")
        (None, 'must begin with https:// or http://')
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        return f"must have at most {LONGEST_URL} visible ASCII characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not an address"
    if parts.scheme not in {"https", "http"}:
        return "must begin with https:// or http://"
    if not parts.hostname or port == 0:
        return "must name a host"
    if parts.username is not None or parts.fragment:
        return "must carry no user name and no fragment"
    return None


def status_after(answered: int | None, attempts: int) -> Status:
    """What a delivery is after so many attempts, the last one answered like this (None: not at all).

    An endpoint that answers 410 wants no more of it.

    Example:
        >>> [str(status_after(answered, 1)) for answered in (204, 500, 410, None)]
        ['delivered', 'pending', 'failed', 'pending']
        >>> str(status_after(500, 12))
        'failed'
    """
    if answered is not None and 200 <= answered < 300:
        return Status.DELIVERED
    return Status.FAILED if answered == 410 or attempts > RETRIES else Status.PENDING
