"""Who was shown personal data, newest first: asked by auditors."""

import sqlalchemy as sa
from alembic import op

revision = "0032_personal_reads"
down_revision = "0031_parts_references"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_personal_reads_at_id",
            "personal_reads",
            [sa.text("at DESC"), sa.text("id DESC")],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_personal_reads_at_id", "personal_reads", postgresql_concurrently=True, if_exists=True)
