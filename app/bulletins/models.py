"""Tables of bulletins: their texts as the city words them, and those that were made of periods."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base

_LANGUAGES = "language IN ('zh-CN', 'en')"


class BulletinTemplate(Base):
    """A version of the texts of bulletins in a language. Append-only: the highest version holds."""

    __tablename__ = "bulletin_templates"
    __table_args__ = (CheckConstraint(_LANGUAGES, name="language"), CheckConstraint("version >= 1", name="version"))

    language: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="0 came with the product"
    )
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="as the API shows it")
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class Bulletin(Base):
    """A bulletin that was asked for, and its file once it is made."""

    __tablename__ = "bulletins"
    __table_args__ = (
        CheckConstraint("format IN ('docx', 'pdf')", name="format"),
        CheckConstraint(_LANGUAGES, name="language"),
        CheckConstraint("state IN ('waiting', 'running', 'ready', 'failed')", name="state"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("serial >= 1", name="serial"),
        CheckConstraint("(state = 'ready') = (file_key IS NOT NULL)", name="file_key"),
        CheckConstraint("(state = 'ready') = (sha256 IS NOT NULL)", name="sha256"),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="problem"),
        Index("ix_bulletins_period_asked_at_id", "period", text("asked_at DESC"), text("id DESC")),
        Index("ix_bulletins_draft_asked_at", "asked_at", postgresql_where=text("draft")),
        Index("ix_bulletins_under_way", "asked_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    period: Mapped[str]
    revision: Mapped[int] = mapped_column(Integer, comment="of a draft the one that it would be")
    draft: Mapped[bool] = mapped_column(comment="made of what a review froze and nobody had published")
    format: Mapped[str]
    language: Mapped[str]
    serial: Mapped[int | None] = mapped_column(Integer, comment="its number in the office's register; null: left free")
    template: Mapped[int] = mapped_column(Integer, comment="version of the texts; 0 came with the product")
    state: Mapped[str]
    progress: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="per cent")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="how often it was begun")
    file_key: Mapped[str | None] = mapped_column(comment="where the bytes are stored")
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(comment="of the file")
    problem: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="why there is no file: type, title, detail"
    )
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
