"""Indexes of the case list: by deadline, of one handler, and whom a case was ever given to."""

import sqlalchemy as sa
from alembic import op

revision = "0015_case_list_indexes"
down_revision = "0014_gateways"
branch_labels = None
depends_on = None

OPEN = "state NOT IN ('closed', 'rejected', 'void', 'merged')"


def upgrade() -> None:
    newest = [sa.text("opened_at DESC"), sa.text("id DESC")]
    # Concurrently, so that nobody waits for an index: that cannot be done inside a transaction.
    with op.get_context().autocommit_block():
        # The list sorted by deadline asks for cases that have one, not for open ones.
        op.drop_index("ix_cases_due_at_id", "cases", postgresql_concurrently=True, if_exists=True)
        by_deadline = sa.text("due_at IS NOT NULL")
        op.create_index(
            "ix_cases_due_at_id",
            "cases",
            ["due_at", "id"],
            postgresql_where=by_deadline,
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("ix_cases_handler_id", "cases", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_cases_handler_id_opened_at_id",
            "cases",
            ["handler_id", *newest],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_case_tasks_assignee_id_case_id",
            "case_tasks",
            ["assignee_id", "case_id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_case_tasks_assignee_id_case_id", "case_tasks", postgresql_concurrently=True, if_exists=True)
        op.drop_index("ix_cases_handler_id_opened_at_id", "cases", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_cases_handler_id", "cases", ["handler_id"], postgresql_concurrently=True, if_not_exists=True
        )
        op.drop_index("ix_cases_due_at_id", "cases", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_cases_due_at_id",
            "cases",
            ["due_at", "id"],
            postgresql_where=sa.text(OPEN),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
