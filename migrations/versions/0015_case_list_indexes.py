"""Indexes of the case list: by deadline, of one handler, and whom a case was ever given to."""

import sqlalchemy as sa
from alembic import op

revision = "0015_case_list_indexes"
down_revision = "0014_gateways"
branch_labels = None
depends_on = None

OPEN = "state NOT IN ('closed', 'rejected', 'void', 'merged')"


def upgrade() -> None:
    # The list sorted by deadline asks for cases that have one, not for open ones.
    op.drop_index("ix_cases_due_at_id", "cases")
    op.create_index("ix_cases_due_at_id", "cases", ["due_at", "id"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_index("ix_cases_handler_id", "cases")
    newest = [sa.text("opened_at DESC"), sa.text("id DESC")]
    op.create_index("ix_cases_handler_id_opened_at_id", "cases", ["handler_id", *newest])
    op.create_index("ix_case_tasks_assignee_id_case_id", "case_tasks", ["assignee_id", "case_id"])


def downgrade() -> None:
    op.drop_index("ix_case_tasks_assignee_id_case_id", "case_tasks")
    op.drop_index("ix_cases_handler_id_opened_at_id", "cases")
    op.create_index("ix_cases_handler_id", "cases", ["handler_id"])
    op.drop_index("ix_cases_due_at_id", "cases")
    op.create_index("ix_cases_due_at_id", "cases", ["due_at", "id"], postgresql_where=sa.text(OPEN))
