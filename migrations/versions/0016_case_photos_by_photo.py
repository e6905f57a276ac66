"""Which cases show a photo: asked at every erasure."""

from alembic import op

revision = "0016_case_photos_by_photo"
down_revision = "0015_case_list_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_case_photos_photo_id", "case_photos", ["photo_id"], postgresql_concurrently=True, if_not_exists=True
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_case_photos_photo_id", "case_photos", postgresql_concurrently=True, if_exists=True)
