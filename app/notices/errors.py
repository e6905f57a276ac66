"""What can be wrong with listening."""

from __future__ import annotations

from app.core.errors import Unavailable


class StreamsFull(Unavailable):
    slug = "streams-full"
    title = "Too many live streams at the moment"
