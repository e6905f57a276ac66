"""Indexes for a city with a million cases: those that wait for a decision, that are open, that a unit has beside its
own.
"""

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
# What must not walk past all that were ever closed, or led by somebody: name, columns beside the order, which cases.
NEWEST = (
    (
        "ix_cases_open_opened_at_id",
        ["state", "paused", "yellow_at", "due_at", "current_cell"],
        "state NOT IN ('closed', 'merged', 'rejected', 'void')",
    ),
    (
        "ix_cases_shared_opened_at_id",
        ["unit_ids"],
        "cardinality(unit_ids) > CASE WHEN lead_id IS NULL THEN 0 ELSE 1 END",
    ),
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
        for name, beside, where in NEWEST:
            op.create_index(
                name,
                "cases",
                [sa.text("opened_at DESC"), sa.text("id DESC")],
                postgresql_where=sa.text(where),
                postgresql_include=beside,
                postgresql_concurrently=True,
                if_not_exists=True,
            )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name, _, _ in (*NEWEST, *MARKED):
            op.drop_index(name, "cases", postgresql_concurrently=True, if_exists=True)
