"""Rules of each source, and call-backs to those who rang the hotline."""

revision = "0018_sources"
down_revision = "0017_duty"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
