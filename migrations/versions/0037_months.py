"""Sums of months follow their entries, made anew as they began at another zone's midnight; what is like a case is found."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037_months"
down_revision = "0036_periods"
branch_labels = None
depends_on = None

BEFORE = "entries with just these attributes and marks"
SINCE = f"{BEFORE}; less than 0 where some went"


def upgrade() -> None:
    # First, as it ends the transaction: whatever fails later, all of this can be run again.
    with op.get_context().autocommit_block():
        index("ix_cases_geom_type_id", ["geom", "type_id"], postgresql_using="gist")
        index("ix_cases_merged_into", ["merged_into"], postgresql_where=sa.text("merged_into IS NOT NULL"))
        op.drop_index("ix_cases_geom", postgresql_concurrently=True, if_exists=True)
    op.execute("DELETE FROM evaluation_rolled")
    add("summed", sa.Boolean(), "true", "false: somebody is summing it")
    add("loose", sa.Integer(), "0", "rows of changes beside the sums")
    describe(SINCE)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        index("ix_cases_geom", ["geom"], postgresql_using="gist")
        for name in ("ix_cases_geom_type_id", "ix_cases_merged_into"):
            op.drop_index(name, postgresql_concurrently=True, if_exists=True)
    op.execute("DELETE FROM evaluation_rolled")
    op.drop_column("evaluation_rolled", "loose")
    op.drop_column("evaluation_rolled", "summed")
    describe(BEFORE)


def index(name: str, columns: list[str], **options: Any) -> None:
    op.create_index(name, "cases", columns, postgresql_concurrently=True, if_not_exists=True, **options)


def add(name: str, kind: Any, default: str, meaning: str) -> None:
    column = sa.Column(name, kind, server_default=sa.text(default), nullable=False, comment=meaning)
    op.add_column("evaluation_rolled", column)


def describe(meaning: str) -> None:
    op.execute(f"COMMENT ON COLUMN evaluation_months.number IS '{meaning}'")
