"""What the console keeps for its people, and indexes of what it counts and searches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_console"
down_revision = "0026_ogc"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = "state NOT IN ('closed', 'merged', 'rejected', 'void')"
INDEXES = (
    "ix_cases_address",
    "ix_cases_closed_at_current_cell",
    "ix_cases_filed_at_current_cell",
    "ix_cases_opened_at_current_cell",
    "ix_cases_holder_id",
    "ix_cases_open",
)


def upgrade() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False, comment="parameters of the list, by their names"),
        sa.Column(
            "shared",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="shown to everybody of its owner's organisation",
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name", name="pk_saved_filters"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_saved_filters_user_id_users"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name=op.f("ck_saved_filters_name")),
    )
    op.create_table(
        "console_preferences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "choices",
            postgresql.JSONB(),
            nullable=False,
            comment="language, theme, sound, density: those that were chosen",
        ),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_console_preferences"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_console_preferences_user_id_users"),
    )
    with op.get_context().autocommit_block():
        _index("ix_cases_open", "current_cell", _COUNTED, OPEN, {"current_cell": "text_pattern_ops"})
        _index("ix_cases_opened_at_current_cell", "opened_at", ["current_cell"], None)
        _index("ix_cases_holder_id", "holder_id", [], "holder_id IS NOT NULL")
        _index("ix_cases_filed_at_current_cell", "filed_at", ["current_cell"], "filed_at IS NOT NULL")
        _index("ix_cases_closed_at_current_cell", "closed_at", ["current_cell"], "closed_at IS NOT NULL")
        op.create_index(
            "ix_cases_address",
            "cases",
            ["address"],
            postgresql_using="gin",
            postgresql_ops={"address": "gin_trgm_ops"},
            postgresql_concurrently=True,
            if_not_exists=True,
        )


_COUNTED = ["state", "paused", "yellow_at", "due_at", "lead_id", "type_id"]


def _index(name: str, column: str, include: list[str], where: str | None, ops: dict[str, str] | None = None) -> None:
    op.create_index(
        name,
        "cases",
        [column],
        postgresql_include=include or None,
        postgresql_where=sa.text(where) if where else None,
        postgresql_ops=ops or {},
        postgresql_concurrently=True,
        if_not_exists=True,
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.drop_index(name, "cases", postgresql_concurrently=True, if_exists=True)
    op.drop_table("console_preferences")
    op.drop_table("saved_filters")
