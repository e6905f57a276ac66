"""Owners of parts and shopfront contracts, which come before rules."""

revision = "0021_bindings"
down_revision = "0020_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
