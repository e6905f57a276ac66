"""Identifiers: UUID version 7, so that rows made together lie together in an index."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A new UUID v7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
