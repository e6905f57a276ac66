"""The declarative base and the tables that belong to no feature."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB
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
    __table_args__ = (
        Index("ix_outbox_created_at", "created_at"),
        Index("ix_outbox_unsent", "channel", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(comment="sms, email, …")
    recipient: Mapped[str] = mapped_column(comment="phone number or address, as the channel needs it")
    subject: Mapped[str | None] = mapped_column(comment="of a mail; null: the first line of the text")
    text: Mapped[str]
    attachment: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="a stored file that goes with a mail: key, name, media_type"
    )
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0", comment="how often a gateway tried to deliver")
    last_error: Mapped[str | None] = mapped_column(comment="why the last attempt failed")


class Change(Base):
    """A row of the change feed. The application may add rows; only the owner's `purge_changes` removes old ones."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_at", "at", postgresql_using="brin"),)

    xid: Mapped[int] = mapped_column(
        BigInteger,
        primary_key=True,
        autoincrement=False,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        comment="the transaction that wrote it, an xid8",
    )
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    kind: Mapped[str]
    collection: Mapped[str] = mapped_column(comment="what kind of thing changed: case")
    entity_id: Mapped[UUID]
    number: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    data: Mapped[dict[str, Any]] = mapped_column(comment="as clients get it: number, state, version")
    area_code: Mapped[str | None] = mapped_column(comment="cell where it lies now")
    zone_code: Mapped[str | None]
    unit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="organisations that have or had it")
    assignee_id: Mapped[UUID | None] = mapped_column(comment="who was asked, or who handles it")


class FeedEpoch(Base):
    """The one row that says which feed this is: another one after every restore from a backup."""

    __tablename__ = "feed_epochs"

    epoch: Mapped[UUID] = mapped_column(primary_key=True)
    purged_xid: Mapped[int] = mapped_column(BigInteger, comment="rows of older transactions may be gone")


class AdminChange(Base):
    """Who changed what in the administration. Append-only: by privileges and by a trigger."""

    __tablename__ = "admin_changes"
    __table_args__ = (
        Index("ix_admin_changes_at_id", text("at DESC"), text("id DESC")),
        Index("ix_admin_changes_subject_at_id", "subject", text("at DESC"), text("id DESC")),
        Index("ix_admin_changes_actor_id_at_id", "actor_id", text("at DESC"), text("id DESC")),
        CheckConstraint("action ~ '^[a-z_]+[.][a-z_]+$'", name="action"),
        CheckConstraint("subject ~ '^[a-z_]+:.'", name="subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(comment="null: the command line or the system")
    action: Mapped[str] = mapped_column(comment="kind of thing and what was done: organization.create")
    subject: Mapped[str] = mapped_column(comment="what changed: organization:310101, user: and an id")
    detail: Mapped[dict[str, Any]] = mapped_column(comment="before and after; no personal data, no secrets")


class PersonalRead(Base):
    """Somebody was shown personal data that is hidden otherwise. Append-only."""

    __tablename__ = "personal_reads"
    __table_args__ = (
        CheckConstraint("what ~ '^[a-z_]+$'", name="what"),
        CheckConstraint("length(why) BETWEEN 1 AND 200", name="why"),
        Index("ix_personal_reads_at_id", text("at DESC"), text("id DESC")),
        Index("ix_personal_reads_subject_id_at", "subject_id", text("at DESC")),
        Index("ix_personal_reads_user_id_at", "user_id", text("at DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    user_id: Mapped[UUID] = mapped_column(comment="who was shown it")
    what: Mapped[str] = mapped_column(comment="what kind of data: report_caller")
    subject_id: Mapped[UUID] = mapped_column(comment="of which thing: the report")
    why: Mapped[str] = mapped_column(comment="for what purpose, as the reader said")


def table(model: type[Base]) -> Table:
    """The table of a model, for statements that need no entities: the hot paths."""
    return cast("Table", model.__table__)
