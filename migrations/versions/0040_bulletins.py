"""Bulletins of periods: the texts as the city words them, and the files that were made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040_bulletins"
down_revision = "0039_detours"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LANGUAGES = "language IN ('zh-CN', 'en')"


def upgrade() -> None:
    op.create_table(
        "bulletin_templates",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="0 came with the product"),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="as the API shows it"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("language", "version", name="pk_bulletin_templates"),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name="fk_bulletin_templates_made_by_users"),
        sa.CheckConstraint(LANGUAGES, name=op.f("ck_bulletin_templates_language")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_bulletin_templates_version")),
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON bulletin_templates FROM fieldgrid_app")
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bulletin_templates
        FOR EACH STATEMENT EXECUTE FUNCTION evaluation_is_append_only()""")
    create_bulletins()


def create_bulletins() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="of a draft the one that it would be"),
        sa.Column(
            "draft", sa.Boolean(), nullable=False, comment="made of what a review froze and nobody had published"
        ),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("serial", sa.Integer(), comment="its number in the office's register; null: left free"),
        sa.Column("template", sa.Integer(), nullable=False, comment="version of the texts; 0 came with the product"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False, comment="per cent"),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False, comment="how often it was begun"),
        sa.Column("file_key", sa.Text(), comment="where the bytes are stored"),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("sha256", sa.Text(), comment="of the file"),
        sa.Column("problem", postgresql.JSONB(), comment="why there is no file: type, title, detail"),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name="fk_bulletins_asked_by_users"),
        sa.CheckConstraint("format IN ('docx', 'pdf')", name=op.f("ck_bulletins_format")),
        sa.CheckConstraint(LANGUAGES, name=op.f("ck_bulletins_language")),
        sa.CheckConstraint("state IN ('waiting', 'running', 'ready', 'failed')", name=op.f("ck_bulletins_state")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_bulletins_revision")),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_bulletins_serial")),
        sa.CheckConstraint("(state = 'ready') = (file_key IS NOT NULL)", name=op.f("ck_bulletins_file_key")),
        sa.CheckConstraint("(state = 'ready') = (sha256 IS NOT NULL)", name=op.f("ck_bulletins_sha256")),
        sa.CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name=op.f("ck_bulletins_problem")),
    )
    op.create_index(
        "ix_bulletins_period_asked_at_id", "bulletins", ["period", sa.text("asked_at DESC"), sa.text("id DESC")]
    )
    op.create_index("ix_bulletins_draft_asked_at", "bulletins", ["asked_at"], postgresql_where=sa.text("draft"))
    op.create_index(
        "ix_bulletins_under_way",
        "bulletins",
        ["asked_at"],
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )


def downgrade() -> None:
    op.drop_table("bulletins")
    op.drop_table("bulletin_templates")
