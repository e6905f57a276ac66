"""What takes cases off the straight way is found without reading all that ever happened: an index of just these events."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0039_detours"
down_revision = "0038_statements"
branch_labels = None
depends_on = None

NAME = "ix_case_events_detours"
DETOURS = sa.text(
    "action IN ('request_extension', 'decide_extension', 'request_hold', 'decide_hold', 'resume', 'return', 'reopen',"
    " 'force_close') OR (action = 'check' AND after->>'state' = 'handling')"
)
PARTITIONS = sa.text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'case_events'::regclass")


def upgrade() -> None:
    # Partition by partition, none of them locked for writing; the index of the whole is complete with the last.
    with op.get_context().autocommit_block():
        for partition in partitions():
            name = f"{partition}_detours"
            op.create_index(
                name,
                partition,
                ["case_id"],
                postgresql_where=DETOURS,
                postgresql_concurrently=True,
                if_not_exists=True,
            )
    op.create_index(NAME, "case_events", ["case_id"], postgresql_where=DETOURS)


def downgrade() -> None:
    op.drop_index(NAME, "case_events")


def partitions() -> Iterator[str]:
    yield from op.get_bind().execute(PARTITIONS).scalars().all()
