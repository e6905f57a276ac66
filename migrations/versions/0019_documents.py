"""Printed notices with numbers that never skip."""

revision = "0019_documents"
down_revision = "0018_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
