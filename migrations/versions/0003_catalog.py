"""Tables of catalog: types, filing conditions and the state of both."""

import sqlalchemy as sa
from alembic import op

revision = "0003_catalog"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "types",
        sa.Column("id", sa.Uuid(), nullable=False, comment="made from scheme, kind and code: the same everywhere"),
        sa.Column("scheme", sa.Text(), nullable=False, comment="the code table, such as GB/T 47678.5-2026"),
        sa.Column("kind", sa.Text(), nullable=False, comment="part (部件) or matter (事项)"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "self_handle_allowed",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="an inspector may fix it on the spot",
        ),
        sa.CheckConstraint("kind IN ('part', 'matter')", name=op.f("ck_types_kind")),
        sa.CheckConstraint(
            "scheme <> '' AND code <> '' AND class_code <> '' AND name <> ''", name=op.f("ck_types_filled")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_types")),
        sa.UniqueConstraint("scheme", "kind", "code", name=op.f("uq_types_scheme_kind_code")),
    )
    op.create_table(
        "filing_conditions",
        sa.Column("id", sa.Uuid(), nullable=False, comment="made from the type's key and the row"),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column(
            "row", sa.SmallInteger(), nullable=False, comment="1 is the first as published, mostly the most urgent"
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("limit_amount", sa.Numeric(9, 4), nullable=False),
        sa.Column("limit_unit", sa.Text(), nullable=False),
        sa.Column("close_text", sa.Text(), nullable=False, comment="what must be so before the case is closed"),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True, comment="null while in force"),
        sa.CheckConstraint("row BETWEEN 1 AND 999", name=op.f("ck_filing_conditions_row")),
        sa.CheckConstraint(
            "limit_amount > 0 AND limit_amount <= 10000", name=op.f("ck_filing_conditions_limit_amount")
        ),
        sa.CheckConstraint(
            "limit_unit IN ('urgent_hour', 'natural_day', 'working_hour', 'working_day')",
            name=op.f("ck_filing_conditions_limit_unit"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_filing_conditions_valid_to")),
        sa.ForeignKeyConstraint(["type_id"], ["types.id"], name=op.f("fk_filing_conditions_type_id_types")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_conditions")),
        sa.UniqueConstraint("type_id", "row", name=op.f("uq_filing_conditions_type_id_row")),
    )
    op.create_table(
        "catalog_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalog_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_state")),
    )
    op.execute("INSERT INTO catalog_state (id, stamp, changed_at) VALUES (1, gen_random_uuid(), now())")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("catalog_state")
    op.drop_table("filing_conditions")
    op.drop_table("types")
