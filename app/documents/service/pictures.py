"""The pictures of a paper: small copies, read and made while no transaction is open."""

from __future__ import annotations

import io
from collections.abc import Mapping
from uuid import UUID

import structlog
from PIL import Image
from sqlalchemy.orm import Session

from app.core.storage import StoredBytesMissing, store
from app.documents.service.pages import pictures_in
from app.media import service as media

log = structlog.get_logger()
# At most 88 mm wide on paper: 200 dots per inch.
SIDE = 700
QUALITY = 78


def keys_of(session: Session, html: str) -> dict[str, str]:
    """Where the bytes of the pictures lie that a page names: name → storage key; one statement.

    A paper names the copy that its reader may see; who may only see public copies gets pages that name those.
    """
    named = pictures_in(html)
    rows = media.photos_by_id(session, {UUID(photo_id) for _, photo_id in named.values()}) if named else {}
    found: dict[str, str] = {}
    for name, (variant, photo_id) in named.items():
        if (row := rows.get(UUID(photo_id))) is None:
            continue
        key = row.public_key if variant == "public" else row.display_key
        if key is not None:
            found[name] = key
    return found


def pictures_at(keys: Mapping[str, str]) -> dict[str, bytes]:
    """Small copies by name; one whose bytes are gone is left out and logged."""
    found: dict[str, bytes] = {}
    for name, key in keys.items():
        try:
            found[name] = small(store().get(key))
        except StoredBytesMissing:
            log.warning("paper.picture_missing", key=key)
    return found


def small(picture: bytes) -> bytes:
    """A copy of one of our own JPEGs that fits on a paper."""
    with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE), Image.Resampling.BILINEAR)
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
