"""Sums of months lacked the first hours of each month: they are made again, by the worker."""

from alembic import op

revision = "0037_sums_anew"
down_revision = "0036_periods"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until a month is summed again, summaries count its entries.
    op.execute("DELETE FROM evaluation_rolled")


def downgrade() -> None:
    """Nothing to take back: what is summed is always made again from the entries."""
