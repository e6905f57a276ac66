"""Sums of months are made anew: they began some hours into the month, at the midnight of another zone."""

from alembic import op

revision = "0037_months"
down_revision = "0036_periods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM evaluation_rolled")


def downgrade() -> None:
    """Sums are made again by whoever needs them."""
