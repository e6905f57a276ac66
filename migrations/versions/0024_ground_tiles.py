"""What tiles of the ground are cut from."""

revision = "0024_ground_tiles"
down_revision = "0023_parts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
