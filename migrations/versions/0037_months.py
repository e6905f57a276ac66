"""Sums of months follow their entries, made anew as they began at another zone's midnight; what is like a case is found."""

from typing import Any

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
    # First, as it ends the transaction: whatever fails later, all of this can be run again.
    with op.get_context().autocommit_block():
        index("ix_cases_geom_type_id", ["geom", "type_id"], postgresql_using="gist")
        index("ix_cases_merged_into", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
        op.drop_index("ix_cases_geom", postgresql_concurrently=True, if_exists=True)
    op.execute("DELETE FROM evaluation_rolled")
    op.alter_column("evaluation_rolled", "rolled_at", nullable=True)
    loose = sa.Column(
        "loose", sa.Integer(), server_default="0", nullable=False, comment="rows of changes beside the sums"
    )
    op.add_column("evaluation_rolled", loose)
    describe(SINCE)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        index("ix_cases_geom", ["geom"], postgresql_using="gist")
        for name in ("ix_cases_geom_type_id", "ix_cases_merged_into"):
            op.drop_index(name, postgresql_concurrently=True, if_exists=True)
    op.execute("DELETE FROM evaluation_rolled")
    op.drop_column("evaluation_rolled", "loose")
    op.alter_column("evaluation_rolled", "rolled_at", nullable=False)
    describe(BEFORE)


def index(name: str, columns: list[str], **options: Any) -> None:
    op.create_index(name, "cases", columns, postgresql_concurrently=True, if_not_exists=True, **options)


def describe(words: dict[str, str | None]) -> None:
    for column, meaning in words.items():
        op.execute(f"COMMENT ON COLUMN {column} IS " + ("NULL" if meaning is None else f"'{meaning}'"))
