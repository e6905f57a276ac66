"""What the console keeps for its people."""

revision = "0027_console"
down_revision = "0026_ogc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
