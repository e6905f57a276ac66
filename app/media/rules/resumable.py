"""The headers of tus 1.0, the protocol of uploads that go on after the network was lost.

Source: https://tus.io/protocols/resumable-upload (1.0.0).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import timedelta

from app.media.errors import BadUpload, ChecksumDiffers, ChecksumUnknown

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256")
# An inspector's weekend without a network; what is left after that is sent from the start.
LIFETIME = timedelta(days=3)


def metadata(header: str) -> dict[str, str]:
    """The values of an `Upload-Metadata` header by name.

    Raises: BadUpload.

    Example:
        >>> metadata("filename YS5qcGc=,is_confidential")
        {'filename': 'a.jpg', 'is_confidential': ''}
    """
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, encoded = pair.partition(" ")
        if name in values:
            raise BadUpload(f"Upload-Metadata names {name} twice.")
        values[name] = _text(name, encoded)
    return values


def _text(name: str, encoded: str) -> str:
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadUpload(f"In Upload-Metadata the value of {name} is not UTF-8 in base64.") from error
    if "\x00" in text:
        raise BadUpload(f"In Upload-Metadata the value of {name} contains U+0000.")
    return text


def check_sum(part: bytes, header: str) -> None:
    """Compare a part with its `Upload-Checksum` header; an empty header claims nothing.

    Raises: ChecksumUnknown, ChecksumDiffers.

    Example:
        >>> check_sum(b"hello world", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")
    """
    if not header:
        return
    algorithm, _, encoded = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise ChecksumUnknown(f"Send Upload-Checksum with {' or '.join(ALGORITHMS)}, or leave it out.")
    digest = hashlib.new(algorithm, part, usedforsecurity=False).digest()
    if base64.b64encode(digest).decode() != encoded.strip():
        raise ChecksumDiffers("What arrived is not what was sent: send this part again from the same Upload-Offset.")
