"""The register of parts, and proposals to correct it."""

revision = "0023_parts"
down_revision = "0022_contacts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
