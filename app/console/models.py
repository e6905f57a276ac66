"""Tables of the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base


class SavedFilter(Base):
    """A filter of the list of cases that somebody keeps under a name."""

    __tablename__ = "saved_filters"
    __table_args__ = (CheckConstraint("length(name) BETWEEN 1 AND 60", name="name"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[dict[str, Any]] = mapped_column(comment="parameters of the list, by their names")
    shared: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="shown to everybody of its owner's organisation"
    )
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ConsolePreference(Base):
    """How somebody likes the console; nobody else reads it."""

    __tablename__ = "console_preferences"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    choices: Mapped[dict[str, Any]] = mapped_column(comment="language, theme, sound, density: those that were chosen")
    updated_at: Mapped[datetime]
