"""Tables of reports."""

revision = "0009_reports"
down_revision = "0008_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop them."""
