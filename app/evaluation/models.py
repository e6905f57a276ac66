"""Tables of figures: what is counted of each case, which cases have changed since, what is published of a period."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base


class EvaluationEntry(Base):
    """Something that is counted once, as the case's chain says now; made from the chain, at any time again."""

    __tablename__ = "evaluation_entries"
    __table_args__ = (
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint("value >= 0", name="value"),
        # A figure reads the entries of a kind and a time; whose they are comes with them.
        Index("ix_evaluation_entries_counted_at", "counted", "at"),
        # Granted appeals are few; every list of published periods looks for those of its time (64 is Mark.EXEMPT).
        Index("ix_evaluation_entries_exempt", "at", postgresql_where=text("(marks & 64) <> 0")),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    counted: Mapped[str] = mapped_column(primary_key=True, comment="handling, filing, report, dispatch, file_clock …")
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(comment="the instant whose period counts it; ahead where work is not due yet")
    cell: Mapped[str] = mapped_column(comment="cell at filing; in a gap of the grid the smallest area around")
    source: Mapped[str]
    type_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None] = mapped_column(comment="the organisation whose clock or case it was")
    inspector_id: Mapped[UUID | None]
    operator_id: Mapped[UUID | None]
    leader_id: Mapped[UUID | None]
    dispatcher_id: Mapped[UUID | None]
    marks: Mapped[int] = mapped_column(Integer, comment="bits: in time, closed, exempt … (rules/counting.py)")
    value: Mapped[int | None] = mapped_column(BigInteger, comment="working seconds of a handling, score of a rating")


class EvaluationMonth(Base):
    """How many entries of a month are alike: the sum of its rows, as later changes are rows of their own."""

    __tablename__ = "evaluation_months"
    __table_args__ = (Index("ix_evaluation_months_month_counted", "month", "counted"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    month: Mapped[date] = mapped_column(Date, comment="its first day, in the city's zone")
    counted: Mapped[str]
    district: Mapped[str | None] = mapped_column(comment="null: the case lies in no district")
    source: Mapped[str]
    type_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    marks: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(
        BigInteger, comment="entries with just these attributes and marks; less than 0 where some went"
    )
    total: Mapped[int] = mapped_column(BigInteger, comment="sum of their values")


class EvaluationRolled(Base):
    """Months whose sums are those of their entries; whoever changes an entry carries its month along."""

    __tablename__ = "evaluation_rolled"

    month: Mapped[date] = mapped_column(Date, primary_key=True, comment="its first day, in the zone")
    counted: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True, comment="whose months they are, an IANA name")
    rolled_at: Mapped[datetime]
    summed: Mapped[bool] = mapped_column(server_default=text("true"), comment="false: somebody is summing it")
    loose: Mapped[int] = mapped_column(Integer, server_default=text("0"), comment="rows of changes beside the sums")


class EvaluationPending(Base):
    """A case whose entries are older than its chain; a trigger on the cases writes it, counting removes it."""

    __tablename__ = "evaluation_pending"
    __table_args__ = (Index("ix_evaluation_pending_case_id", "case_id"),)

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[UUID]
    since: Mapped[datetime] = mapped_column(server_default=text("now()"))


class EvaluationDefinition(Base):
    """A version of what the city decides about figures: scores, grades, peer groups, publishing. Never changed."""

    __tablename__ = "evaluation_definitions"
    __table_args__ = (
        CheckConstraint("name ~ '^(scores[.][a-z_]+|grades|peers|publishing)$'", name="name"),
        CheckConstraint("version >= 1", name="version"),
    )

    name: Mapped[str] = mapped_column(primary_key=True, comment="scores.<subject>, grades, peers, publishing")
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="the highest is in force")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="as the API shows it")
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="null: it came with the product")


class EvaluationPeriod(Base):
    """A period that somebody has reviewed: how far it is. One without a row is open."""

    __tablename__ = "evaluation_periods"
    __table_args__ = (
        CheckConstraint("state IN ('review', 'published')", name="state"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(state = 'review') = (draft_id IS NOT NULL)", name="draft"),
        Index("ix_evaluation_periods_first_day", "first_day"),
    )

    period: Mapped[str] = mapped_column(primary_key=True, comment="2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026")
    first_day: Mapped[date]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(comment="rises with every change; If-Match")
    draft_id: Mapped[UUID | None] = mapped_column(comment="what the review froze")
    as_of: Mapped[datetime] = mapped_column(comment="view instant of the last review")
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="versions of the definitions and calendars")
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime]
    stale_told: Mapped[int] = mapped_column(
        server_default="0",
        comment="of so many cases reviewers were told that appeals were granted since the publication",
    )


class EvaluationReview(Base):
    """A review that is made in the background; gone once it is done."""

    __tablename__ = "evaluation_reviews"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'failed')", name="state"),
        CheckConstraint("progress BETWEEN 0 AND 99", name="progress"),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="problem"),
    )

    period: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(comment="of this start; what was started before and wakes up finds another one")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    expected: Mapped[int] = mapped_column(comment="version of the period that it is a review of")
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(SmallInteger, comment="how often it was begun")
    progress: Mapped[int] = mapped_column(SmallInteger, comment="per cent")
    heard_at: Mapped[datetime] = mapped_column(comment="when its worker last said something")
    problem: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="why it failed: type, title, detail"
    )


class EvaluationDraft(Base):
    """A chunk of what a review froze; gone once it is published or reviewed again."""

    __tablename__ = "evaluation_drafts"

    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    chunk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str]
    sha256: Mapped[str] = mapped_column(comment="of the canonical JSON")
    body: Mapped[bytes] = mapped_column(LargeBinary, comment="canonical JSON (RFC 8785), gzip")


class EvaluationRevision(Base):
    """A published revision of a period. Never changed."""

    __tablename__ = "evaluation_revisions"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("(revision = 1) = (reason IS NULL)", name="reason"),
        CheckConstraint("reviewed_by <> published_by", name="four_eyes"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    )

    period: Mapped[str] = mapped_column(ForeignKey("evaluation_periods.period"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    as_of: Mapped[datetime] = mapped_column(comment="view instant: later events are not in it")
    reason: Mapped[str | None] = mapped_column(comment="why it was revised")
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="what sha256 is of: inputs and hashes of all parts")
    sha256: Mapped[str] = mapped_column(comment="of the manifest as canonical JSON (RFC 8785)")
    reviewed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime]


class EvaluationResult(Base):
    """A chunk of what a revision published. Never changed."""

    __tablename__ = "evaluation_results"
    __table_args__ = (
        ForeignKeyConstraint(["period", "revision"], ["evaluation_revisions.period", "evaluation_revisions.revision"]),
    )

    period: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(primary_key=True)
    chunk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(comment="of the canonical JSON")
    body: Mapped[bytes] = mapped_column(LargeBinary, comment="canonical JSON (RFC 8785), gzip")
