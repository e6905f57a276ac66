"""Tables of media: photos, who looked at an original, resumable uploads under way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base

_HEX = "~ '^[0-9a-f]{64}$'"


class Photo(Base):
    """A photo that somebody sent. Equal bytes of two owners are two rows over one set of files.

    Whose sender had everything erased belongs to nobody: `owner_key` is `erased:<id of the photo>` then.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("owner_key", "sha256"),
        CheckConstraint(f"sha256 {_HEX}", name="sha256"),
        CheckConstraint("mime IN ('image/jpeg', 'image/png', 'image/webp', 'image/heic')", name="mime"),
        CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name="size"),
        CheckConstraint("(privacy_at IS NULL) = (public_key IS NULL)", name="public"),
        Index("ix_photos_sha256", "sha256"),
        Index("ix_photos_owner_key_created_at", "owner_key", "created_at"),
        Index("ix_photos_owner_id", "owner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="null: sent without a sign-in")
    owner_key: Mapped[str] = mapped_column(comment="user:<id>, or address:<keyed digest of the caller's address>")
    sha256: Mapped[str] = mapped_column(comment="of the original's bytes, hexadecimal")
    mime: Mapped[str]
    bytes: Mapped[int] = mapped_column(comment="size of the original")
    width: Mapped[int] = mapped_column(comment="pixels, upright")
    height: Mapped[int] = mapped_column(comment="pixels, upright")
    taken_at: Mapped[datetime | None] = mapped_column(comment="as the camera says")
    exif_position: Mapped[WKBElement | None] = mapped_column(
        Geometry("POINT", 4326, spatial_index=False), comment="as the camera says"
    )
    dhash: Mapped[int] = mapped_column(BigInteger, comment="64-bit difference hash")
    original_key: Mapped[str]
    display_key: Mapped[str]
    thumb_key: Mapped[str]
    public_key: Mapped[str | None]
    privacy_at: Mapped[datetime | None] = mapped_column(comment="public only from then on: the privacy copy exists")
    created_at: Mapped[datetime]


class OriginalRead(Base):
    """Somebody was shown an original, which no one has hidden anything in."""

    __tablename__ = "photo_original_reads"
    __table_args__ = (
        Index("ix_photo_original_reads_photo_id", "photo_id"),
        Index("ix_photo_original_reads_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    read_at: Mapped[datetime]


class Upload(Base):
    """A resumable upload (tus 1.0) under way; its parts are joined into a photo when the last one arrives."""

    __tablename__ = "uploads"
    __table_args__ = (
        CheckConstraint("length > 0 AND received >= 0 AND received <= length", name="received"),
        Index("ix_uploads_expires_at", "expires_at"),
        Index("ix_uploads_owner_key_created_at", "owner_key", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_key: Mapped[str] = mapped_column(comment="as of the photo")
    length: Mapped[int] = mapped_column(comment="bytes of the whole file")
    received: Mapped[int] = mapped_column(comment="bytes that are stored: the Upload-Offset")
    filename: Mapped[str | None]
    parts: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="storage keys in their order")
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("photos.id"), comment="once complete")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
