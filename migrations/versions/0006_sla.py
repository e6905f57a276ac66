"""Tables of sla."""

revision = "0006_sla"
down_revision = "0005_grid"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop them."""
