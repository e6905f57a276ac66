"""Reviews of large cities are made by the worker: who asked, how far each is, why it failed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041_reviews"
down_revision = "0040_bulletins"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "evaluation_reviews",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column(
            "id",
            sa.Uuid(),
            nullable=False,
            comment="of this start; what was started before and wakes up finds another one",
        ),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False, comment="version of the period that it is a review of"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, comment="how often it was begun"),
        sa.Column("progress", sa.SmallInteger(), nullable=False, comment="per cent"),
        sa.Column("heard_at", INSTANT, nullable=False, comment="when its worker last said something"),
        sa.Column("problem", postgresql.JSONB(), nullable=True, comment="why it failed: type, title, detail"),
        sa.PrimaryKeyConstraint("period", name="pk_evaluation_reviews"),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name="fk_evaluation_reviews_asked_by_users"),
        sa.CheckConstraint("state IN ('waiting', 'running', 'failed')", name=op.f("ck_evaluation_reviews_state")),
        sa.CheckConstraint("progress BETWEEN 0 AND 99", name=op.f("ck_evaluation_reviews_progress")),
        sa.CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name=op.f("ck_evaluation_reviews_problem")),
    )


def downgrade() -> None:
    op.drop_table("evaluation_reviews")
