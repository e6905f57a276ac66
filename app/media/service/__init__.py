"""What other features may ask of photos."""

from app.media.queries import PhotoRow, photos_by_id
from app.media.rules.evidence import compare_exif
from app.media.rules.likeness import alike, similar
from app.media.service.keep import KeptPhoto, check_allowance, is_owner, keep, owner_of, photos, record
from app.media.service.shown import (
    key_behind,
    open_original,
    photo_for,
    photo_urls,
    public_views_of,
    publish,
    store_public_copy,
    stored_view_of,
    views_of,
)
from app.media.service.sweep import old_hashes, orphans, remove_orphan

__all__ = [
    "KeptPhoto",
    "PhotoRow",
    "alike",
    "check_allowance",
    "compare_exif",
    "is_owner",
    "keep",
    "key_behind",
    "old_hashes",
    "open_original",
    "orphans",
    "owner_of",
    "photo_for",
    "photo_urls",
    "photos",
    "photos_by_id",
    "public_views_of",
    "publish",
    "record",
    "remove_orphan",
    "similar",
    "store_public_copy",
    "stored_view_of",
    "views_of",
]
