"""What tiles of cases, parts and tracks are cut from."""

revision = "0025_case_tiles"
down_revision = "0024_ground_tiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
