"""What others get to see of photos, and the copy that everybody may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.config import config
from app.core.storage import store
from app.media import queries
from app.media.errors import PhotoNotFound
from app.media.queries import PhotoRow
from app.media.rules import links
from app.media.rules.links import Variant
from app.media.rules.pixels import public_copy
from app.media.schemas import PhotoOut, PhotoPosition, PhotoUrls, PublicPhotoOut, StoredPhotoOut
from app.media.service.keep import is_owner


def photo_url(photo_id: UUID, now: datetime, variant: Variant) -> str:
    """The signed address of one variant, good for 15 minutes."""
    return links.signed_path(config().secret_key, photo_id, variant, now)


def photo_urls(photo_id: UUID, now: datetime, *, public: bool = False) -> PhotoUrls:
    """The signed addresses of a photo: for those who may see it, or (public) of the copy that hides everybody."""
    if public:
        url = photo_url(photo_id, now, Variant.PUBLIC)
        return PhotoUrls(display=url, thumb=url)
    return PhotoUrls(display=photo_url(photo_id, now, Variant.DISPLAY), thumb=photo_url(photo_id, now, Variant.THUMB))


def views_of(rows: Iterable[PhotoRow], now: datetime) -> list[PhotoOut]:
    """Photos as those see them who may see the case or report: the caller has checked that."""
    return [PhotoOut(**_seen(row, now)) for row in rows]


def stored_view_of(row: PhotoRow, now: datetime) -> StoredPhotoOut:
    """A photo as its sender sees it."""
    return StoredPhotoOut(**_seen(row, now), sha256=row.sha256)


def public_views_of(rows: Iterable[PhotoRow], now: datetime) -> list[PublicPhotoOut]:
    """Photos as anybody may see them; those without a privacy copy are left out."""
    return [
        PublicPhotoOut(width=row.width, height=row.height, urls=photo_urls(row.id, now, public=True))
        for row in rows
        if row.privacy_at is not None
    ]


def _seen(row: PhotoRow, now: datetime) -> dict[str, object]:
    place = None if row.position is None else PhotoPosition(lon=row.position[0], lat=row.position[1])
    return {
        "id": row.id,
        "taken_at": row.taken_at.isoformat() if row.taken_at else None,
        "width": row.width,
        "height": row.height,
        "position": place,
        "urls": photo_urls(row.id, now),
    }


def photo_for(session: Session, photo_id: UUID, *, principal: Principal) -> PhotoRow:
    """A photo for its sender, or for staff who may see originals.

    Raises: PhotoNotFound, also for a photo that is somebody else's.
    """
    row = queries.photo(session, photo_id)
    if row is None or not (is_owner(row, principal) or principal.may("photo.original")):
        raise PhotoNotFound("There is no photo with this id, or it is not yours.")
    return row


def key_behind(session: Session, photo_id: UUID, variant: Variant, expires: int, signature: str, now: datetime) -> str:
    """The storage key that a signed address stands for.

    Raises: PhotoNotFound when the address is not ours, has ended, or the photo has no such copy.
    """
    if not links.is_valid(config().secret_key, photo_id, variant, expires, signature, now):
        raise PhotoNotFound("This address was not made here or has ended: read the report or case again for a new one.")
    row = queries.photo(session, photo_id)
    keys = (
        {}
        if row is None
        else {Variant.DISPLAY: row.display_key, Variant.THUMB: row.thumb_key, Variant.PUBLIC: row.public_key}
    )
    if (key := keys.get(variant)) is None:
        raise PhotoNotFound("There is no such photo.")
    return key


def open_original(session: Session, photo_id: UUID, *, principal: Principal, now: datetime) -> PhotoRow:
    """A photo whose original the principal is about to be shown, which is noted.

    Raises: PhotoNotFound.
    """
    row = queries.photo(session, photo_id)
    if row is None:
        raise PhotoNotFound("There is no photo with this id.")
    queries.add_original_read(session, photo_id, principal.id, now)
    return row


def original_name(row: PhotoRow) -> str:
    """The name under which an original is shown: the photo's id and the ending of its kind."""
    return f"{row.id}.{row.original_key.rpartition('.')[2]}"


def store_public_copy(row: PhotoRow) -> str:
    """Make and store the copy that anybody may see; returns its key. No transaction needs to be open.

    Raises: StoredBytesMissing, PhotoUnreadable.
    """
    key = f"public/{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}.jpg"
    store().put(key, public_copy(store().get(row.display_key)))
    return key


def publish(session: Session, photo_id: UUID, public_key: str, *, now: datetime) -> None:
    """From now on the photo may be shown to anybody, as the copy under the key."""
    queries.mark_public(session, photo_id, public_key, now)
