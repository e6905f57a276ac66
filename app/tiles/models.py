"""Tables that tiles are cut from: the ground as it is drawn from each zoom, in the maps' own coordinates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Base


class GroundState(Base):
    """What the prepared ground was computed from; one row for the areas and one for each base layer."""

    __tablename__ = "ground_state"
    __table_args__ = (
        CheckConstraint("subject IN ('areas', 'roads', 'water', 'green', 'buildings')", name="subject"),
        CheckConstraint("(source IS NULL) = (prepared_at IS NULL)", name="prepared_at"),
    )

    subject: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[UUID | None] = mapped_column(comment="stamp of what it was computed from; null: never yet")
    stamp: Mapped[UUID] = mapped_column(comment="another one whenever prepared rows change: in the ETag of tiles")
    digest: Mapped[str] = mapped_column(comment="of the outlines: where it stays, only names and zones changed")
    prepared_at: Mapped[datetime | None]


class GroundArea(Base):
    """A live area as a zoom draws it: neighbours share their borders exactly, and parents theirs with children."""

    __tablename__ = "ground_areas"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        Index("ix_ground_areas_band_level_geom", "band", "level", "geom", postgresql_using="gist"),
    )

    band: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False, comment="the zoom it is drawn at; 13: as surveyed, 13 on"
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger, comment="0 city, 1 district, 2 street, 3 community, 4 cell")
    name: Mapped[str]
    parent_code: Mapped[str | None]
    zone_code: Mapped[str | None] = mapped_column(comment="of a cell: its duty zone")
    cells: Mapped[int] = mapped_column(comment="how many cells it holds")
    geom: Mapped[WKBElement] = mapped_column(Geometry("MULTIPOLYGON", 3857, spatial_index=False, nullable=False))
    label: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", 3857, spatial_index=False, nullable=False), comment="where its name is written"
    )


class GroundFeature(Base):
    """Roads, water, green and buildings as a zoom draws them; from far, a road's pieces are one."""

    __tablename__ = "ground_features"
    __table_args__ = (
        CheckConstraint("layer IN ('roads', 'water', 'green', 'buildings')", name="layer"),
        Index("ix_ground_features_band_from_zoom_geom", "band", "from_zoom", "geom", postgresql_using="gist"),
        Index("ix_ground_features_layer", "layer"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    layer: Mapped[str]
    band: Mapped[int] = mapped_column(SmallInteger, comment="the highest zoom it is drawn at")
    from_zoom: Mapped[int] = mapped_column(SmallInteger, comment="from how far it matters, by its class or size")
    name: Mapped[str | None]
    class_: Mapped[str | None] = mapped_column("class")
    geom: Mapped[WKBElement] = mapped_column(Geometry("GEOMETRY", 3857, spatial_index=False, nullable=False))


class PointChange(Base):
    """A case or part was written: for those who count points in memory. Written by triggers."""

    __tablename__ = "point_changes"
    __table_args__ = (
        CheckConstraint("collection IN ('cases', 'parts')", name="collection"),
        CheckConstraint("case_id IS NULL OR part_id IS NULL", name="one"),
        Index("ix_point_changes_collection_xid", "collection", "xid"),
        Index("ix_point_changes_at", "at", postgresql_using="brin"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(
        BigInteger,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        comment="the transaction that changed it, an xid8",
    )
    collection: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(comment="which case; null with part_id: many at once")
    part_id: Mapped[int | None] = mapped_column(BigInteger, comment="which part; null with case_id: many at once")
    at: Mapped[datetime] = mapped_column(server_default=func.now())
