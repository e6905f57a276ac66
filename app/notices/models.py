"""Tables of notices: webhooks, the inbox, how staff are reached beside it, and messages that a city words itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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
    area_code: Mapped[str | None] = mapped_column(comment="tell only of what lies in this area; null: of everything")
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
        Index("ix_webhook_deliveries_undelivered", "status", postgresql_where=text("status <> 'delivered'")),
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
        Index("ix_notices_number", "number"),
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
    facts: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="what its words need beside the number"
    )
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    text_due_at: Mapped[datetime | None] = mapped_column(comment="when a phone may get it; null: never")
    text_sent_at: Mapped[datetime | None]


_CHANNELS = "channel IN ('email', 'wechat_work', 'sms')"
_LANGUAGES = "language IN ('zh-CN', 'en')"


class NoticeReminder(Base):
    """A reminder that somebody was told of, and by which notice: once each, whoever tells and whenever they stop."""

    __tablename__ = "notice_reminders"
    __table_args__ = (Index("ix_notice_reminders_notice_id_reminder_id", "notice_id", "reminder_id"),)

    reminder_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("case_reminders.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"))


class NoticeMessage(Base):
    """A notice that is sent to a contact of its reader as well."""

    __tablename__ = "notice_messages"
    __table_args__ = (
        CheckConstraint(_CHANNELS, name="channel"),
        Index("ix_notice_messages_due_at", "due_at", postgresql_where=text("sent_at IS NULL")),
    )

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime] = mapped_column(comment="from when on it may be sent")
    sent_at: Mapped[datetime | None]


class Contact(Base):
    """Where a member of staff is reached beside their inbox; nothing but codes goes there until it is confirmed."""

    __tablename__ = "contacts"
    __table_args__ = (CheckConstraint(_CHANNELS, name="channel"), CheckConstraint(_LANGUAGES, name="language"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(comment="shown unmasked to its owner alone")
    language: Mapped[str]
    wanted: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="the occasions that are sent there")
    quiet_hours: Mapped[bool] = mapped_column(comment="what is not urgent waits until the end of the night")
    verified_at: Mapped[datetime | None] = mapped_column(
        comment="when a code sent there was confirmed; null: nothing else is sent"
    )
    changed_at: Mapped[datetime]


class MessageTemplate(Base):
    """A version of a message that the city words itself. Append-only: the newest version holds."""

    __tablename__ = "message_templates"
    __table_args__ = (
        CheckConstraint(_LANGUAGES, name="language"),
        CheckConstraint("audience IN ('staff', 'citizen')", name="audience"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(title IS NULL) = (text IS NULL)", name="whole"),
    )

    event: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    title: Mapped[str | None] = mapped_column(comment="null: the shipped message holds again")
    text: Mapped[str | None]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]
