"""Sums of months follow their entries; and are made anew, as they began at the midnight of another zone."""

import sqlalchemy as sa
from alembic import op

revision = "0037_months"
down_revision = "0036_periods"
branch_labels = None
depends_on = None

BEFORE = {
    "evaluation_months.number": "entries with just these attributes and marks",
    "evaluation_rolled.rolled_at": None,
}
SINCE = {
    "evaluation_months.number": "entries with just these attributes and marks; less than 0 where some went",
    "evaluation_rolled.rolled_at": "null: somebody is summing it",
}


def upgrade() -> None:
    op.execute("DELETE FROM evaluation_rolled")
    op.alter_column("evaluation_rolled", "rolled_at", nullable=True)
    loose = sa.Column(
        "loose", sa.Integer(), server_default="0", nullable=False, comment="rows of changes beside the sums"
    )
    op.add_column("evaluation_rolled", loose)
    describe(SINCE)


def downgrade() -> None:
    op.execute("DELETE FROM evaluation_rolled")
    op.drop_column("evaluation_rolled", "loose")
    op.alter_column("evaluation_rolled", "rolled_at", nullable=False)
    describe(BEFORE)


def describe(words: dict[str, str | None]) -> None:
    for column, meaning in words.items():
        op.execute(f"COMMENT ON COLUMN {column} IS " + ("NULL" if meaning is None else f"'{meaning}'"))
