"""Tables of the catalogue: types of parts and matters, their filing conditions, and the state they are in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base


class Type(Base):
    """A type of part or matter. The same digits mean different things in different schemes."""

    __tablename__ = "types"
    __table_args__ = (
        UniqueConstraint("scheme", "kind", "code"),
        CheckConstraint("kind IN ('part', 'matter')", name="kind"),
        CheckConstraint("scheme <> '' AND code <> '' AND class_code <> '' AND name <> ''", name="filled"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="made from scheme, kind and code: the same everywhere")
    scheme: Mapped[str] = mapped_column(comment="the code table, such as GB/T 47678.5-2026")
    kind: Mapped[str] = mapped_column(comment="part (部件) or matter (事项)")
    code: Mapped[str]
    class_code: Mapped[str]
    class_name: Mapped[str]
    name: Mapped[str]
    self_handle_allowed: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="an inspector may fix it on the spot"
    )


class FilingCondition(Base):
    """When a case of a type is filed, within which limit it is handled, and what closes it.

    What a row says never changes, because cases were filed under it: another wording is another row in its place.
    """

    __tablename__ = "filing_conditions"
    __table_args__ = (
        Index(
            "ix_filing_conditions_type_id_row_in_force",
            "type_id",
            "row",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        Index("ix_filing_conditions_type_id", "type_id"),
        CheckConstraint("row BETWEEN 1 AND 999", name="row"),
        CheckConstraint("limit_amount > 0 AND limit_amount <= 10000", name="limit_amount"),
        CheckConstraint(
            "limit_unit IN ('urgent_hour', 'natural_day', 'working_hour', 'working_day')", name="limit_unit"
        ),
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, comment="the first of a row is made from the type's key and the row"
    )
    type_id: Mapped[UUID] = mapped_column(ForeignKey("types.id"))
    row: Mapped[int] = mapped_column(SmallInteger, comment="1 is the first as published, mostly the most urgent")
    text: Mapped[str]
    limit_amount: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    limit_unit: Mapped[str]
    close_text: Mapped[str] = mapped_column(comment="what must be so before the case is closed")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(comment="null while in force")


class CatalogState(Base):
    """One row whose stamp changes with every import, so that processes know when to read the catalogue again."""

    __tablename__ = "catalog_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[UUID]
    changed_at: Mapped[datetime]
