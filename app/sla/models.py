"""Tables of working time: calendars, their versions, corrections of single days, limits of stages, rules of sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base
from app.sla.rules import ENTERING_ROLES, NEVER_VERIFIED, Reply, Source, Stage, Unit

_NOMINAL = "nominal_minutes BETWEEN 1 AND 1440"
_ROLES = ", ".join(f"'{role}'" for role in sorted(ENTERING_ROLES))


def _one_of(column: str, values: Iterable[str]) -> str:
    """A CHECK that holds a text column to these values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class WorkCalendar(Base):
    """A calendar as the city defines it, and which of its versions is in force."""

    __tablename__ = "calendars"
    __table_args__ = (
        CheckConstraint("code <> ''", name="code"),
        CheckConstraint(_NOMINAL, name="nominal_minutes"),
        CheckConstraint("holidays = 'none' OR holidays ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'", name="holidays"),
        CheckConstraint("version >= 0", name="version"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    tz: Mapped[str] = mapped_column(comment="name in the IANA database, such as Asia/Shanghai")
    week: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment='{"mon": [["08:00", "12:00"], …], …} in local wall time'
    )
    nominal_minutes: Mapped[int] = mapped_column(SmallInteger, comment="working time that one working day stands for")
    holidays: Mapped[str] = mapped_column(comment="whose statutory holidays: CN, DE-BY, …, or none")
    version: Mapped[int] = mapped_column(comment="the version in force; 0 before the first is published")
    digest: Mapped[str] = mapped_column(comment="SHA-256 of that version's content")


class CalendarVersion(Base):
    """A published version, complete and never changed: whoever knows its number can compute a deadline again."""

    __tablename__ = "calendar_versions"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(_NOMINAL, name="nominal_minutes"),
    )

    code: Mapped[str] = mapped_column(ForeignKey("calendars.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tz: Mapped[str]
    week: Mapped[dict[str, Any]] = mapped_column(JSONB)
    nominal_minutes: Mapped[int] = mapped_column(SmallInteger)
    days: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment='days that differ from their weekday: {"2026-02-17": [], "2026-02-14": [["08:00", "12:00"], …]}'
    )
    horizon: Mapped[int | None] = mapped_column(
        SmallInteger, comment="last year whose holidays are published; null: holidays follow from the law alone"
    )
    published_at: Mapped[datetime]


class CalendarCorrection(Base):
    """A day that is otherwise than the lists of holidays say. It wins over them."""

    __tablename__ = "calendar_corrections"
    __table_args__ = (
        CheckConstraint("working OR hours IS NULL", name="hours"),
        CheckConstraint("note <> ''", name="note"),
    )

    code: Mapped[str] = mapped_column(ForeignKey("calendars.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, comment="local day of the calendar")
    working: Mapped[bool]
    hours: Mapped[list[Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="null: those of a working weekday"
    )
    note: Mapped[str] = mapped_column(comment="why, for whoever wonders later")


class StageLimit(Base):
    """How long a stage of a case may take. Handling has the limit of the filing condition instead."""

    __tablename__ = "stage_limits"
    __table_args__ = (
        CheckConstraint("stage IN ('accept', 'verify', 'file', 'dispatch', 'check', 'close')", name="stage"),
        CheckConstraint("amount > 0 AND amount <= 10000", name="amount"),
        CheckConstraint("unit IN ('urgent_hour', 'natural_day', 'working_hour', 'working_day')", name="unit"),
    )

    stage: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    unit: Mapped[str]


class SourceRow(Base):
    """What the city does with reports of a source: who enters them, whether somebody looks first, what is replied."""

    __tablename__ = "source_rules"
    __table_args__ = (
        CheckConstraint(_one_of("source", Source), name="source"),
        CheckConstraint("length(name_zh) BETWEEN 1 AND 40 AND length(name_en) BETWEEN 1 AND 40", name="name"),
        CheckConstraint(
            f"entered_by <@ ARRAY[{_ROLES}]::text[] AND array_position(entered_by, NULL) IS NULL", name="entered_by"
        ),
        CheckConstraint(
            f"NOT needs_verification OR NOT ({_one_of('source', sorted(NEVER_VERIFIED))})", name="needs_verification"
        ),
        CheckConstraint(_one_of("reply", Reply), name="reply"),
        CheckConstraint(
            "(reply = 'call_back') = (reply_amount IS NOT NULL) AND (reply_amount IS NULL) = (reply_unit IS NULL)",
            name="reply_limit",
        ),
        CheckConstraint("reply_amount > 0 AND reply_amount <= 10000", name="reply_amount"),
        CheckConstraint(_one_of("reply_unit", Unit), name="reply_unit"),
        CheckConstraint("source <> 'citizen' OR (active AND 'citizen' = ANY (entered_by))", name="citizens"),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    entered_by: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="roles that may say a report is of this source")
    needs_verification: Mapped[bool] = mapped_column(comment="is an inspector asked before the case is accepted?")
    reply: Mapped[str] = mapped_column(comment="what the reporter gets when the case ends")
    reply_amount: Mapped[Decimal | None] = mapped_column(Numeric(9, 4), comment="within what time to call back")
    reply_unit: Mapped[str | None]
    active: Mapped[bool] = mapped_column(comment="may new reports be of this source?")


class SourceLimit(Base):
    """How long a stage may take for cases of a source, instead of the city's limit; for handling it is a cap."""

    __tablename__ = "source_limits"
    __table_args__ = (
        CheckConstraint(_one_of("stage", Stage), name="stage"),
        CheckConstraint("amount > 0 AND amount <= 10000", name="amount"),
        CheckConstraint(_one_of("unit", Unit), name="unit"),
    )

    source: Mapped[str] = mapped_column(ForeignKey("source_rules.source"), primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    unit: Mapped[str]


class SlaState(Base):
    """One row whose stamp changes with calendars, limits and sources, so that processes know when to read anew."""

    __tablename__ = "sla_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[UUID]
