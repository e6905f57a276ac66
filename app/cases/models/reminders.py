"""Tables of reminders: the ladder of a city, and who was reminded of what."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.models.case import one_of
from app.catalog.rules import Unit
from app.core.models import Base

_AUDIENCES = "audience IN ('holder', 'unit_manager', 'shift_leader', 'district', 'supervisor')"


class ReminderRung(Base):
    """A rung of the ladder of reminders: so long after the lamp turned, these people are reminded."""

    __tablename__ = "reminder_ladder"
    __table_args__ = (
        CheckConstraint("ladder IN ('handling', 'stage')", name="ladder"),
        CheckConstraint("rung >= 1", name="rung"),
        CheckConstraint("base IN ('yellow', 'red', 'supervised')", name="base"),
        CheckConstraint(one_of("unit", Unit), name="unit"),
        CheckConstraint("supervised_delay BETWEEN 0 AND delay", name="delay"),
        CheckConstraint(_AUDIENCES, name="audience"),
    )

    ladder: Mapped[str] = mapped_column(primary_key=True, comment="handling, or stage for every other clock")
    rung: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    base: Mapped[str] = mapped_column(comment="what it counts from: the lamp, or the supervision's date")
    delay: Mapped[Decimal] = mapped_column(Numeric(7, 2), comment="how long after its base, in `unit`")
    unit: Mapped[str]
    supervised_delay: Mapped[Decimal] = mapped_column(Numeric(7, 2), comment="the same for a supervised case")
    audience: Mapped[str] = mapped_column(comment="who is reminded")


class CaseReminder(Base):
    """Somebody was reminded of a clock of a case: once for each rung, never changed."""

    __tablename__ = "case_reminders"
    __table_args__ = (
        UniqueConstraint("id"),
        CheckConstraint(_AUDIENCES, name="audience"),
        Index("ix_case_reminders_xid_id", "xid", "id", postgresql_where=text("xid IS NOT NULL")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(
        Integer, primary_key=True, autoincrement=False, comment="of the clock it was about"
    )
    rung: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, comment="of the clock's ladder"
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), comment="in the order of reminding")
    audience: Mapped[str]
    whom: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="the people; empty: nobody had the post")
    since: Mapped[datetime] = mapped_column(comment="when the lamp turned, or the date of the supervision")
    at: Mapped[datetime]
    base: Mapped[str | None] = mapped_column(
        comment="of its rung: yellow, red or supervised; null: from before it was kept"
    )
    xid: Mapped[int | None] = mapped_column(
        BigInteger,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        comment="the transaction that wrote it, an xid8; null: nobody is told of it",
    )
