"""How staff are reached beside their inbox."""

revision = "0022_contacts"
down_revision = "0021_bindings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
