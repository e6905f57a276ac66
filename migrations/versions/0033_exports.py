"""Exports of cases that are jobs: who asked for what, how far it is, where its file lies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033_exports"
down_revision = "0032_personal_reads"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False, comment="who asked; nobody else is given it"),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False, comment="parameters of the list, by their names"),
        sa.Column("scope", sa.Text(), nullable=False, comment="SHA-256 of the grants it is made under"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True, comment="cases that there are; null until they are counted"),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False, comment="cases that are written"),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False, comment="how often it was begun"),
        sa.Column("file_key", sa.Text(), nullable=True, comment="where the bytes are stored"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column(
            "problem",
            postgresql.JSONB(),
            nullable=True,
            comment="why there is no file: type, title, detail",
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False, comment="when it is removed"),
        sa.PrimaryKeyConstraint("id", name="pk_case_exports"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_case_exports_user_id_users"),
        sa.CheckConstraint("format IN ('csv', 'xlsx', 'geojson', 'gpkg')", name=op.f("ck_case_exports_format")),
        sa.CheckConstraint("language IN ('zh-CN', 'en')", name=op.f("ck_case_exports_language")),
        sa.CheckConstraint("status IN ('waiting', 'running', 'ready', 'failed')", name=op.f("ck_case_exports_status")),
        sa.CheckConstraint("(status = 'ready') = (file_key IS NOT NULL)", name=op.f("ck_case_exports_file_key")),
        sa.CheckConstraint("(status = 'failed') = (problem IS NOT NULL)", name=op.f("ck_case_exports_problem")),
        sa.CheckConstraint("rows >= 0 AND expected >= 0", name=op.f("ck_case_exports_rows")),
    )
    op.create_index(
        "ix_case_exports_user_id_created_at_id",
        "case_exports",
        ["user_id", sa.text("created_at DESC"), sa.text("id DESC")],
    )
    op.create_index("ix_case_exports_expires_at", "case_exports", ["expires_at"])


def downgrade() -> None:
    op.drop_table("case_exports")
