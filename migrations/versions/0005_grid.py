"""Tables of grid."""

revision = "0005_grid"
down_revision = "0004_media"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop them."""
