"""Tables of cases."""

revision = "0008_cases"
down_revision = "0007_routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop them."""
