"""What people sent, as they sent it, and who has to be told what became of it; that itself is its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Integer, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
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


class ReportCaller(Base):
    """Who rang: kept to ring back, and forgotten once nobody has to."""

    __tablename__ = "report_callers"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="phone"),
        CheckConstraint("language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'", name="language"),
        CheckConstraint(
            "(forgotten_at IS NULL) = (phone IS NOT NULL) AND (name IS NULL OR forgotten_at IS NULL)", name="forgotten"
        ),
        Index("ix_report_callers_phone_hash_created_at", "phone_hash", text("created_at DESC")),
        Index("ix_report_callers_kept", "created_at", postgresql_where=text("forgotten_at IS NULL")),
    )

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    name: Mapped[str | None] = mapped_column(comment="as the caller gave it; null once forgotten")
    phone: Mapped[str | None] = mapped_column(comment="E.164; read unmasked only on record; null once forgotten")
    phone_hash: Mapped[str] = mapped_column(comment="keyed hash of the phone: the same caller again, without a number")
    call_back: Mapped[bool] = mapped_column(comment="does the caller wish to be rung back?")
    language: Mapped[str | None] = mapped_column(comment="to speak with the caller, such as zh-CN")
    created_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]


_OPEN = "done_at IS NULL AND withdrawn_at IS NULL"


class CallBack(Base):
    """A caller has to be told how a case ended: once for each end."""

    __tablename__ = "call_backs"
    __table_args__ = (
        UniqueConstraint("report_id", "case_id", "seq"),
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("ended IN ('closed', 'rejected', 'void')", name="ended"),
        CheckConstraint("due_at >= ended_at", name="due_at"),
        CheckConstraint("jsonb_typeof(attempts) = 'array'", name="attempts"),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (reached IS NULL)", name="done"),
        CheckConstraint("satisfied IS NULL OR reached IS TRUE", name="satisfied"),
        CheckConstraint("NOT reopened OR satisfied IS FALSE", name="reopened"),
        CheckConstraint("done_at IS NULL OR withdrawn_at IS NULL", name="withdrawn_at"),
        Index("ix_call_backs_open", "due_at", "id", postgresql_where=text(_OPEN)),
        Index("ix_call_backs_untold", "due_at", "id", postgresql_where=text(f"{_OPEN} AND told_at IS NULL")),
        Index(
            "ix_call_backs_done",
            text("done_at DESC"),
            text("id DESC"),
            postgresql_where=text("done_at IS NOT NULL"),
        ),
        Index("ix_call_backs_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    seq: Mapped[int] = mapped_column(Integer, comment="of the case's event that ended it")
    ended: Mapped[str] = mapped_column(comment="the state in which the case ended")
    ended_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[list[Any]] = mapped_column(JSONB, comment="tries before it was done: at, by, reached, note")
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reached: Mapped[bool | None] = mapped_column(comment="false: given up after tries in vain")
    satisfied: Mapped[bool | None] = mapped_column(comment="null: the caller did not say")
    note: Mapped[str | None] = mapped_column(comment="what the caller said; null once erased")
    reopened: Mapped[bool] = mapped_column(server_default=text("false"), comment="the case was reopened by it")
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="no longer due: reopened, or the caller was erased")
    told_at: Mapped[datetime | None] = mapped_column(comment="when it was reminded of as overdue")
