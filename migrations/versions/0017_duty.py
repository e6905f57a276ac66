"""Shifts of inspectors, where they were last, and who was asked when."""

revision = "0017_duty"
down_revision = "0016_case_photos_by_photo"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
