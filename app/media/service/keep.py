"""From bytes to a row: verify and store first, with no transaction open; then record."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.config import config
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.jobs import enqueue
from app.core.storage import store
from app.media import queries
from app.media.errors import PhotoBusy, PhotoTooLarge, PhotoUnreadable, TooManyPhotos, UnknownPhoto
from app.media.queries import PhotoRow
from app.media.rules import links
from app.media.rules.containers import open_container
from app.media.rules.exif import Exif, read_exif
from app.media.rules.kinds import MAX_BYTES, Kind
from app.media.rules.pixels import Derived
from app.media.service.decoding import decode


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo whose bytes are verified and stored, and that no row refers to yet."""

    sha256: str
    kind: Kind
    bytes: int
    width: int
    height: int
    dhash: int
    exif: Exif

    @property
    def original_key(self) -> str:
        return _key("originals", self.sha256, self.kind.value)

    @property
    def display_key(self) -> str:
        return _key("display", self.sha256, "jpg")

    @property
    def thumb_key(self) -> str:
        return _key("thumb", self.sha256, "jpg")

    @property
    def keys(self) -> tuple[str, str, str]:
        return self.original_key, self.display_key, self.thumb_key


def _key(folder: str, sha256: str, suffix: str) -> str:
    return f"{folder}/{sha256[:2]}/{sha256[2:4]}/{sha256}.{suffix}"


def keep(source: IO[bytes] | bytes, *, filename: str | None) -> KeptPhoto:
    """Verify a photo by decoding it, make its copies and store them all under the hash of the original's bytes.

    Call it before a transaction is open: it takes a tenth of a second and more. Storing the same bytes again replaces
    the files by equal ones and makes them young again, so that the sweep of files without a row leaves them alone.
    Raises: PhotoTooLarge, PhotoType, PhotoUnreadable, PhotoCarriesCargo, PhotoBusy.
    """
    data = _read(source)
    container = open_container(data, filename)
    made = decode(container)
    kept = _kept(data, container.kind, made)
    store().put(kept.display_key, made.display)
    store().put(kept.thumb_key, made.thumb)
    store().put(kept.original_key, data)
    return kept


def _read(source: IO[bytes] | bytes) -> bytes:
    data = source if isinstance(source, bytes) else source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise PhotoTooLarge(
            f"A photo may have {MAX_BYTES // 1024 // 1024} MiB: send it in a smaller resolution.", max_bytes=MAX_BYTES
        )
    if not data:
        raise PhotoUnreadable("The file is empty: the upload was interrupted or nothing was chosen.")
    return data


def _kept(data: bytes, kind: Kind, made: Derived) -> KeptPhoto:
    return KeptPhoto(
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        bytes=len(data),
        width=made.width,
        height=made.height,
        dhash=made.dhash,
        exif=read_exif(made.exif, ZoneInfo(config().city_tz)),
    )


def record(session: Session, kept: KeptPhoto, *, principal: Principal, now: datetime) -> PhotoRow:
    """The row of a kept photo; `created` is False when this owner had sent the same bytes before.

    A new photo's privacy copy is queued in the same transaction.
    Raises: PhotoBusy when the sweep removed the files between `keep` and now: keep it again.
    """
    owner = owner_of(principal)
    if existing := queries.photo_of_owner(session, owner, kept.sha256):
        return existing
    queries.share_files(session, kept.sha256)
    if not all(store().exists(key) for key in kept.keys):
        raise PhotoBusy("The photo could not be kept this time: send it again.", retry_after_s=1)
    photo_id = new_id()
    created = queries.add_photo(session, _values(kept, photo_id, owner, principal, now))
    if created:
        enqueue(session, "media.make_privacy_copy", photo_id=str(photo_id))
    row = queries.photo_of_owner(session, owner, kept.sha256)
    assert row is not None
    return replace(row, created=created)


def _values(kept: KeptPhoto, photo_id: UUID, owner: str, principal: Principal, now: datetime) -> dict[str, object]:
    lon_lat = kept.exif.position
    return {
        "id": photo_id,
        "owner_id": principal.id,
        "owner_key": owner,
        "sha256": kept.sha256,
        "mime": kept.kind.mime,
        "bytes": kept.bytes,
        "width": kept.width,
        "height": kept.height,
        "taken_at": kept.exif.taken_at,
        "exif_position": None if lon_lat is None else f"SRID=4326;POINT({lon_lat[0]!r} {lon_lat[1]!r})",
        "dhash": kept.dhash,
        "original_key": kept.original_key,
        "display_key": kept.display_key,
        "thumb_key": kept.thumb_key,
        "created_at": now,
    }


def owner_of(principal: Principal) -> str:
    """The `owner_key` of what this principal sends."""
    return links.owner_key(principal.key, config().data_key)


def is_owner(photo: PhotoRow, principal: Principal) -> bool:
    """Whether the principal sent the photo: signed in, or before signing in from the same address."""
    return photo.owner_key in _owner_keys(principal)


def _owner_keys(principal: Principal) -> set[str]:
    keys = {owner_of(principal)}
    if principal.address is not None:
        keys.add(links.owner_key(f"address:{principal.address}", config().data_key))
    return keys


def photos(session: Session, ids: Sequence[UUID], *, principal: Principal) -> list[PhotoRow]:
    """The photos with these ids that the principal sent, in the given order, each once.

    The system may use every photo.
    Raises: UnknownPhoto with the pointer `/photo_ids/n` of each that is not there or not theirs.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    found = queries.photos_by_id(session, wanted)
    own = _owner_keys(principal)
    usable = {key: row for key, row in found.items() if row.owner_key in own or principal.kind == "system"}
    faults = [
        Fault(f"/photo_ids/{index}", "is not the id of a photo that you sent")
        for index, photo_id in enumerate(ids)
        if photo_id not in usable
    ]
    if faults:
        raise UnknownPhoto("Send the photo with POST /photos first and use the id of the answer.", faults=faults)
    return [usable[photo_id] for photo_id in wanted]


def forget_owner(session: Session, photo_ids: Sequence[UUID]) -> None:
    """Nobody can tell any more who sent these photos, nor use or read them as their sender."""
    queries.forget_owner(session, photo_ids)


def check_allowance(session: Session, *, principal: Principal, now: datetime) -> None:
    """Refuse one more photo of a citizen or anonymous caller who has sent very many; staff is never limited.

    Raises: TooManyPhotos.
    """
    most = config().intake_limit(principal.kind)
    if most is None:
        return
    sent = queries.count_sent_since(session, owner_of(principal), now - timedelta(hours=1))
    if sent >= most:
        raise TooManyPhotos(f"You have sent {sent} photos within an hour: go on later.", retry_after_s=600)
