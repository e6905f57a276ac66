"""Tables of duty: what a city asks of it, who is on shift, and where they went."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, Integer, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base


class DutyTerms(Base):
    """The one row that says what this city asks of people on duty."""

    __tablename__ = "duty_terms"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("answer_within_s BETWEEN 60 AND 86400", name="answer_within_s"),
        CheckConstraint("position_fresh_s BETWEEN 60 AND 86400", name="position_fresh_s"),
        CheckConstraint("shift_at_most_s BETWEEN 3600 AND 172800", name="shift_at_most_s"),
        CheckConstraint("tracks_kept_days BETWEEN 1 AND 3660", name="tracks_kept_days"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, comment="1: there is one row")
    answer_within_s: Mapped[int] = mapped_column(Integer, comment="to accept what the system suggested")
    position_fresh_s: Mapped[int] = mapped_column(Integer, comment="how old a position may be to be near by")
    shift_at_most_s: Mapped[int] = mapped_column(Integer, comment="after which a shift was forgotten")
    tracks_kept_days: Mapped[int] = mapped_column(Integer, comment="after which positions are deleted")


class Shift(Base):
    """Somebody on duty, and where they were last."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("end_reason IN ('self', 'desk', 'forgotten')", name="end_reason"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
        CheckConstraint("ended_at >= started_at", name="ended_at"),
        CheckConstraint(
            "(position_at IS NULL) = (lon IS NULL) AND (position_at IS NULL) = (lat IS NULL)", name="position"
        ),
        Index("uq_shifts_open", "user_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_shifts_started_at_id", text("started_at DESC"), text("id DESC")),
        Index("ix_shifts_user_id_started_at_id", "user_id", text("started_at DESC"), text("id DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    zone_code: Mapped[str | None] = mapped_column(comment="the duty zone they patrol; null: those of theirs")
    started_at: Mapped[datetime]
    started_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="null: by itself")
    end_reason: Mapped[str | None]
    lon: Mapped[float | None] = mapped_column(Double, comment="of the last position, WGS 84, degrees")
    lat: Mapped[float | None] = mapped_column(Double, comment="of the last position, WGS 84, degrees")
    accuracy_m: Mapped[float | None] = mapped_column(Double, comment="of the last position")
    position_at: Mapped[datetime | None] = mapped_column(comment="when the last position was taken")
    heard_at: Mapped[datetime | None] = mapped_column(comment="when the last position arrived")
    cell_code: Mapped[str | None] = mapped_column(comment="cell of the last position; null: none, or outside the city")


class ShiftPosition(Base):
    """A point of the track of a shift; deleted once it is older than the terms say."""

    __tablename__ = "shift_positions"
    __table_args__ = (Index("ix_shift_positions_at", "at", postgresql_using="brin"),)

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, comment="when it was taken, by the phone")
    lon: Mapped[float] = mapped_column(Double, comment="WGS 84, degrees")
    lat: Mapped[float] = mapped_column(Double, comment="WGS 84, degrees")
    accuracy_m: Mapped[float | None] = mapped_column(Double)
    jumped: Mapped[bool] = mapped_column(comment="nobody moves so fast from the point before")
    heard_at: Mapped[datetime]
