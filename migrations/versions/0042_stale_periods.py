"""Of how many cases of a published period it was told that their appeals were granted since."""

import sqlalchemy as sa
from alembic import op

revision = "0042_stale_periods"
down_revision = "0041_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = sa.Column(
        "stale_told",
        sa.Integer(),
        nullable=False,
        server_default="0",
        comment="of so many cases reviewers were told that appeals were granted since the publication",
    )
    op.add_column("evaluation_periods", told)


def downgrade() -> None:
    op.drop_column("evaluation_periods", "stale_told")
