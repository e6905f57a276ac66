"""Tables of the grid: areas of all levels, who replaced whom, duty zones, imports, base layers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Identity, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.core.models import Base

_LIVE = text("valid_to IS NULL")


class Area(Base):
    """A city, district, street, community or cell; its code is never used again."""

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint("(level = 0) = (parent_code IS NULL)", name="parent_code"),
        CheckConstraint("parent_code IS NULL OR starts_with(code, parent_code)", name="prefix"),
        CheckConstraint(
            "code ~ '^[0-9]+$' AND CASE level WHEN 0 THEN length(code) = 4 WHEN 1 THEN length(code) = 6 "
            "WHEN 2 THEN length(code) = 9 WHEN 3 THEN length(code) = 12 ELSE length(code) IN (14, 15) END",
            name="code",
        ),
        CheckConstraint("code_scheme IN ('digits15', 'digits14')", name="code_scheme"),
        CheckConstraint("area_m2 > 0", name="area_m2"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
        Index("ix_areas_level_code", "level", "code"),
        Index("ix_areas_parent_code", "parent_code"),
        Index("ix_areas_geom", "geom", postgresql_using="gist"),
    )

    code: Mapped[str] = mapped_column(primary_key=True, comment="4, 6, 9, 12 or 15 digits (14 in the older edition)")
    name: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger, comment="0 city, 1 district, 2 street, 3 community, 4 cell")
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    code_scheme: Mapped[str] = mapped_column(comment="edition of the code")
    area_m2: Mapped[float] = mapped_column(Double, comment="on the ellipsoid")
    land_use: Mapped[str | None]
    management_grade: Mapped[str | None]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(comment="null while live")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False, nullable=False))


class AreaSuccessor(Base):
    """An area that took over ground of a retired one."""

    __tablename__ = "area_successors"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        Index("ix_area_successors_new_code", "new_code"),
    )

    old_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    new_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    share: Mapped[float] = mapped_column(Double, comment="part of the old area's ground, 0 to 1")


class DutyZone(Base):
    """Neighbouring cells that one inspector patrols."""

    __tablename__ = "duty_zones"
    __table_args__ = (
        CheckConstraint("code <> ''", name="code"),
        CheckConstraint("valid_to > valid_from", name="valid_to"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(comment="null while live")


class DutyZoneCell(Base):
    """A cell's time in a duty zone; never in two at once."""

    __tablename__ = "duty_zone_cells"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        ExcludeConstraint(
            ("cell_code", "="),
            (func.tstzrange(text("valid_from"), text("valid_to")), "&&"),
            name="ex_duty_zone_cells_cell_code",
            using="gist",
        ),
        Index("ix_duty_zone_cells_zone_code", "zone_code", postgresql_where=_LIVE),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    zone_code: Mapped[str] = mapped_column(ForeignKey("duty_zones.code"))
    cell_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(comment="null while live")


class DutyZonePerson(Base):
    """An inspector's time in a duty zone."""

    __tablename__ = "duty_zone_people"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="valid_to"),
        Index("uq_duty_zone_people_zone_code_user_id", "zone_code", "user_id", unique=True, postgresql_where=_LIVE),
        Index("ix_duty_zone_people_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    zone_code: Mapped[str] = mapped_column(ForeignKey("duty_zones.code"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None] = mapped_column(comment="null while live")


class GridImport(Base):
    """A boundary file that was handed in, and what became of it."""

    __tablename__ = "grid_imports"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'refused', 'accepted', 'checked')", name="status"),
        Index("ix_grid_imports_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    status: Mapped[str]
    level: Mapped[str] = mapped_column(comment="level of all its areas, or mixed: by the length of each code")
    crs: Mapped[str | None] = mapped_column(comment="as declared; null: the file's own")
    dry_run: Mapped[bool]
    fields: Mapped[dict[str, Any]] = mapped_column(comment="which column holds code, name, parent")
    file_key: Mapped[str] = mapped_column(comment="where the bytes are stored")
    file_name: Mapped[str]
    faults: Mapped[list[Any]] = mapped_column(JSONB, comment="[{kind, code, detail, place}]")
    counts: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class GridState(Base):
    """One row: which grid is live. Every change of areas or duty zones gives it a new version and stamp."""

    __tablename__ = "grid_state"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger, comment="the ETag of everything read from the grid")
    stamp: Mapped[UUID] = mapped_column(comment="never repeats, not even after a rollback: key of indexes in memory")
    changed_at: Mapped[datetime]


class BaseFeature(Base):
    """A road, river, park or building that maps draw under the grid."""

    __tablename__ = "base_features"
    __table_args__ = (
        CheckConstraint("layer IN ('roads', 'water', 'green', 'buildings')", name="layer"),
        Index("ix_base_features_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str] = mapped_column(comment="roads, water, green or buildings")
    name: Mapped[str | None]
    class_: Mapped[str | None] = mapped_column("class", comment="kind within the layer: primary, river, park…")
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", 4326, spatial_index=False, nullable=False))


class BaseLayer(Base):
    """One row for each base layer: where its features came from, and when."""

    __tablename__ = "base_layers"
    __table_args__ = (
        CheckConstraint("layer IN ('roads', 'water', 'green', 'buildings')", name="layer"),
        CheckConstraint("features >= 0", name="features"),
    )

    layer: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[UUID] = mapped_column(comment="another one whenever features change")
    features: Mapped[int] = mapped_column(comment="how many there are")
    source: Mapped[str | None] = mapped_column(comment="name of the file that came last")
    changed_at: Mapped[datetime | None]
