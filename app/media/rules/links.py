"""Signed addresses of photos, for browsers that cannot send a header with an <img>."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

VALID = timedelta(minutes=15)


class Variant(StrEnum):
    """What can be fetched by a signed address. The original cannot."""

    DISPLAY = "display"
    THUMB = "thumb"
    PUBLIC = "public"


def expiry(now: datetime) -> int:
    """When an address made now ends, as Unix time in whole seconds: 15 minutes from now.

    Example:
        >>> from datetime import UTC
        >>> expiry(datetime(2026, 3, 10, 2, 0, tzinfo=UTC))
        1773108900
    """
    return int((now + VALID).timestamp())


def signature(key: str, photo_id: UUID, variant: Variant, expires: int) -> str:
    """The signature of one address: 128 bits of HMAC-SHA-256, as hexadecimal digits."""
    message = f"photo\n{photo_id}\n{variant}\n{expires}"
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()[:32]


def signed_path(key: str, photo_id: UUID, variant: Variant, now: datetime) -> str:
    """The address of a photo's variant, good for 15 minutes; a path from the server's root."""
    expires = expiry(now)
    return (
        f"/api/v1/photos/{photo_id}/{variant}?expires={expires}&signature={signature(key, photo_id, variant, expires)}"
    )


def is_valid(key: str, photo_id: UUID, variant: Variant, expires: int, given: str, now: datetime) -> bool:
    """Whether an address was signed with the key and has not ended; compared in constant time."""
    expected = signature(key, photo_id, variant, expires)
    return hmac.compare_digest(expected.encode(), given.encode()) and now.timestamp() <= expires


def owner_key(principal_key: str, key: str) -> str:
    """Whose photo it is: a user by id, an anonymous caller by a digest of the address, which is personal data.

    Example:
        >>> owner_key("user:7", "k")
        'user:7'
        >>> owner_key("address:192.0.2.1", "k").startswith("address:192")
        False
    """
    kind, _, rest = principal_key.partition(":")
    if kind != "address":
        return principal_key
    return f"address:{hmac.new(key.encode(), rest.encode(), hashlib.sha256).hexdigest()[:32]}"
