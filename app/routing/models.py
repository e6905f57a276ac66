"""Tables of routing: the responsibility rules and their versions, and who is bound to single things before them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    func,
    text,
)
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
        CheckConstraint("(retired_at IS NULL) = (retired_in IS NULL)", name="retired_in"),
        Index("ix_routing_rules_version_id", "version", "id"),
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
    retired_in: Mapped[int | None] = mapped_column(BigInteger, comment="the first version that left it out")


class RoutingState(Base):
    """One row: which set of rules is in force."""

    __tablename__ = "routing_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger, comment="grows with every import")
    stamp: Mapped[UUID] = mapped_column(comment="never repeats, not even after a rollback: key of the rules in memory")
    changed_at: Mapped[datetime]


class RoutingVersion(Base):
    """A set of rules that was in force once, or is. Append-only."""

    __tablename__ = "routing_versions"

    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    added: Mapped[int] = mapped_column(Integer, comment="rules that came with it")
    retired: Mapped[int] = mapped_column(Integer, comment="rules of the version before that it left out")
    by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id"), comment="who imported it; null: the command line"
    )


class PartOwner(Base):
    """Who owns a part, or all parts whose codes begin alike, for a time. Rows are retired, never removed."""

    __tablename__ = "part_owners"
    __table_args__ = (
        CheckConstraint("code <> ''", name="code"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
        ExcludeConstraint(
            ("code", "="),
            (text("(is_prefix::integer)"), "="),
            (func.daterange(text("valid_from"), text("valid_to")), "&&"),
            name="ex_part_owners_one_owner",
            using="gist",
            where=text("retired_at IS NULL"),
        ),
        Index("ix_part_owners_code", "code", postgresql_where=text("retired_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    said: Mapped[UUID] = mapped_column(Uuid, comment="made from what the row says: the same in every import")
    code: Mapped[str] = mapped_column(comment="of the part, or how the codes of many begin")
    is_prefix: Mapped[bool] = mapped_column(comment="for every part whose code begins so")
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), comment="权属单位")
    valid_from: Mapped[date | None] = mapped_column(Date, comment="first day, in the city's time zone; null: always")
    valid_to: Mapped[date | None] = mapped_column(Date, comment="first day it no longer holds; null: open")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="when a later set left it out")


class ShopfrontContract(Base):
    """A contract 门前三包 that binds a shop to the strip before its door. Rows are retired, never removed."""

    __tablename__ = "shopfront_contracts"
    __table_args__ = (
        CheckConstraint("code <> ''", name="code"),
        CheckConstraint("(scheme = '') = (cardinality(classes) = 0)", name="classes"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
        ExcludeConstraint(
            ("code", "="),
            (func.daterange(text("valid_from"), text("valid_to")), "&&"),
            name="ex_shopfront_contracts_one_text",
            using="gist",
            where=text("retired_at IS NULL"),
        ),
        Index("ix_shopfront_contracts_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    said: Mapped[UUID] = mapped_column(Uuid, comment="made from what the row says: the same in every import")
    code: Mapped[str] = mapped_column(comment="number of the contract")
    shop_name: Mapped[str]
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), comment="who answers for the strip")
    scheme: Mapped[str] = mapped_column(comment="of the classes; empty where there are none")
    classes: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="of matters it covers; empty: every matter")
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("POLYGON", 4326, spatial_index=False), comment="the strip before the door"
    )
    valid_from: Mapped[date | None] = mapped_column(Date, comment="first day, in the city's time zone; null: always")
    valid_to: Mapped[date | None] = mapped_column(Date, comment="first day it no longer holds; null: open")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="when a later set left it out")
