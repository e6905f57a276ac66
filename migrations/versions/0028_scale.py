"""Indexes for a city with a million cases."""

revision = "0028_scale"
down_revision = "0027_console"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
