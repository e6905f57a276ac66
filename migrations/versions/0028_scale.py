"""Indexes for a city with a million cases."""

import sqlalchemy as sa
from alembic import op

revision = "0028_scale"
down_revision = "0027_console"
branch_labels = None
depends_on = None

# What the desk decides on or follows: name, columns, which cases.
MARKED = (
    ("ix_cases_pending", ["due_at", "id"], "pending IS NOT NULL"),
    ("ix_cases_appeal", ["updated_at", "id"], "appeal = 'open'"),
    ("ix_cases_supervised", ["due_at", "id"], "supervised"),
)


def upgrade() -> None:
    # Concurrently, so that nobody waits for an index: that cannot be done inside a transaction.
    with op.get_context().autocommit_block():
        for name, columns, where in MARKED:
            op.create_index(
                name,
                "cases",
                columns,
                postgresql_where=sa.text(where),
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, _, _ in MARKED:
            op.drop_index(name, "cases", postgresql_concurrently=True, if_exists=True)
