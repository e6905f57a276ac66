"""Tables of notices: webhooks, what was delivered to them, and how far the feed was read for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base


class FeedReader(Base):
    """How far a reader inside the house has read the change feed."""

    __tablename__ = "feed_readers"

    name: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[UUID]
    xid: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)


class Webhook(Base):
    """An address of another system that is told of changes. Its secret is derived from the data key, not stored."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_created_at_id", text("created_at DESC"), text("id DESC")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]


class WebhookDelivery(Base):
    """One event for one webhook, and what became of it."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
        Index("uq_webhook_deliveries_webhook_id_xid_seq", "webhook_id", "xid", "seq", unique=True),
        Index("ix_webhook_deliveries_webhook_id_created_at_id", "webhook_id", text("created_at DESC"), text("id DESC")),
        Index("ix_webhook_deliveries_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    xid: Mapped[int] = mapped_column(BigInteger, comment="of the change")
    seq: Mapped[int] = mapped_column(BigInteger, comment="of the change")
    event: Mapped[str]
    data: Mapped[dict[str, Any]]
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer)
    last_status: Mapped[int | None] = mapped_column(Integer, comment="what the last attempt was answered with")
    last_error: Mapped[str | None] = mapped_column(comment="why there was no answer")
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]


class Notice(Base):
    """Something that a person has to know; what it says is worded when it is read."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("audience IN ('staff', 'citizen')", name="audience"),
        Index("ix_notices_user_id_created_at_id", "user_id", text("created_at DESC"), text("id DESC")),
        Index("ix_notices_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        Index(
            "ix_notices_text_due_at",
            "text_due_at",
            postgresql_where=text("text_due_at IS NOT NULL AND text_sent_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    occasion: Mapped[str]
    audience: Mapped[str]
    number: Mapped[str] = mapped_column(comment="of the case")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    text_due_at: Mapped[datetime | None] = mapped_column(comment="when a phone may get it; null: never")
    text_sent_at: Mapped[datetime | None]
