"""Tables of statements: what people keep, what became of each delivery, to whom mails may go."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base


class Statement(Base):
    """A definition that somebody keeps: which figures, of which time, in which form, and perhaps when it is sent."""

    __tablename__ = "statements"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("next_at IS NULL OR schedule IS NOT NULL", name="next_at"),
        Index("ix_statements_owner_id", "owner_id"),
        Index("ix_statements_shared", "created_at", postgresql_where=text("shared")),
        Index("ix_statements_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    what: Mapped[str] = mapped_column(comment="summary, indicators, ranking …: the operation that it asks")
    params: Mapped[dict[str, Any]] = mapped_column(comment="parameters of the operation, and `time`")
    format: Mapped[str]
    shared: Mapped[bool] = mapped_column(comment="everybody who reads figures may see and run it, on their own ground")
    schedule: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="every, at, weekday, day, emails, webhook, active"
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), comment="by whose grants deliveries are made")
    version: Mapped[int] = mapped_column(Integer, comment="rises with every change; If-Match")
    next_at: Mapped[datetime | None] = mapped_column(comment="when it is due next; null: never")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class StatementDelivery(Base):
    """A due instant of a schedule, and what became of it."""

    __tablename__ = "statement_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'making', 'sent', 'refused', 'failed')", name="state"),
        CheckConstraint("(state = 'sent') = (file_key IS NOT NULL)", name="file_key"),
        Index("uq_statement_deliveries_statement_id_due_at", "statement_id", "due_at", unique=True),
        Index("ix_statement_deliveries_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    statement_id: Mapped[UUID] = mapped_column(ForeignKey("statements.id", ondelete="CASCADE"))
    due_at: Mapped[datetime] = mapped_column(comment="by the schedule; once each")
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="how often it was begun")
    period: Mapped[str | None] = mapped_column(comment="of which time the file is")
    error: Mapped[str | None] = mapped_column(comment="why there is no file, or to whom it did not go")
    file_key: Mapped[str | None] = mapped_column(comment="where the bytes are stored")
    file_name: Mapped[str | None]
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    scope: Mapped[str | None] = mapped_column(comment="SHA-256 of the owner's grants it was made under")
    emails: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}", comment="to whom it went")
    messages: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}", comment="their mails in the outbox")
    webhooks: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="how many webhooks are told")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class StatementRecipients(Base):
    """The one row that says to which domains figures may be mailed beside addresses that users confirmed."""

    __tablename__ = "statement_recipients"
    __table_args__ = (CheckConstraint("id = 1", name="single"), CheckConstraint("version >= 1", name="version"))

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    domains: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime]
