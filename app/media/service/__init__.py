"""What other features may ask of photos."""

from app.media.queries import PhotoRow, photos_by_id
from app.media.rules.evidence import compare_exif
from app.media.rules.likeness import alike, similar
from app.media.service.keep import KeptPhoto, check_allowance, forget_owner, is_owner, keep, owner_of, photos, record
from app.media.service.shown import (
    key_behind,
    open_original,
    original_name,
    photo_for,
    photo_urls,
    public_views_of,
    publish,
    store_public_copy,
    stored_view_of,
    views_of,
)
from app.media.service.sweep import old_hashes, orphans, prefixes_of, remove_orphan
from app.media.service.uploads import (
    add_part,
    check_part,
    create_upload,
    finish_upload,
    forget_expired_uploads,
    join_parts,
    remove_old_parts,
    remove_parts,
    store_part,
    terminate_upload,
    upload_for,
)

__all__ = [
    "KeptPhoto",
    "PhotoRow",
    "add_part",
    "alike",
    "check_allowance",
    "check_part",
    "compare_exif",
    "create_upload",
    "finish_upload",
    "forget_expired_uploads",
    "forget_owner",
    "is_owner",
    "join_parts",
    "keep",
    "key_behind",
    "old_hashes",
    "open_original",
    "original_name",
    "orphans",
    "owner_of",
    "photo_for",
    "photo_urls",
    "photos",
    "photos_by_id",
    "prefixes_of",
    "public_views_of",
    "publish",
    "record",
    "remove_old_parts",
    "remove_orphan",
    "remove_parts",
    "similar",
    "store_part",
    "store_public_copy",
    "stored_view_of",
    "terminate_upload",
    "upload_for",
    "views_of",
]
