"""The ladder of reminders, and who was reminded of which clock."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_reminders"
down_revision = "0009_reports"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AUDIENCES = "'holder', 'unit_manager', 'shift_leader', 'district', 'supervisor'"
UNITS = "'urgent_hour', 'natural_day', 'working_hour', 'working_day'"
# Stages last minutes and handling lasts days, so each has a ladder of its own; under supervision both are shorter.
DEFAULTS = (
    ("handling", 1, "yellow", 0, "working_hour", 0, "holder"),
    ("handling", 2, "red", 0, "working_hour", 0, "unit_manager"),
    ("handling", 3, "red", 4, "working_hour", 1, "district"),
    ("handling", 4, "red", 8, "working_hour", 2, "supervisor"),
    ("handling", 5, "supervised", 0, "working_hour", 0, "unit_manager"),
    ("stage", 1, "yellow", 0, "urgent_hour", 0, "holder"),
    ("stage", 2, "red", 0, "urgent_hour", 0, "shift_leader"),
    ("stage", 3, "red", 1, "urgent_hour", 0.5, "supervisor"),
)


def upgrade() -> None:
    create_ladder()
    op.create_table(
        "case_reminders",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False, comment="of the clock it was about"),
        sa.Column("rung", sa.SmallInteger(), nullable=False, comment="of the clock's ladder"),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="in the order of reminding"),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column(
            "whom", postgresql.ARRAY(sa.Uuid()), nullable=False, comment="the people; empty: nobody had the post"
        ),
        sa.Column("since", INSTANT, nullable=False, comment="when the lamp turned, or the date of the supervision"),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "ordinal", "rung", name="pk_case_reminders"),
        sa.UniqueConstraint("id", name="uq_case_reminders_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_reminders_case_id_cases"),
        sa.CheckConstraint(f"audience IN ({AUDIENCES})", name="ck_case_reminders_audience"),
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON case_reminders FROM fieldgrid_app")
    op.create_index("ix_cases_hold_until", "cases", ["hold_until"], postgresql_where=sa.text("state = 'on_hold'"))


def create_ladder() -> None:
    ladder = op.create_table(
        "reminder_ladder",
        sa.Column("ladder", sa.Text(), nullable=False, comment="handling, or stage for every other clock"),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column(
            "base", sa.Text(), nullable=False, comment="what it counts from: the lamp, or the supervision's date"
        ),
        sa.Column("delay", sa.Numeric(7, 2), nullable=False, comment="how long after its base, in `unit`"),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("supervised_delay", sa.Numeric(7, 2), nullable=False, comment="the same for a supervised case"),
        sa.Column("audience", sa.Text(), nullable=False, comment="who is reminded"),
        sa.PrimaryKeyConstraint("ladder", "rung", name="pk_reminder_ladder"),
        sa.CheckConstraint("ladder IN ('handling', 'stage')", name="ck_reminder_ladder_ladder"),
        sa.CheckConstraint("rung >= 1", name="ck_reminder_ladder_rung"),
        sa.CheckConstraint("base IN ('yellow', 'red', 'supervised')", name="ck_reminder_ladder_base"),
        sa.CheckConstraint(f"unit IN ({UNITS})", name="ck_reminder_ladder_unit"),
        sa.CheckConstraint("supervised_delay BETWEEN 0 AND delay", name="ck_reminder_ladder_delay"),
        sa.CheckConstraint(f"audience IN ({AUDIENCES})", name="ck_reminder_ladder_audience"),
    )
    names = [column.name for column in ladder.columns]
    op.bulk_insert(ladder, [dict(zip(names, row, strict=True)) for row in DEFAULTS])


def downgrade() -> None:
    op.drop_index("ix_cases_hold_until", "cases")
    op.drop_table("case_reminders")
    op.drop_table("reminder_ladder")
