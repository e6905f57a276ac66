"""Rules of each source, who rang the hotline, call-backs to them, and who was shown personal data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_sources"
down_revision = "0017_duty"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
UNITS = "'urgent_hour', 'natural_day', 'working_hour', 'working_day'"
STAGES = "'accept', 'verify', 'file', 'dispatch', 'handling', 'check', 'close'"
SOURCES = (
    "'citizen', 'inspector', 'hotline', 'video', 'secret_inspection', 'planned_inspection', 'media', 'superior',"
    " 'open311'"
)
ROLES = (
    "'admin', 'citizen', 'dispatcher', 'evaluator', 'handler', 'inspector', 'operator', 'shift_leader', 'supervisor',"
    " 'unit_manager'"
)
DESK = ["operator", "shift_leader"]
# source, names, who enters it, whether somebody looks first, reply with its limit.
DEFAULTS = (
    ("citizen", "市民上报", "Citizen", ["citizen"], False, "message", None, None),
    ("inspector", "监督员上报", "Inspector", ["inspector"], False, "none", None, None),
    ("hotline", "热线", "Hotline", [*DESK, "dispatcher"], False, "call_back", 1, "working_day"),
    ("video", "视频巡查", "Video", DESK, False, "none", None, None),
    ("secret_inspection", "暗访", "Secret inspection", ["evaluator", "supervisor"], False, "none", None, None),
    ("planned_inspection", "计划检查", "Planned inspection", ["inspector", "supervisor"], False, "none", None, None),
    ("media", "媒体曝光", "Media", DESK, True, "none", None, None),
    ("superior", "上级交办", "Superior", [*DESK, "supervisor"], False, "none", None, None),
    ("open311", "Open311", "Open311", [], False, "message", None, None),
)


def upgrade() -> None:
    create_rules()
    create_limits()
    create_callers()
    create_call_backs()
    create_reads()
    # Ends of cases are read from here on, also those that happen before a worker first asks.
    op.execute("""
        INSERT INTO feed_readers (name, epoch, xid, seq)
        SELECT 'call_backs', epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0 FROM feed_epochs""")


def create_rules() -> None:
    rules = op.create_table(
        "source_rules",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column(
            "entered_by",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="roles that may say a report is of this source",
        ),
        sa.Column(
            "needs_verification",
            sa.Boolean(),
            nullable=False,
            comment="is an inspector asked before the case is accepted?",
        ),
        sa.Column("reply", sa.Text(), nullable=False, comment="what the reporter gets when the case ends"),
        sa.Column("reply_amount", sa.Numeric(9, 4), comment="within what time to call back"),
        sa.Column("reply_unit", sa.Text()),
        sa.Column("active", sa.Boolean(), nullable=False, comment="may new reports be of this source?"),
        sa.PrimaryKeyConstraint("source", name="pk_source_rules"),
        sa.CheckConstraint(f"source IN ({SOURCES})", name="ck_source_rules_source"),
        sa.CheckConstraint(
            "length(name_zh) BETWEEN 1 AND 40 AND length(name_en) BETWEEN 1 AND 40", name="ck_source_rules_name"
        ),
        sa.CheckConstraint(
            f"entered_by <@ ARRAY[{ROLES}]::text[] AND array_position(entered_by, NULL) IS NULL",
            name="ck_source_rules_entered_by",
        ),
        sa.CheckConstraint(
            "NOT needs_verification OR NOT (source IN ('inspector', 'planned_inspection'))",
            name="ck_source_rules_needs_verification",
        ),
        sa.CheckConstraint("reply IN ('none', 'message', 'call_back')", name="ck_source_rules_reply"),
        sa.CheckConstraint(
            "(reply = 'call_back') = (reply_amount IS NOT NULL) AND (reply_amount IS NULL) = (reply_unit IS NULL)",
            name="ck_source_rules_reply_limit",
        ),
        sa.CheckConstraint("reply_amount > 0 AND reply_amount <= 10000", name="ck_source_rules_reply_amount"),
        sa.CheckConstraint(f"reply_unit IN ({UNITS})", name="ck_source_rules_reply_unit"),
        sa.CheckConstraint(
            "source <> 'citizen' OR (active AND 'citizen' = ANY (entered_by))", name="ck_source_rules_citizens"
        ),
    )
    names = [column.name for column in rules.columns]
    op.bulk_insert(rules, [dict(zip(names, (*row, True), strict=True)) for row in DEFAULTS])


def create_limits() -> None:
    limits = op.create_table(
        "source_limits",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(9, 4), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "stage", name="pk_source_limits"),
        sa.ForeignKeyConstraint(["source"], ["source_rules.source"], name="fk_source_limits_source_source_rules"),
        sa.CheckConstraint(f"stage IN ({STAGES})", name="ck_source_limits_stage"),
        sa.CheckConstraint("amount > 0 AND amount <= 10000", name="ck_source_limits_amount"),
        sa.CheckConstraint(f"unit IN ({UNITS})", name="ck_source_limits_unit"),
    )
    op.bulk_insert(limits, [{"source": "superior", "stage": "handling", "amount": 2, "unit": "working_day"}])


def create_callers() -> None:
    op.create_table(
        "report_callers",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), comment="as the caller gave it; null once forgotten"),
        sa.Column("phone", sa.Text(), comment="E.164; read unmasked only on record; null once forgotten"),
        sa.Column(
            "phone_hash",
            sa.Text(),
            nullable=False,
            comment="keyed hash of the phone: the same caller again, without a number",
        ),
        sa.Column("call_back", sa.Boolean(), nullable=False, comment="does the caller wish to be rung back?"),
        sa.Column("language", sa.Text(), comment="to speak with the caller, such as zh-CN"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("forgotten_at", INSTANT),
        sa.PrimaryKeyConstraint("report_id", name="pk_report_callers"),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_report_callers_report_id_reports"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name="ck_report_callers_name"),
        sa.CheckConstraint("phone ~ '^[+][1-9][0-9]{6,14}$'", name="ck_report_callers_phone"),
        sa.CheckConstraint("language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'", name="ck_report_callers_language"),
        sa.CheckConstraint(
            "(forgotten_at IS NULL) = (phone IS NOT NULL) AND (name IS NULL OR forgotten_at IS NULL)",
            name="ck_report_callers_forgotten",
        ),
    )
    again = ["phone_hash", sa.text("created_at DESC")]
    op.create_index("ix_report_callers_phone_hash_created_at", "report_callers", again)
    kept = sa.text("forgotten_at IS NULL")
    op.create_index("ix_report_callers_kept", "report_callers", ["created_at"], postgresql_where=kept)


def create_call_backs() -> None:
    op.create_table(
        "call_backs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="of the case's event that ended it"),
        sa.Column("ended", sa.Text(), nullable=False, comment="the state in which the case ended"),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column(
            "attempts",
            postgresql.JSONB(),
            nullable=False,
            comment="tries before it was done: at, by, reached, note",
        ),
        sa.Column("done_at", INSTANT),
        sa.Column("done_by", sa.Uuid()),
        sa.Column("reached", sa.Boolean(), comment="false: given up after tries in vain"),
        sa.Column("satisfied", sa.Boolean(), comment="null: the caller did not say"),
        sa.Column("note", sa.Text(), comment="what the caller said; null once erased"),
        sa.Column(
            "reopened",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="the case was reopened by it",
        ),
        sa.Column("withdrawn_at", INSTANT, comment="no longer due: reopened, or the caller was erased"),
        sa.Column("told_at", INSTANT, comment="when it was reminded of as overdue"),
        sa.PrimaryKeyConstraint("id", name="pk_call_backs"),
        sa.UniqueConstraint("report_id", "case_id", "seq", name="uq_call_backs_report_id_case_id_seq"),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_call_backs_report_id_reports"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_call_backs_case_id_cases"),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name="fk_call_backs_done_by_users"),
        *call_back_checks(),
    )
    still = "done_at IS NULL AND withdrawn_at IS NULL"
    op.create_index("ix_call_backs_open", "call_backs", ["due_at", "id"], postgresql_where=sa.text(still))
    untold = sa.text(f"{still} AND told_at IS NULL")
    op.create_index("ix_call_backs_untold", "call_backs", ["due_at", "id"], postgresql_where=untold)
    newest = [sa.text("done_at DESC"), sa.text("id DESC")]
    op.create_index("ix_call_backs_done", "call_backs", newest, postgresql_where=sa.text("done_at IS NOT NULL"))
    op.create_index("ix_call_backs_case_id", "call_backs", ["case_id"])


def call_back_checks() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint("seq >= 1", name="ck_call_backs_seq"),
        sa.CheckConstraint("ended IN ('closed', 'rejected', 'void')", name="ck_call_backs_ended"),
        sa.CheckConstraint("due_at >= ended_at", name="ck_call_backs_due_at"),
        sa.CheckConstraint("jsonb_typeof(attempts) = 'array'", name="ck_call_backs_attempts"),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (reached IS NULL)", name="ck_call_backs_done"
        ),
        sa.CheckConstraint("satisfied IS NULL OR reached IS TRUE", name="ck_call_backs_satisfied"),
        sa.CheckConstraint("NOT reopened OR satisfied IS FALSE", name="ck_call_backs_reopened"),
        sa.CheckConstraint("done_at IS NULL OR withdrawn_at IS NULL", name="ck_call_backs_withdrawn_at"),
    ]


def create_reads() -> None:
    op.create_table(
        "personal_reads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False, comment="who was shown it"),
        sa.Column("what", sa.Text(), nullable=False, comment="what kind of data: report_caller"),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="of which thing: the report"),
        sa.Column("why", sa.Text(), nullable=False, comment="for what purpose, as the reader said"),
        sa.PrimaryKeyConstraint("id", name="pk_personal_reads"),
        sa.CheckConstraint("what ~ '^[a-z_]+$'", name="ck_personal_reads_what"),
        sa.CheckConstraint("length(why) BETWEEN 1 AND 200", name="ck_personal_reads_why"),
    )
    op.create_index("ix_personal_reads_subject_id_at", "personal_reads", ["subject_id", sa.text("at DESC")])
    op.create_index("ix_personal_reads_user_id_at", "personal_reads", ["user_id", sa.text("at DESC")])
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON personal_reads FROM fieldgrid_app")


def downgrade() -> None:
    op.execute("DELETE FROM feed_readers WHERE name = 'call_backs'")
    op.drop_table("personal_reads")
    op.drop_table("call_backs")
    op.drop_table("report_callers")
    op.drop_table("source_limits")
    op.drop_table("source_rules")
