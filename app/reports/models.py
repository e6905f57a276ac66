"""What people sent, as they sent it; what became of it is its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base


class Report(Base):
    """A report. Content columns are null once erased."""

    __tablename__ = "reports"
    __table_args__ = (
        CheckConstraint("cardinality(photo_ids) <= 20", name="photo_ids"),
        Index("ix_reports_received_at_id", text("received_at DESC"), text("id DESC")),
        Index("ix_reports_reporter_id_received_at", "reporter_id", text("received_at DESC"), text("id DESC")),
        Index("ix_reports_sender_received_at", "sender", "received_at"),
        Index("ix_reports_area_code", "area_code", postgresql_ops={"area_code": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="made by the client, or here")
    number: Mapped[str] = mapped_column(unique=True, comment="that of the case it opened")
    sender: Mapped[str] = mapped_column(comment="keyed hash of the user or address: the same sender, without a name")
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="null for anonymous reports")
    source: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(comment="SHA-256 of the content: is a repeated id the same report?")
    tracking_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the tracking code")
    type_id: Mapped[UUID | None] = mapped_column(ForeignKey("types.id"), comment="as the reporter saw it")
    description: Mapped[str | None]
    address: Mapped[str | None]
    stated: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), comment="position as it was sent")
    lon: Mapped[float] = mapped_column(Double, comment="WGS 84, degrees")
    lat: Mapped[float] = mapped_column(Double, comment="WGS 84, degrees")
    area_code: Mapped[str] = mapped_column(comment="cell at receipt; in a gap the smallest area around")
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    part_code: Mapped[str | None]
    flags: Mapped[list[Any]] = mapped_column(JSONB, comment="where photos disagree with what was stated")
    duplicates: Mapped[list[Any]] = mapped_column(JSONB, comment="open cases nearby when it was received")
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
