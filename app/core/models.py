"""The declarative base and the tables that belong to no feature."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import DateTime, Index, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it as a class attribute
        datetime: DateTime(timezone=True),
        str: Text,
        UUID: Uuid,
        dict[str, Any]: JSONB,
        bytes: BYTEA,
    }


class IdempotencyKey(Base):
    """An answer that was given for an Idempotency-Key, kept to be given again."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of principal or address, method, path, key")
    fingerprint: Mapped[str] = mapped_column(comment="SHA-256 of the canonical request body")
    status: Mapped[int | None] = mapped_column(comment="null while the first request is under way")
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime]


class OutboxMessage(Base):
    """A message to a person that a gateway has to deliver; the default gateway leaves it here to be read."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_created_at", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(comment="sms, email, …")
    recipient: Mapped[str] = mapped_column(comment="phone number or address, as the channel needs it")
    text: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def table(model: type[Base]) -> Table:
    """The table of a model, for statements that need no entities: the hot paths."""
    return cast("Table", model.__table__)
