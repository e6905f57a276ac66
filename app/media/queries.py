"""All SQL about photos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.media.models import OriginalRead, Photo, Upload


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A stored photo. Units: position as (lon, lat) in degrees, EPSG:4326, as the camera says; sizes in pixels."""

    id: UUID
    owner_id: UUID | None
    owner_key: str
    sha256: str
    mime: str
    bytes: int
    width: int
    height: int
    taken_at: datetime | None
    position: tuple[float, float] | None
    dhash: int
    original_key: str
    display_key: str
    thumb_key: str
    public_key: str | None
    privacy_at: datetime | None
    created_at: datetime
    created: bool = False


_PLAIN = (
    Photo.id,
    Photo.owner_id,
    Photo.owner_key,
    Photo.sha256,
    Photo.mime,
    Photo.bytes,
    Photo.width,
    Photo.height,
    Photo.taken_at,
    Photo.dhash,
    Photo.original_key,
    Photo.display_key,
    Photo.thumb_key,
    Photo.public_key,
    Photo.privacy_at,
    Photo.created_at,
)
_PHOTOS = select(*_PLAIN, func.ST_X(Photo.exif_position).label("lon"), func.ST_Y(Photo.exif_position).label("lat"))
_BY_IDS = _PHOTOS.where(Photo.id.in_(bindparam("ids", expanding=True)))
_OF_OWNER = _PHOTOS.where(Photo.owner_key == bindparam("owner_key"), Photo.sha256 == bindparam("sha256"))
_SENT_SINCE = select(func.count()).where(
    Photo.owner_key == bindparam("owner_key"), Photo.created_at > bindparam("since")
)
_KNOWN_HASHES = select(Photo.sha256).where(Photo.sha256.in_(bindparam("hashes", expanding=True))).distinct()
_INSERT = upsert(Photo).on_conflict_do_nothing(index_elements=[Photo.owner_key, Photo.sha256]).returning(Photo.id)
_SHARE_FILES = text("SELECT pg_advisory_xact_lock_shared(:space, :files)")
_OWN_FILES = text("SELECT pg_advisory_xact_lock(:space, :files)")
_LOCK_SPACE = 7_216_004


def photos_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, PhotoRow]:
    """The photos with these ids, whoever owns them; ids that are none are left out."""
    rows = session.execute(_BY_IDS, {"ids": list(ids)}).mappings()
    return {row["id"]: _row(row) for row in rows}


def photo(session: Session, photo_id: UUID) -> PhotoRow | None:
    """One photo, whoever owns it."""
    return photos_by_id(session, [photo_id]).get(photo_id)


def photo_of_owner(session: Session, owner_key: str, sha256: str) -> PhotoRow | None:
    """The photo with these bytes that the owner already has."""
    row = session.execute(_OF_OWNER, {"owner_key": owner_key, "sha256": sha256}).mappings().one_or_none()
    return None if row is None else _row(row)


def add_photo(session: Session, values: dict[str, Any]) -> bool:
    """Insert a photo; False when the owner has these bytes already, also when that was committed a moment ago."""
    return session.execute(_INSERT, values).scalar() is not None


def count_sent_since(session: Session, owner_key: str, since: datetime) -> int:
    """How many photos the owner has sent after the instant."""
    return session.execute(_SENT_SINCE, {"owner_key": owner_key, "since": since}).scalar_one()


def mark_public(session: Session, photo_id: UUID, public_key: str, now: datetime) -> None:
    """The photo's privacy copy lies under the key; one that was made before stays."""
    session.execute(
        update(Photo)
        .where(Photo.id == photo_id, Photo.privacy_at.is_(None))
        .values(public_key=public_key, privacy_at=now)
    )


def forget_owner(session: Session, photo_ids: Sequence[UUID]) -> None:
    """The photos belong to nobody from now on; each gets a key of its own, because equal bytes may not share one."""
    erased = func.concat("erased:", cast(Photo.id, Text))
    session.execute(update(Photo).where(Photo.id.in_(photo_ids)).values(owner_id=None, owner_key=erased))


def add_original_read(session: Session, photo_id: UUID, user_id: UUID | None, now: datetime) -> None:
    """Note that somebody was shown an original."""
    session.execute(insert(OriginalRead).values(photo_id=photo_id, user_id=user_id, read_at=now))


def known_hashes(session: Session, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that a photo has."""
    return set(session.execute(_KNOWN_HASHES, {"hashes": list(hashes)}).scalars())


def share_files(session: Session, sha256: str) -> None:
    """Until the end of the transaction nobody removes the files with this hash."""
    session.execute(_SHARE_FILES, {"space": _LOCK_SPACE, "files": _lock_number(sha256)})


def own_files(session: Session, sha256: str) -> None:
    """Until the end of the transaction nobody refers to the files with this hash; waits for those who just do."""
    session.execute(_OWN_FILES, {"space": _LOCK_SPACE, "files": _lock_number(sha256)})


def _lock_number(sha256: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256[:8]), "big", signed=True)


def _row(row: Any) -> PhotoRow:
    values = dict(row)
    lon, lat = values.pop("lon"), values.pop("lat")
    return PhotoRow(**values, position=None if lon is None else (lon, lat))


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A resumable upload under way. Units: length and received in bytes."""

    id: UUID
    owner_key: str
    length: int
    received: int
    filename: str | None
    parts: list[str]
    photo_id: UUID | None
    expires_at: datetime


_UPLOAD = select(
    Upload.id,
    Upload.owner_key,
    Upload.length,
    Upload.received,
    Upload.filename,
    Upload.parts,
    Upload.photo_id,
    Upload.expires_at,
).where(Upload.id == bindparam("upload_id"))
_UPLOADS_SINCE = select(func.count()).where(
    Upload.owner_key == bindparam("owner_key"), Upload.created_at > bindparam("since")
)


def upload(session: Session, upload_id: UUID) -> UploadRow | None:
    """One upload."""
    row = session.execute(_UPLOAD, {"upload_id": upload_id}).mappings().one_or_none()
    return None if row is None else UploadRow(**row)


def add_upload(session: Session, values: dict[str, Any]) -> None:
    """Begin an upload."""
    session.execute(insert(Upload), values)


def count_uploads_since(session: Session, owner_key: str, since: datetime) -> int:
    """How many uploads the owner began after the instant."""
    return session.execute(_UPLOADS_SINCE, {"owner_key": owner_key, "since": since}).scalar_one()


def advance_upload(session: Session, before: UploadRow, received: int, **values: Any) -> bool:
    """Move an upload on from where it was; False when another request has moved it meanwhile."""
    moved = session.execute(
        update(Upload)
        .where(Upload.id == before.id, Upload.received == before.received, Upload.photo_id.is_(None))
        .values(received=received, **values)
        .returning(Upload.id)
    )
    return moved.scalar() is not None


def remove_upload(session: Session, upload_id: UUID) -> None:
    """Forget an upload."""
    session.execute(delete(Upload).where(Upload.id == upload_id))


def remove_uploads_expired_before(session: Session, instant: datetime) -> int:
    """Forget uploads that expired before the instant; returns how many."""
    removed = session.execute(delete(Upload).where(Upload.expires_at < instant).returning(Upload.id))
    return len(removed.all())
