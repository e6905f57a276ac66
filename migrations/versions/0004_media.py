"""Tables of media."""

revision = "0004_media"
down_revision = "0003_catalog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop them."""
