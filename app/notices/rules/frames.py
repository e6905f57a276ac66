"""How events are written on a stream.

Source: WHATWG HTML, Server-sent events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

RETRY_MS = 3000
"""How long a client that lost its stream waits before it comes back."""


def frame(event: str, data: Mapping[str, Any], cursor: str) -> bytes:
    r"""An event; its id is the cursor to resume from.

    Example:
        >>> frame("case.changed", {"number": "20260310-000001"}, "abc")
        b'id: abc\nevent: case.changed\ndata: {"number":"20260310-000001"}\n\n'
    """
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {cursor}\nevent: {event}\ndata: {body}\n\n".encode()


def passing(event: str, data: Mapping[str, Any]) -> bytes:
    r"""An event that nobody resumes from: it has no id, so that the client's place in the feed stays.

    Example:
        >>> passing("position", {"lon": 121.5, "lat": 31.2})
        b'event: position\ndata: {"lon":121.5,"lat":31.2}\n\n'
    """
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {body}\n\n".encode()


def greeting(cursor: str) -> bytes:
    r"""What a stream begins with, so that headers and proxies move at once.

    Example:
        >>> greeting("abc")
        b': hello\nretry: 3000\nid: abc\n\n'
    """
    return f": hello\nretry: {RETRY_MS}\nid: {cursor}\n\n".encode()


def heartbeat(cursor: str) -> bytes:
    r"""A sign of life; it moves the client's place past changes that it may not see.

    Example:
        >>> heartbeat("abc")
        b':\nid: abc\n\n'
    """
    return f":\nid: {cursor}\n\n".encode()
