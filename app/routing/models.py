"""Tables of routing: the responsibility rules, and the state they are in."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, SmallInteger, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base


class RoutingRule(Base):
    """Who answers for a type, a class or any type, on some ground, for a time. Rows are retired, never removed."""

    __tablename__ = "routing_rules"
    __table_args__ = (
        CheckConstraint("target IN ('type', 'class', 'any')", name="target"),
        CheckConstraint("(target = 'any') = (scheme = '' AND kind = '' AND code = '')", name="target_code"),
        CheckConstraint("kind IN ('part', 'matter', '')", name="kind"),
        CheckConstraint("ground IN ('cell', 'duty_zone', 'community', 'street', 'district', 'any')", name="ground"),
        CheckConstraint("(ground = 'any') = (place = '')", name="place"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
        CheckConstraint("NOT lead_id = ANY (helper_ids)", name="helper_ids"),
        ExcludeConstraint(
            ("target", "="),
            ("scheme", "="),
            ("kind", "="),
            ("code", "="),
            ("ground", "="),
            ("place", "="),
            (func.daterange(text("valid_from"), text("valid_to")), "&&"),
            name="ex_routing_rules_no_tie",
            using="gist",
            where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    said: Mapped[UUID] = mapped_column(Uuid, comment="made from what the rule says: the same in every import")
    target: Mapped[str] = mapped_column(comment="type, class or any")
    scheme: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str] = mapped_column(comment="of the type or the class; empty for any")
    ground: Mapped[str] = mapped_column(comment="cell, duty_zone, community, street, district or any")
    place: Mapped[str] = mapped_column(comment="code of the area or duty zone; empty for the whole city")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), comment="牵头")
    helper_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="配合")
    auto: Mapped[bool] = mapped_column(comment="the router dispatches by itself")
    valid_from: Mapped[date | None] = mapped_column(Date, comment="first day, in the city's time zone; null: always")
    valid_to: Mapped[date | None] = mapped_column(Date, comment="first day it no longer holds; null: open")
    version: Mapped[int] = mapped_column(BigInteger, comment="of the set of rules it came with")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="when a later set left it out")


class RoutingState(Base):
    """One row: which set of rules is in force."""

    __tablename__ = "routing_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger, comment="grows with every import")
    stamp: Mapped[UUID] = mapped_column(comment="never repeats, not even after a rollback: key of the rules in memory")
    changed_at: Mapped[datetime]
