"""Published periods: frozen results that stay, revision by revision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036_periods"
down_revision = "0035_scores"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NUMBERED = {"autoincrement": False, "nullable": False}
APP_READS_AND_ADDS = ("evaluation_revisions", "evaluation_results")


def upgrade() -> None:
    # First, as it ends the transaction: whatever fails later, all of this can be run again.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_evaluation_entries_exempt",
            "evaluation_entries",
            ["at"],
            postgresql_where=sa.text("(marks & 64) <> 0"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
    create_periods()
    create_revisions()
    for table in APP_READS_AND_ADDS:
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM fieldgrid_app")
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION evaluation_is_append_only()""")
    op.execute("REVOKE DELETE, TRUNCATE ON evaluation_periods FROM fieldgrid_app")


def create_periods() -> None:
    op.create_table(
        "evaluation_periods",
        sa.Column("period", sa.Text(), nullable=False, comment="2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026"),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with every change; If-Match"),
        sa.Column("draft_id", sa.Uuid(), comment="what the review froze"),
        sa.Column("as_of", INSTANT, nullable=False, comment="view instant of the last review"),
        sa.Column("inputs", postgresql.JSONB(), nullable=False, comment="versions of the definitions and calendars"),
        sa.Column("reviewed_by", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("period", name="pk_evaluation_periods"),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name="fk_evaluation_periods_reviewed_by_users"),
        sa.CheckConstraint("state IN ('review', 'published')", name=op.f("ck_evaluation_periods_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_evaluation_periods_version")),
        sa.CheckConstraint("(state = 'review') = (draft_id IS NOT NULL)", name=op.f("ck_evaluation_periods_draft")),
    )
    op.create_index("ix_evaluation_periods_first_day", "evaluation_periods", ["first_day"])
    op.create_table(
        "evaluation_drafts",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("chunk", sa.Integer(), **NUMBERED),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the canonical JSON"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="canonical JSON (RFC 8785), gzip"),
        sa.PrimaryKeyConstraint("draft_id", "part", "chunk", name="pk_evaluation_drafts"),
    )


def create_revisions() -> None:
    op.create_table(
        "evaluation_revisions",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), **NUMBERED),
        sa.Column("as_of", INSTANT, nullable=False, comment="view instant: later events are not in it"),
        sa.Column("reason", sa.Text(), comment="why it was revised"),
        sa.Column(
            "manifest",
            postgresql.JSONB(),
            nullable=False,
            comment="what sha256 is of: inputs and hashes of all parts",
        ),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the manifest as canonical JSON (RFC 8785)"),
        sa.Column("reviewed_by", sa.Uuid(), nullable=False),
        sa.Column("reviewed_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("period", "revision", name="pk_evaluation_revisions"),
        sa.ForeignKeyConstraint(
            ["period"], ["evaluation_periods.period"], name="fk_evaluation_revisions_period_evaluation_periods"
        ),
        *(
            sa.ForeignKeyConstraint([one], ["users.id"], name=f"fk_evaluation_revisions_{one}_users")
            for one in ("reviewed_by", "published_by")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_evaluation_revisions_revision")),
        sa.CheckConstraint("(revision = 1) = (reason IS NULL)", name=op.f("ck_evaluation_revisions_reason")),
        sa.CheckConstraint("reviewed_by <> published_by", name=op.f("ck_evaluation_revisions_four_eyes")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_evaluation_revisions_sha256")),
    )
    op.create_table(
        "evaluation_results",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), **NUMBERED),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("chunk", sa.Integer(), **NUMBERED),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the canonical JSON"),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="canonical JSON (RFC 8785), gzip"),
        sa.PrimaryKeyConstraint("period", "revision", "part", "chunk", name="pk_evaluation_results"),
        sa.ForeignKeyConstraint(
            ["period", "revision"],
            ["evaluation_revisions.period", "evaluation_revisions.revision"],
            name="fk_evaluation_results_period_revision_evaluation_revisions",
        ),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_evaluation_entries_exempt",
            table_name="evaluation_entries",
            postgresql_concurrently=True,
            if_exists=True,
        )
    for table in ("evaluation_results", "evaluation_revisions", "evaluation_drafts", "evaluation_periods"):
        op.drop_table(table)
