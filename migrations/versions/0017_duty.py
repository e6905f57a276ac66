"""Shifts of inspectors, where they were last, and who was asked when."""

import sqlalchemy as sa
from alembic import op

revision = "0017_duty"
down_revision = "0016_case_photos_by_photo"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OUTCOMES = "'done', 'superseded', 'lapsed', 'declined'"
WAITING = "expires_at IS NOT NULL AND accepted_at IS NULL AND closed_at IS NULL"


def upgrade() -> None:
    create_terms()
    create_shifts()
    create_positions()
    add_offers()


def create_terms() -> None:
    terms = op.create_table(
        "duty_terms",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="1: there is one row"),
        sa.Column("answer_within_s", sa.Integer(), nullable=False, comment="to accept what the system suggested"),
        sa.Column("position_fresh_s", sa.Integer(), nullable=False, comment="how old a position may be to be near by"),
        sa.Column("shift_at_most_s", sa.Integer(), nullable=False, comment="after which a shift was forgotten"),
        sa.Column("tracks_kept_days", sa.Integer(), nullable=False, comment="after which positions are deleted"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_terms"),
        sa.CheckConstraint("id = 1", name="ck_duty_terms_one_row"),
        sa.CheckConstraint("answer_within_s BETWEEN 60 AND 86400", name="ck_duty_terms_answer_within_s"),
        sa.CheckConstraint("position_fresh_s BETWEEN 60 AND 86400", name="ck_duty_terms_position_fresh_s"),
        sa.CheckConstraint("shift_at_most_s BETWEEN 3600 AND 172800", name="ck_duty_terms_shift_at_most_s"),
        sa.CheckConstraint("tracks_kept_days BETWEEN 1 AND 3660", name="ck_duty_terms_tracks_kept_days"),
    )
    row = {"id": 1, "answer_within_s": 600, "position_fresh_s": 1800, "shift_at_most_s": 57600, "tracks_kept_days": 90}
    op.bulk_insert(terms, [row])


def create_shifts() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("zone_code", sa.Text(), comment="the duty zone they patrol; null: those of theirs"),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.Uuid(), comment="null: by itself"),
        sa.Column("end_reason", sa.Text()),
        sa.Column("lon", sa.Double(), comment="of the last position, WGS 84, degrees"),
        sa.Column("lat", sa.Double(), comment="of the last position, WGS 84, degrees"),
        sa.Column("accuracy_m", sa.Double(), comment="of the last position"),
        sa.Column("position_at", INSTANT, comment="when the last position was taken"),
        sa.Column("heard_at", INSTANT, comment="when the last position arrived"),
        sa.Column("cell_code", sa.Text(), comment="cell of the last position; null: none, or outside the city"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_shifts_user_id_users"),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name="fk_shifts_started_by_users"),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name="fk_shifts_ended_by_users"),
        sa.CheckConstraint("end_reason IN ('self', 'desk', 'forgotten')", name="ck_shifts_end_reason"),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ck_shifts_ended"),
        sa.CheckConstraint("ended_at >= started_at", name="ck_shifts_ended_at"),
        sa.CheckConstraint(
            "(position_at IS NULL) = (lon IS NULL) AND (position_at IS NULL) = (lat IS NULL)", name="ck_shifts_position"
        ),
    )
    # No index on what a position changes: so a position rewrites the row alone.
    op.create_index("uq_shifts_open", "shifts", ["user_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    newest = [sa.text("started_at DESC"), sa.text("id DESC")]
    op.create_index("ix_shifts_started_at_id", "shifts", newest)
    op.create_index("ix_shifts_user_id_started_at_id", "shifts", ["user_id", *newest])


def create_positions() -> None:
    op.create_table(
        "shift_positions",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False, comment="when it was taken, by the phone"),
        sa.Column("lon", sa.Double(), nullable=False, comment="WGS 84, degrees"),
        sa.Column("lat", sa.Double(), nullable=False, comment="WGS 84, degrees"),
        sa.Column("accuracy_m", sa.Double()),
        sa.Column("jumped", sa.Boolean(), nullable=False, comment="nobody moves so fast from the point before"),
        sa.Column("heard_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("shift_id", "at", name="pk_shift_positions"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_shift_positions_shift_id_shifts"),
    )
    op.create_index("ix_shift_positions_at", "shift_positions", ["at"], postgresql_using="brin")


def add_offers() -> None:
    for column in (
        sa.Column("suggested", sa.Boolean(), server_default=sa.text("false"), nullable=False, comment="by the system"),
        sa.Column("offered_at", INSTANT, comment="of a suggested task: when it was offered first, to whomever"),
        sa.Column(
            "expires_at", INSTANT, comment="when somebody else is asked instead; null: nobody waits for an answer"
        ),
        sa.Column("accepted_at", INSTANT),
        sa.Column("reason", sa.Text(), comment="why it was declined"),
    ):
        op.add_column("case_tasks", column)
    # With its check at once: the column is new, and its rows have no value that could break it.
    op.execute(f"""
        ALTER TABLE case_tasks
          ADD COLUMN outcome text CONSTRAINT ck_case_tasks_outcome CHECK (outcome IN ({OUTCOMES}))""")
    op.execute("COMMENT ON COLUMN case_tasks.outcome IS 'of a declined task also while it stays with who declined it'")
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_case_tasks_expires_at",
            "case_tasks",
            ["expires_at"],
            postgresql_where=sa.text(WAITING),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_case_tasks_assignee_id_created_at_id",
            "case_tasks",
            ["assignee_id", sa.text("created_at DESC"), sa.text("id DESC")],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in ("ix_case_tasks_assignee_id_created_at_id", "ix_case_tasks_expires_at"):
            op.drop_index(name, "case_tasks", postgresql_concurrently=True, if_exists=True)
    for name in ("reason", "outcome", "accepted_at", "expires_at", "offered_at", "suggested"):
        op.drop_column("case_tasks", name)
    op.drop_table("shift_positions")
    op.drop_table("shifts")
    op.drop_table("duty_terms")
