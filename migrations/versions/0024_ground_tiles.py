"""What tiles of the ground are cut from."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0024_ground_tiles"
down_revision = "0023_parts"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LAYERS = "layer IN ('roads', 'water', 'green', 'buildings')"


def upgrade() -> None:
    _base_layers()
    _ground_state()
    _ground_areas()
    _ground_features()


def _base_layers() -> None:
    op.create_table(
        "base_layers",
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False, comment="another one whenever features change"),
        sa.Column("features", sa.Integer(), nullable=False, comment="how many there are"),
        sa.Column("source", sa.Text(), comment="name of the file that came last"),
        sa.Column("changed_at", INSTANT),
        sa.PrimaryKeyConstraint("layer", name="pk_base_layers"),
        sa.CheckConstraint(LAYERS, name=op.f("ck_base_layers_layer")),
        sa.CheckConstraint("features >= 0", name=op.f("ck_base_layers_features")),
    )
    # What was loaded before is known by how much it is, not where it came from.
    op.execute("""
        INSERT INTO base_layers (layer, stamp, features)
        SELECT layer, gen_random_uuid(), (SELECT count(*) FROM base_features f WHERE f.layer = known.layer)
          FROM (VALUES ('roads'), ('water'), ('green'), ('buildings')) AS known (layer)""")


def _ground_state() -> None:
    op.create_table(
        "ground_state",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("source", sa.Uuid(), comment="stamp of what it was computed from; null: never yet"),
        sa.Column(
            "stamp",
            sa.Uuid(),
            nullable=False,
            comment="another one whenever prepared rows change: in the ETag of tiles",
        ),
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="of the outlines: where it stays, only names and zones changed",
        ),
        sa.Column("prepared_at", INSTANT),
        sa.PrimaryKeyConstraint("subject", name="pk_ground_state"),
        sa.CheckConstraint(
            "subject IN ('areas', 'roads', 'water', 'green', 'buildings')", name=op.f("ck_ground_state_subject")
        ),
        sa.CheckConstraint("(source IS NULL) = (prepared_at IS NULL)", name=op.f("ck_ground_state_prepared_at")),
    )
    op.execute("""
        INSERT INTO ground_state (subject, stamp, digest)
        SELECT subject, gen_random_uuid(), ''
          FROM (VALUES ('areas'), ('roads'), ('water'), ('green'), ('buildings')) AS known (subject)""")


def _ground_areas() -> None:
    op.create_table(
        "ground_areas",
        sa.Column(
            "band",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="the zoom it is drawn at; 13: as surveyed, 13 on",
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "level", sa.SmallInteger(), nullable=False, comment="0 city, 1 district, 2 street, 3 community, 4 cell"
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text()),
        sa.Column("zone_code", sa.Text(), comment="of a cell: its duty zone"),
        sa.Column("cells", sa.Integer(), nullable=False, comment="how many cells it holds"),
        sa.Column("geom", Geometry("MULTIPOLYGON", 3857, spatial_index=False), nullable=False),
        sa.Column(
            "label",
            Geometry("POINT", 3857, spatial_index=False),
            nullable=False,
            comment="where its name is written",
        ),
        sa.PrimaryKeyConstraint("band", "code", name="pk_ground_areas"),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_ground_areas_level")),
    )
    op.create_index(
        "ix_ground_areas_band_level_geom", "ground_areas", ["band", "level", "geom"], postgresql_using="gist"
    )


def _ground_features() -> None:
    op.create_table(
        "ground_features",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False, comment="the highest zoom it is drawn at"),
        sa.Column(
            "from_zoom", sa.SmallInteger(), nullable=False, comment="from how far it matters, by its class or size"
        ),
        sa.Column("name", sa.Text()),
        sa.Column("class", sa.Text()),
        sa.Column("geom", Geometry("GEOMETRY", 3857, spatial_index=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ground_features"),
        sa.CheckConstraint(LAYERS, name=op.f("ck_ground_features_layer")),
    )
    op.create_index(
        "ix_ground_features_band_from_zoom_geom",
        "ground_features",
        ["band", "from_zoom", "geom"],
        postgresql_using="gist",
    )
    op.create_index("ix_ground_features_layer", "ground_features", ["layer"])


def downgrade() -> None:
    op.drop_table("ground_features")
    op.drop_table("ground_areas")
    op.drop_table("ground_state")
    op.drop_table("base_layers")
