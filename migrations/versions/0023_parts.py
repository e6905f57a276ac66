"""The register of parts, and proposals to correct it."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0023_parts"
down_revision = "0022_contacts"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _parts()
    _part_state()
    _part_proposals()
    _part_imports()
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_cases_part_code",
            "cases",
            ["part_code"],
            postgresql_where=sa.text("part_code IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def _parts() -> None:
    op.create_table(
        "parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="6 digits of the district, 4 or 5 of the type, 6 of the serial number",
        ),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), comment="权属单位; null: the register does not know"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="intact 完好, damaged 破损, missing 丢失, occupied 占用, retired 废弃",
        ),
        sa.Column("name", sa.Text(), comment="what people call it, such as the number on a lamp post"),
        sa.Column(
            "geom",
            Geometry("GEOMETRY", 4326, spatial_index=False),
            nullable=False,
            comment="a point or a line; WGS 84 (lon, lat)",
        ),
        sa.Column(
            "cell_code", sa.Text(), nullable=False, comment="the cell that holds the point, or the middle of the line"
        ),
        sa.Column("surveyed_on", sa.Date(), comment="when somebody last measured it"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, comment="since when it is no more; its row stays"),
        sa.PrimaryKeyConstraint("id", name="pk_parts"),
        sa.ForeignKeyConstraint(["type_id"], ["types.id"], name="fk_parts_type_id_types"),
        sa.ForeignKeyConstraint(["owner_id"], ["organizations.id"], name="fk_parts_owner_id_organizations"),
        sa.CheckConstraint("code ~ '^[0-9]{16,17}$'", name=op.f("ck_parts_code")),
        sa.CheckConstraint(
            "state IN ('intact', 'damaged', 'missing', 'occupied', 'retired')", name=op.f("ck_parts_state")
        ),
        sa.CheckConstraint("(state = 'retired') = (retired_at IS NOT NULL)", name=op.f("ck_parts_retired_at")),
        sa.CheckConstraint("GeometryType(geom) IN ('POINT', 'LINESTRING')", name=op.f("ck_parts_geom")),
    )
    op.create_index("uq_parts_code", "parts", ["code"], unique=True)
    op.create_index("ix_parts_geom", "parts", ["geom"], postgresql_using="gist")
    op.create_index("ix_parts_type_id_code", "parts", ["type_id", "code"])
    op.create_index(
        "ix_parts_owner_id_code", "parts", ["owner_id", "code"], postgresql_where=sa.text("owner_id IS NOT NULL")
    )
    op.create_index("ix_parts_cell_code_code", "parts", ["cell_code", "code"], postgresql_include=["type_id", "state"])
    op.create_index("ix_parts_state_code", "parts", ["state", "code"], postgresql_where=sa.text("state <> 'intact'"))
    op.create_index(
        "ix_parts_name_trgm",
        "parts",
        ["name"],
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
        postgresql_where=sa.text("name IS NOT NULL"),
    )
    # A part that is gone is retired: cases and proposals go on naming it.
    op.execute("REVOKE DELETE, TRUNCATE ON parts FROM fieldgrid_app")


def _part_state() -> None:
    op.create_table(
        "part_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="grows with every change of any part"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_part_state"),
        sa.CheckConstraint("id = 1", name=op.f("ck_part_state_single")),
    )
    op.execute("INSERT INTO part_state (id, version, changed_at) VALUES (1, 1, now())")
    op.execute("REVOKE INSERT, DELETE, TRUNCATE ON part_state FROM fieldgrid_app")


def _part_proposals() -> None:
    op.create_table(
        "part_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="new, moved, missing or changed"),
        sa.Column("state", sa.Text(), nullable=False, comment="open, accepted or refused"),
        sa.Column("part_id", sa.BigInteger(), comment="which part; of a new one null until it is accepted"),
        sa.Column("wanted_type_id", sa.Uuid(), comment="of a new part"),
        sa.Column(
            "changes", postgresql.JSONB(), nullable=False, comment="what else ought to be so: state, name, owner_id"
        ),
        sa.Column(
            "geom", Geometry("GEOMETRY", 4326, spatial_index=False), comment="where it was seen; WGS 84 (lon, lat)"
        ),
        sa.Column(
            "cell_code",
            sa.Text(),
            nullable=False,
            comment="where it was seen, else where the part stands: who decides",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="what the proposer saw; erasable"),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", INSTANT),
        sa.Column("decision", sa.Text(), comment="why it was refused"),
        sa.Column("before", postgresql.JSONB(), comment="the part as it was when the proposal was accepted"),
        sa.Column("after", postgresql.JSONB(), comment="the part as the accepted proposal left it"),
        sa.PrimaryKeyConstraint("id", name="pk_part_proposals"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_part_proposals_part_id_parts"),
        sa.ForeignKeyConstraint(["wanted_type_id"], ["types.id"], name="fk_part_proposals_wanted_type_id_types"),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name="fk_part_proposals_proposed_by_users"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name="fk_part_proposals_decided_by_users"),
        sa.CheckConstraint("kind IN ('new', 'moved', 'missing', 'changed')", name=op.f("ck_part_proposals_kind")),
        sa.CheckConstraint("state IN ('open', 'accepted', 'refused')", name=op.f("ck_part_proposals_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_part_proposals_decided_at")),
        sa.CheckConstraint(
            "(kind = 'new') = (wanted_type_id IS NOT NULL)", name=op.f("ck_part_proposals_wanted_type_id")
        ),
        sa.CheckConstraint("kind = 'new' OR part_id IS NOT NULL", name=op.f("ck_part_proposals_part_id")),
        sa.CheckConstraint("kind NOT IN ('new', 'moved') OR geom IS NOT NULL", name=op.f("ck_part_proposals_geom")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_part_proposals_reason")),
    )
    op.create_index("ix_part_proposals_state_proposed_at_id", "part_proposals", ["state", "proposed_at", "id"])
    op.create_index("ix_part_proposals_part_id", "part_proposals", ["part_id"])
    op.create_index("ix_part_proposals_proposed_by", "part_proposals", ["proposed_by"])
    op.create_table(
        "part_proposal_photos",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "photo_id", name="pk_part_proposal_photos"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["part_proposals.id"], name="fk_part_proposal_photos_proposal_id_part_proposals"
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_part_proposal_photos_photo_id_photos"),
    )
    op.create_index("ix_part_proposal_photos_photo_id", "part_proposal_photos", ["photo_id"])


def _part_imports() -> None:
    op.create_table(
        "part_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "mode", sa.Text(), nullable=False, comment="merge: parts it does not name stay; replace: they are retired"
        ),
        sa.Column("scheme", sa.Text(), comment="of the types; null: told by the length of the code"),
        sa.Column("crs", sa.Text(), comment="as declared; null: the file's own, else WGS 84"),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False, comment="which column holds what"),
        sa.Column("file_key", sa.Text(), nullable=False, comment="where the bytes are stored"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False, comment="[{row, code, kind, detail}], the first 1 000"),
        sa.Column(
            "counts",
            postgresql.JSONB(),
            nullable=False,
            comment="rows read, added, changed, retired; of faults by kind",
        ),
        sa.Column("created_by", sa.Uuid(), comment="null: the command line"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_part_imports"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_part_imports_created_by_users"),
        sa.CheckConstraint(
            "status IN ('pending', 'refused', 'accepted', 'checked')", name=op.f("ck_part_imports_status")
        ),
        sa.CheckConstraint("mode IN ('merge', 'replace')", name=op.f("ck_part_imports_mode")),
    )
    op.create_index("ix_part_imports_created_at_id", "part_imports", ["created_at", "id"])


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_cases_part_code", "cases", postgresql_concurrently=True, if_exists=True)
    for name in ("part_imports", "part_proposal_photos", "part_proposals", "part_state", "parts"):
        op.drop_table(name)
