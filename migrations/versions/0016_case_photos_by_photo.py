"""Which cases show a photo: asked at every erasure."""

from alembic import op

revision = "0016_case_photos_by_photo"
down_revision = "0015_case_list_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_photos_photo_id", "case_photos", ["photo_id"])


def downgrade() -> None:
    op.drop_index("ix_case_photos_photo_id", "case_photos")
