"""Tables of papers: their kinds, the ranges of their numbers, and what was issued, word for word."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base

_HEX = "~ '^[0-9a-f]{64}$'"
_WAYS = "'direct', 'left', 'post', 'electronic', 'entrusted'"


class DocumentKind(Base):
    """A kind of paper as this city issues it."""

    __tablename__ = "document_kinds"
    __table_args__ = (
        CheckConstraint(
            r"number_format ~ '^[^{}]*\{year\}[^{}]*\{serial\}[^{}]*$'",
            name="number_format",
        ),
        CheckConstraint("cardinality(issuing_roles) > 0", name="issuing_roles"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    number_format: Mapped[str] = mapped_column(comment="with {year} and {serial}")
    issuing_body: Mapped[str] = mapped_column(comment="who signs it")
    issuing_roles: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="who may issue it on their ground")
    basis: Mapped[str] = mapped_column(comment="what it rests on, as it is printed")


class DocumentSeries(Base):
    """The range of numbers of a kind in a year of the city. Its row is locked by whoever takes the next one."""

    __tablename__ = "document_series"
    __table_args__ = (CheckConstraint("last_serial >= 1", name="last_serial"),)

    kind: Mapped[str] = mapped_column(ForeignKey("document_kinds.code"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last_serial: Mapped[int] = mapped_column(Integer)


class Document(Base):
    """A paper that was issued. What was said stays as it is; delivery and cancelling are added, each once."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
        CheckConstraint(f"sha256 {_HEX}", name="sha256"),
        CheckConstraint(f"masked_sha256 {_HEX}", name="masked_sha256"),
        CheckConstraint(f"delivered_how IN ({_WAYS})", name="delivered_how"),
        CheckConstraint(
            "num_nulls(delivered_at, delivered_to, delivered_how, delivery_noted_by, delivery_noted_at) IN (0, 5)",
            name="delivery",
        ),
        CheckConstraint("num_nulls(cancelled_at, cancel_reason, cancelled_by) IN (0, 3)", name="cancelling"),
        Index("ix_documents_issued_at_id", text("issued_at DESC"), text("id DESC")),
        Index("ix_documents_case_id", "case_id"),
        Index("ix_documents_addressee_id", "addressee_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(ForeignKey("document_kinds.code"))
    year: Mapped[int] = mapped_column(SmallInteger, comment="of the city, when it was issued")
    serial: Mapped[int] = mapped_column(Integer, comment="1, 2, … without a gap in its kind and year")
    number: Mapped[str] = mapped_column(unique=True, comment="as it is printed")
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    case_version: Mapped[int] = mapped_column(Integer, comment="of the case it speaks of")
    addressee_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    language: Mapped[str]
    due_at: Mapped[datetime | None] = mapped_column(comment="until when something is to be done")
    text: Mapped[str | None] = mapped_column(comment="what the issuer demands, in their words")
    html: Mapped[str] = mapped_column(comment="as printed; pictures by the photo's id, a slot for the address")
    sha256: Mapped[str] = mapped_column(comment="of html")
    masked_html: Mapped[str] = mapped_column(comment="the same for readers from whom people and words are hidden")
    masked_sha256: Mapped[str] = mapped_column(comment="of masked_html")
    issued_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    delivered_to: Mapped[str | None] = mapped_column(comment="who took it")
    delivered_how: Mapped[str | None]
    delivery_noted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    delivery_noted_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    cancelled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
