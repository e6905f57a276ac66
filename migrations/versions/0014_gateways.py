"""What became of messages that a gateway delivers."""

import sqlalchemy as sa
from alembic import op

revision = "0014_gateways"
down_revision = "0013_inbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "outbox",
        sa.Column(
            "attempts", sa.Integer(), server_default="0", nullable=False, comment="how often a gateway tried to deliver"
        ),
    )
    op.add_column("outbox", sa.Column("last_error", sa.Text(), comment="why the last attempt failed"))


def downgrade() -> None:
    op.drop_column("outbox", "last_error")
    op.drop_column("outbox", "attempts")
