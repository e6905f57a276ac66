"""Tables of figures: what is counted of each case, and which cases have changed since it was."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, Integer, SmallInteger, text
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
    """How many entries of a month are alike; one statement makes it from the entries, at any time again."""

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
    number: Mapped[int] = mapped_column(BigInteger, comment="entries with just these attributes and marks")
    total: Mapped[int] = mapped_column(BigInteger, comment="sum of their values")


class EvaluationRolled(Base):
    """Months whose sums are those of their entries; whoever changes an entry takes its month from here."""

    __tablename__ = "evaluation_rolled"

    month: Mapped[date] = mapped_column(Date, primary_key=True, comment="its first day, in the zone")
    counted: Mapped[str] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True, comment="whose months they are, an IANA name")
    rolled_at: Mapped[datetime]


class EvaluationPending(Base):
    """A case whose entries are older than its chain; a trigger on the cases writes it, counting removes it."""

    __tablename__ = "evaluation_pending"
    __table_args__ = (Index("ix_evaluation_pending_case_id", "case_id"),)

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[UUID]
    since: Mapped[datetime] = mapped_column(server_default=text("now()"))
