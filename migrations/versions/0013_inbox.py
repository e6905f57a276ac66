"""Notices to people."""

import sqlalchemy as sa
from alembic import op

revision = "0013_inbox"
down_revision = "0012_webhooks"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="of the case"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT),
        sa.Column("text_due_at", INSTANT, comment="when a phone may get it; null: never"),
        sa.Column("text_sent_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notices_user_id_users"),
        sa.CheckConstraint("audience IN ('staff', 'citizen')", name="ck_notices_audience"),
    )
    newest = [sa.text("user_id"), sa.text("created_at DESC"), sa.text("id DESC")]
    op.create_index("ix_notices_user_id_created_at_id", "notices", newest)
    op.create_index("ix_notices_unread", "notices", ["user_id"], postgresql_where=sa.text("read_at IS NULL"))
    due = sa.text("text_due_at IS NOT NULL AND text_sent_at IS NULL")
    op.create_index("ix_notices_text_due_at", "notices", ["text_due_at"], postgresql_where=due)


def downgrade() -> None:
    op.drop_table("notices")
