"""The table of exports: files of cases that somebody asked for, too many to be answered at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base


class CaseExport(Base):
    """A file of cases that somebody asked for; gone with its file when its time is over."""

    __tablename__ = "case_exports"
    __table_args__ = (
        CheckConstraint("format IN ('csv', 'xlsx', 'geojson', 'gpkg', 'json', 'pdf')", name="format"),
        CheckConstraint("what IN ('cases', 'sla_report')", name="what"),
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
        CheckConstraint("status IN ('waiting', 'running', 'ready', 'failed')", name="status"),
        CheckConstraint("(status = 'ready') = (file_key IS NOT NULL)", name="file_key"),
        CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name="problem"),
        CheckConstraint("rows >= 0 AND expected >= 0", name="rows"),
        Index("ix_case_exports_user_id_created_at_id", "user_id", text("created_at DESC"), text("id DESC")),
        Index("ix_case_exports_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), comment="who asked; nobody else is given it")
    what: Mapped[str] = mapped_column(server_default="cases", comment="what the file holds")
    format: Mapped[str]
    language: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(comment="parameters of what was asked, by their names")
    scope: Mapped[str] = mapped_column(comment="SHA-256 of the grants it is made under")
    status: Mapped[str]
    expected: Mapped[int | None] = mapped_column(
        Integer, comment="cases or steps that there are; null until they are counted"
    )
    rows: Mapped[int] = mapped_column(
        Integer, server_default="0", comment="cases that are written, or steps that are done"
    )
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0", comment="how often it was begun")
    file_key: Mapped[str | None] = mapped_column(comment="where the bytes are stored")
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="why there is no file: type, title, detail"
    )
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(comment="when it is removed")
