"""Tables of grid: areas of all levels, successors, duty zones, imports, the live version, base layers."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_grid"
down_revision = "0004_media"
branch_labels = None
depends_on = None

LIVE = sa.text("valid_to IS NULL")


def instant(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def valid() -> tuple[sa.Column, sa.Column]:
    return instant("valid_from"), instant("valid_to", nullable=True, comment="null while live")


def geometry(kind: str) -> sa.Column:
    shape = geoalchemy2.Geometry(kind, 4326, spatial_index=False, nullable=False)
    return sa.Column("geom", shape, nullable=False)


def upgrade() -> None:
    create_areas()
    create_duty_zones()
    create_imports()
    create_base_features()


def create_areas() -> None:
    op.create_table(
        "areas",
        sa.Column("code", sa.Text(), nullable=False, comment="4, 6, 9, 12 or 15 digits (14 in the older edition)"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "level", sa.SmallInteger(), nullable=False, comment="0 city, 1 district, 2 street, 3 community, 4 cell"
        ),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("code_scheme", sa.Text(), nullable=False, comment="edition of the code"),
        sa.Column("area_m2", sa.Double(), nullable=False, comment="on the ellipsoid"),
        sa.Column("land_use", sa.Text(), nullable=True),
        sa.Column("management_grade", sa.Text(), nullable=True),
        *valid(),
        geometry("MULTIPOLYGON"),
        sa.PrimaryKeyConstraint("code", name="pk_areas"),
        sa.ForeignKeyConstraint(["parent_code"], ["areas.code"], name="fk_areas_parent_code_areas"),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_areas_level")),
        sa.CheckConstraint("(level = 0) = (parent_code IS NULL)", name=op.f("ck_areas_parent_code")),
        sa.CheckConstraint("parent_code IS NULL OR starts_with(code, parent_code)", name=op.f("ck_areas_prefix")),
        sa.CheckConstraint(
            "code ~ '^[0-9]+$' AND CASE level WHEN 0 THEN length(code) = 4 WHEN 1 THEN length(code) = 6 "
            "WHEN 2 THEN length(code) = 9 WHEN 3 THEN length(code) = 12 ELSE length(code) IN (14, 15) END",
            name=op.f("ck_areas_code"),
        ),
        sa.CheckConstraint("code_scheme IN ('digits15', 'digits14')", name=op.f("ck_areas_code_scheme")),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_areas_area_m2")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_areas_valid_to")),
    )
    op.create_index("ix_areas_level_code", "areas", ["level", "code"])
    op.create_index("ix_areas_parent_code", "areas", ["parent_code"])
    op.create_index("ix_areas_geom", "areas", ["geom"], postgresql_using="gist")
    op.create_table(
        "area_successors",
        sa.Column("old_code", sa.Text(), nullable=False),
        sa.Column("new_code", sa.Text(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False, comment="part of the old area's ground, 0 to 1"),
        sa.PrimaryKeyConstraint("old_code", "new_code", name="pk_area_successors"),
        sa.ForeignKeyConstraint(["old_code"], ["areas.code"], name="fk_area_successors_old_code_areas"),
        sa.ForeignKeyConstraint(["new_code"], ["areas.code"], name="fk_area_successors_new_code_areas"),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_area_successors_share")),
    )
    op.create_index("ix_area_successors_new_code", "area_successors", ["new_code"])


def create_duty_zones() -> None:
    op.create_table(
        "duty_zones",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *valid(),
        sa.PrimaryKeyConstraint("code", name="pk_duty_zones"),
        sa.CheckConstraint("code <> ''", name=op.f("ck_duty_zones_code")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_duty_zones_valid_to")),
    )
    op.create_table(
        "duty_zone_cells",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_code", sa.Text(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        *valid(),
        sa.PrimaryKeyConstraint("id", name="pk_duty_zone_cells"),
        sa.ForeignKeyConstraint(["zone_code"], ["duty_zones.code"], name="fk_duty_zone_cells_zone_code_duty_zones"),
        sa.ForeignKeyConstraint(["cell_code"], ["areas.code"], name="fk_duty_zone_cells_cell_code_areas"),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_duty_zone_cells_valid_to")),
        postgresql.ExcludeConstraint(
            (sa.column("cell_code"), "="),
            (sa.func.tstzrange(sa.column("valid_from"), sa.column("valid_to")), "&&"),
            name="ex_duty_zone_cells_cell_code",
            using="gist",
        ),
    )
    op.create_index("ix_duty_zone_cells_zone_code", "duty_zone_cells", ["zone_code"], postgresql_where=LIVE)
    op.create_table(
        "duty_zone_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_code", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *valid(),
        sa.PrimaryKeyConstraint("id", name="pk_duty_zone_people"),
        sa.ForeignKeyConstraint(["zone_code"], ["duty_zones.code"], name="fk_duty_zone_people_zone_code_duty_zones"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_duty_zone_people_user_id_users"),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_duty_zone_people_valid_to")),
    )
    op.create_index(
        "uq_duty_zone_people_zone_code_user_id",
        "duty_zone_people",
        ["zone_code", "user_id"],
        unique=True,
        postgresql_where=LIVE,
    )
    op.create_index("ix_duty_zone_people_user_id", "duty_zone_people", ["user_id"])


def create_imports() -> None:
    op.create_table(
        "grid_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "level", sa.Text(), nullable=False, comment="level of all its areas, or mixed: by the length of each code"
        ),
        sa.Column("crs", sa.Text(), nullable=True, comment="as declared; null: the file's own"),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False, comment="which column holds code, name, parent"),
        sa.Column("file_key", sa.Text(), nullable=False, comment="where the bytes are stored"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False, comment="[{kind, code, detail, place}]"),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        instant("created_at"),
        instant("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_grid_imports"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_grid_imports_created_by_users"),
        sa.CheckConstraint(
            "status IN ('pending', 'refused', 'accepted', 'checked')", name=op.f("ck_grid_imports_status")
        ),
    )
    op.create_index("ix_grid_imports_created_at", "grid_imports", ["created_at"])
    op.create_table(
        "grid_state",
        sa.Column("id", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="the ETag of everything read from the grid"),
        sa.Column(
            "stamp",
            sa.Uuid(),
            nullable=False,
            comment="never repeats, not even after a rollback: key of indexes in memory",
        ),
        instant("changed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_grid_state"),
        sa.CheckConstraint("id = 1", name=op.f("ck_grid_state_id")),
    )
    op.execute("INSERT INTO grid_state (id, version, stamp, changed_at) VALUES (1, 1, gen_random_uuid(), now())")


def create_base_features() -> None:
    op.create_table(
        "base_features",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False, comment="roads, water, green or buildings"),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("class", sa.Text(), nullable=True, comment="kind within the layer: primary, river, park…"),
        geometry("GEOMETRY"),
        sa.PrimaryKeyConstraint("id", name="pk_base_features"),
        sa.CheckConstraint("layer IN ('roads', 'water', 'green', 'buildings')", name=op.f("ck_base_features_layer")),
    )
    op.create_index("ix_base_features_geom", "base_features", ["geom"], postgresql_using="gist")


def downgrade() -> None:
    op.drop_table("base_features")
    op.drop_table("grid_state")
    op.drop_table("grid_imports")
    op.drop_table("duty_zone_people")
    op.drop_table("duty_zone_cells")
    op.drop_table("duty_zones")
    op.drop_table("area_successors")
    op.drop_table("areas")
