"""Uploads that go on after the network was lost; the last part makes the photo.

Parts are files of their own and are joined when all are there: any store can keep them, and two requests that send the
same part at once leave one of them, because only one can move the upload on from where it was.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.config import config
from app.core.ids import new_id
from app.core.storage import store
from app.media import queries
from app.media.errors import BadUpload, OffsetDiffers, PhotoTooLarge, TooManyPhotos, UploadGone, UploadNotFound
from app.media.queries import PhotoRow, UploadRow
from app.media.rules.kinds import MAX_BYTES
from app.media.rules.resumable import LIFETIME
from app.media.service.keep import KeptPhoto, keep, owner_of, record

FOLDER = "uploads"


def create_upload(
    session: Session, *, length: int, filename: str | None, principal: Principal, now: datetime
) -> UploadRow:
    """Begin an upload of `length` bytes.

    Raises: PhotoTooLarge, BadUpload, TooManyPhotos.
    """
    if length > MAX_BYTES:
        raise PhotoTooLarge(f"A photo may have {MAX_BYTES // 1024 // 1024} MiB.", max_bytes=MAX_BYTES)
    if length < 1:
        raise BadUpload("Upload-Length must be the size of the photo in bytes.")
    owner = owner_of(principal)
    most = config().intake_limit(principal.kind)
    if most is not None and queries.count_uploads_since(session, owner, now - timedelta(hours=1)) >= most:
        raise TooManyPhotos("You have begun too many uploads within an hour: go on later.", retry_after_s=600)
    row = UploadRow(new_id(), owner, length, 0, filename, [], None, now + LIFETIME)
    values = {
        "id": row.id,
        "owner_key": owner,
        "length": length,
        "received": 0,
        "filename": filename,
        "parts": [],
        "created_at": now,
        "expires_at": row.expires_at,
    }
    queries.add_upload(session, values)
    return row


def upload_for(session: Session, upload_id: UUID, *, principal: Principal, now: datetime) -> UploadRow:
    """The upload, for who began it. An anonymous one is continued by whoever knows its address: phones change networks.

    Raises: UploadNotFound, UploadGone.
    """
    row = queries.upload(session, upload_id)
    if row is None or not (row.owner_key.startswith("address:") or row.owner_key == owner_of(principal)):
        raise UploadNotFound("There is no such upload: begin a new one with POST /uploads.")
    if now > row.expires_at:
        raise UploadGone("The upload was not completed in time: begin a new one with POST /uploads.")
    return row


def check_part(upload: UploadRow, offset: int, size: int) -> None:
    """Whether a part of `size` bytes fits at the offset.

    Raises: OffsetDiffers, BadUpload.
    """
    if offset != upload.received:
        raise OffsetDiffers(
            f"The upload stands at {upload.received}, not at {offset}: ask with HEAD and go on from there.",
            offset=upload.received,
        )
    if offset + size > upload.length:
        raise BadUpload(f"The part goes {offset + size - upload.length} bytes beyond Upload-Length.")


def store_part(upload: UploadRow, part: bytes) -> str:
    """Keep a part; returns its key. No transaction needs to be open."""
    key = f"{FOLDER}/{upload.id}-{upload.received:09d}-{secrets.token_hex(6)}"
    store().put(key, part)
    return key


def add_part(session: Session, upload: UploadRow, key: str, size: int) -> int:
    """The stored part belongs to the upload; returns the new offset.

    Raises: OffsetDiffers when another request has moved the upload meanwhile.
    """
    received = upload.received + size
    if not queries.advance_upload(session, upload, received, parts=[*upload.parts, key]):
        raise OffsetDiffers("Another request has sent this part meanwhile: ask with HEAD where the upload stands.")
    return received


def join_parts(upload: UploadRow, last: bytes) -> KeptPhoto:
    """Verify and store the whole photo: the stored parts and the last one. No transaction needs to be open.

    Raises: what `keep` raises.
    """
    return keep(b"".join(store().get(key) for key in upload.parts) + last, filename=upload.filename)


def finish_upload(
    session: Session, upload: UploadRow, kept: KeptPhoto, *, principal: Principal, now: datetime
) -> PhotoRow:
    """Record the photo of a complete upload; it belongs to who sent the last part.

    Raises: OffsetDiffers, PhotoBusy.
    """
    photo = record(session, kept, principal=principal, now=now)
    if not queries.advance_upload(session, upload, upload.length, photo_id=photo.id, parts=[]):
        raise OffsetDiffers("Another request has completed the upload meanwhile: ask with HEAD.")
    return photo


def terminate_upload(session: Session, upload: UploadRow) -> None:
    """Forget the upload; a photo that it became stays."""
    queries.remove_upload(session, upload.id)


def remove_parts(upload: UploadRow) -> None:
    """Remove the files of an upload that is complete or forgotten."""
    for key in upload.parts:
        store().delete(key)


def forget_expired_uploads(session: Session, *, now: datetime) -> int:
    """Forget uploads a day after they expired (until then they are said to be gone); returns how many."""
    return queries.remove_uploads_expired_before(session, now - timedelta(days=1))


def remove_old_parts(now: datetime) -> int:
    """Remove parts that no upload can need any more; returns how many."""
    doomed = [key for key, written_at in store().keys(FOLDER) if written_at < now - LIFETIME - timedelta(hours=1)]
    for key in doomed:
        store().delete(key)
    return len(doomed)
