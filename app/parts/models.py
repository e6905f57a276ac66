"""Tables of the register of parts: the parts, proposals to correct them, files that were handed in, its version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base


class Part(Base):
    """A part of the city (部件) with its place and its owner. Rows are retired, never removed."""

    __tablename__ = "parts"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{16,17}$'", name="code"),
        CheckConstraint("state IN ('intact', 'damaged', 'missing', 'occupied', 'retired')", name="state"),
        CheckConstraint("(state = 'retired') = (retired_at IS NOT NULL)", name="retired_at"),
        CheckConstraint("GeometryType(geom) IN ('POINT', 'LINESTRING')", name="geom"),
        Index("uq_parts_code", "code", unique=True),
        Index("ix_parts_geom", "geom", postgresql_using="gist"),
        Index("ix_parts_type_id_code", "type_id", "code"),
        Index("ix_parts_owner_id_code", "owner_id", "code", postgresql_where=text("owner_id IS NOT NULL")),
        Index("ix_parts_cell_code_code", "cell_code", "code", postgresql_include=["type_id", "state"]),
        Index("ix_parts_state_code", "state", "code", postgresql_where=text("state <> 'intact'")),
        Index(
            "ix_parts_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
            postgresql_where=text("name IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(comment="6 digits of the district, 4 or 5 of the type, 6 of the serial number")
    # Triggers keep that these are in `types` and `organizations`, once a statement: ADR 0033.
    type_id: Mapped[UUID]
    owner_id: Mapped[UUID | None] = mapped_column(comment="权属单位; null: the register does not know")
    state: Mapped[str] = mapped_column(comment="intact 完好, damaged 破损, missing 丢失, occupied 占用, retired 废弃")
    name: Mapped[str | None] = mapped_column(comment="what people call it, such as the number on a lamp post")
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("GEOMETRY", 4326, spatial_index=False, nullable=False), comment="a point or a line; WGS 84 (lon, lat)"
    )
    cell_code: Mapped[str] = mapped_column(comment="the cell that holds the point, or the middle of the line")
    surveyed_on: Mapped[date | None] = mapped_column(Date, comment="when somebody last measured it")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None] = mapped_column(comment="since when it is no more; its row stays")


class RegisterState(Base):
    """One row: which register this is. Every change of parts gives it a new version."""

    __tablename__ = "part_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger, comment="grows with every change of any part")
    changed_at: Mapped[datetime]


class PartProposal(Base):
    """What somebody saw in the field that the register has otherwise; an operator accepts or refuses it, once."""

    __tablename__ = "part_proposals"
    __table_args__ = (
        CheckConstraint("kind IN ('new', 'moved', 'missing', 'changed')", name="kind"),
        CheckConstraint("state IN ('open', 'accepted', 'refused')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("(kind = 'new') = (wanted_type_id IS NOT NULL)", name="wanted_type_id"),
        CheckConstraint("kind = 'new' OR part_id IS NOT NULL", name="part_id"),
        CheckConstraint("kind NOT IN ('new', 'moved') OR geom IS NOT NULL", name="geom"),
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_part_proposals_state_proposed_at_id", "state", "proposed_at", "id"),
        Index("ix_part_proposals_part_id", "part_id"),
        Index("ix_part_proposals_proposed_by", "proposed_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(comment="new, moved, missing or changed")
    state: Mapped[str] = mapped_column(comment="open, accepted or refused")
    part_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("parts.id"), comment="which part; of a new one null until it is accepted"
    )
    wanted_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("types.id"), comment="of a new part")
    changes: Mapped[dict[str, Any]] = mapped_column(comment="what else ought to be so: state, name, owner_id")
    geom: Mapped[WKBElement | None] = mapped_column(
        Geometry("GEOMETRY", 4326, spatial_index=False), comment="where it was seen; WGS 84 (lon, lat)"
    )
    cell_code: Mapped[str] = mapped_column(comment="where it was seen, else where the part stands: who decides")
    reason: Mapped[str] = mapped_column(comment="what the proposer saw; erasable")
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(comment="why it was refused")
    before: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="the part as it was when the proposal was accepted"
    )
    after: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="the part as the accepted proposal left it"
    )


class PartProposalPhoto(Base):
    """A photo that a proposal shows."""

    __tablename__ = "part_proposal_photos"
    __table_args__ = (Index("ix_part_proposal_photos_photo_id", "photo_id"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("part_proposals.id"), primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id"), primary_key=True)


class PartImport(Base):
    """A file of parts that was handed in, and what became of it."""

    __tablename__ = "part_imports"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'refused', 'accepted', 'checked')", name="status"),
        CheckConstraint("mode IN ('merge', 'replace')", name="mode"),
        Index("ix_part_imports_created_at_id", "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    status: Mapped[str]
    mode: Mapped[str] = mapped_column(comment="merge: parts it does not name stay; replace: they are retired")
    scheme: Mapped[str | None] = mapped_column(comment="of the types; null: told by the length of the code")
    crs: Mapped[str | None] = mapped_column(comment="as declared; null: the file's own, else WGS 84")
    dry_run: Mapped[bool]
    fields: Mapped[dict[str, Any]] = mapped_column(comment="which column holds what")
    file_key: Mapped[str] = mapped_column(comment="where the bytes are stored")
    file_name: Mapped[str]
    faults: Mapped[list[Any]] = mapped_column(JSONB, comment="[{row, code, kind, detail}], the first 1 000")
    counts: Mapped[dict[str, Any]] = mapped_column(comment="rows read, added, changed, retired; of faults by kind")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="null: the command line")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
