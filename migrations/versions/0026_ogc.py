"""Public views that OGC API - Features answers from."""

revision = "0026_ogc"
down_revision = "0025_case_tiles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
