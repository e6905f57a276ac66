"""Tables of routing."""

revision = "0007_routing"
down_revision = "0006_sla"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop them."""
