"""Who changed what in the administration."""

revision = "0020_audit"
down_revision = "0019_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
