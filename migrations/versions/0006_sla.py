"""Tables of sla: calendars, their versions and corrections, limits of stages, the state of all of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_sla"
down_revision = "0005_grid"
branch_labels = None
depends_on = None

DAYS = 'days that differ from their weekday: {"2026-02-17": [], "2026-02-14": [["08:00", "12:00"], …]}'
HORIZON = "last year whose holidays are published; null: holidays follow from the law alone"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "calendars",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False, comment="name in the IANA database, such as Asia/Shanghai"),
        sa.Column("week", JSONB(), nullable=False, comment='{"mon": [["08:00", "12:00"], …], …} in local wall time'),
        sa.Column(
            "nominal_minutes",
            sa.SmallInteger(),
            nullable=False,
            comment="working time that one working day stands for",
        ),
        sa.Column("holidays", sa.Text(), nullable=False, comment="whose statutory holidays: CN, DE-BY, …, or none"),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="the version in force; 0 before the first is published"
        ),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of that version's content"),
        sa.CheckConstraint("code <> ''", name=op.f("ck_calendars_code")),
        sa.CheckConstraint("nominal_minutes BETWEEN 1 AND 1440", name=op.f("ck_calendars_nominal_minutes")),
        sa.CheckConstraint(
            "holidays = 'none' OR holidays ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'", name=op.f("ck_calendars_holidays")
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_calendars_version")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_calendars")),
    )
    op.create_table(
        "calendar_versions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("week", JSONB(), nullable=False),
        sa.Column("nominal_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("days", JSONB(), nullable=False, comment=DAYS),
        sa.Column("horizon", sa.SmallInteger(), nullable=True, comment=HORIZON),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_calendar_versions_version")),
        sa.CheckConstraint("nominal_minutes BETWEEN 1 AND 1440", name=op.f("ck_calendar_versions_nominal_minutes")),
        sa.ForeignKeyConstraint(["code"], ["calendars.code"], name=op.f("fk_calendar_versions_code_calendars")),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_calendar_versions")),
    )
    op.create_table(
        "calendar_corrections",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local day of the calendar"),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("hours", JSONB(none_as_null=True), nullable=True, comment="null: those of a working weekday"),
        sa.Column("note", sa.Text(), nullable=False, comment="why, for whoever wonders later"),
        sa.CheckConstraint("working OR hours IS NULL", name=op.f("ck_calendar_corrections_hours")),
        sa.CheckConstraint("note <> ''", name=op.f("ck_calendar_corrections_note")),
        sa.ForeignKeyConstraint(["code"], ["calendars.code"], name=op.f("fk_calendar_corrections_code_calendars")),
        sa.PrimaryKeyConstraint("code", "day", name=op.f("pk_calendar_corrections")),
    )
    stage_limits = op.create_table(
        "stage_limits",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(9, 4), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('accept', 'verify', 'file', 'dispatch', 'check', 'close')", name=op.f("ck_stage_limits_stage")
        ),
        sa.CheckConstraint("amount > 0 AND amount <= 10000", name=op.f("ck_stage_limits_amount")),
        sa.CheckConstraint(
            "unit IN ('urgent_hour', 'natural_day', 'working_hour', 'working_day')", name=op.f("ck_stage_limits_unit")
        ),
        sa.PrimaryKeyConstraint("stage", name=op.f("pk_stage_limits")),
    )
    limits = {"accept": "0.25", "verify": "0.5", "file": "0.25", "dispatch": "0.25", "check": "0.5", "close": "0.25"}
    op.bulk_insert(
        stage_limits, [{"stage": name, "amount": amount, "unit": "urgent_hour"} for name, amount in limits.items()]
    )
    op.create_table(
        "sla_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_sla_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_state")),
    )
    op.execute("INSERT INTO sla_state (id, stamp) VALUES (1, gen_random_uuid())")
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON calendar_versions FROM fieldgrid_app")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sla_state")
    op.drop_table("stage_limits")
    op.drop_table("calendar_corrections")
    op.drop_table("calendar_versions")
    op.drop_table("calendars")
