"""Figures: what is counted of each case, and which cases have to be counted again."""

import sqlalchemy as sa
from alembic import op

revision = "0034_figures"
down_revision = "0033_exports"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PEOPLE = ("inspector_id", "operator_id", "leader_id", "dispatcher_id")


def upgrade() -> None:
    op.create_table(
        "evaluation_entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False, comment="handling, filing, report, dispatch, file_clock …"),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "at",
            INSTANT,
            nullable=False,
            comment="the instant whose period counts it; ahead where work is not due yet",
        ),
        sa.Column(
            "cell", sa.Text(), nullable=False, comment="cell at filing; in a gap of the grid the smallest area around"
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("type_id", sa.Uuid()),
        sa.Column("unit_id", sa.Uuid(), comment="the organisation whose clock or case it was"),
        *(sa.Column(name, sa.Uuid()) for name in PEOPLE),
        sa.Column("marks", sa.Integer(), nullable=False, comment="bits: in time, closed, exempt … (rules/counting.py)"),
        sa.Column("value", sa.BigInteger(), comment="working seconds of a handling, score of a rating"),
        sa.PrimaryKeyConstraint("case_id", "counted", "ordinal", name="pk_evaluation_entries"),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_evaluation_entries_ordinal")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_evaluation_entries_value")),
    )
    op.create_index("ix_evaluation_entries_counted_at", "evaluation_entries", ["counted", "at"])
    op.create_table(
        "evaluation_pending",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("since", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_evaluation_pending"),
    )
    op.create_index("ix_evaluation_pending_case_id", "evaluation_pending", ["case_id"])
    op.create_table(
        "evaluation_months",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day, in the city's zone"),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), comment="null: the case lies in no district"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("type_id", sa.Uuid()),
        sa.Column("unit_id", sa.Uuid()),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="entries with just these attributes and marks"),
        sa.Column("total", sa.BigInteger(), nullable=False, comment="sum of their values"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_months"),
    )
    op.create_index("ix_evaluation_months_month_counted", "evaluation_months", ["month", "counted"])
    op.create_table(
        "evaluation_rolled",
        sa.Column("month", sa.Date(), nullable=False, comment="its first day, in the zone"),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False, comment="whose months they are, an IANA name"),
        sa.Column("rolled_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("month", "counted", "zone", name="pk_evaluation_rolled"),
    )
    # By a trigger, so that whoever moves a case cannot forget its figures: the API, a job, an import, a repair by hand.
    op.execute("""
        CREATE FUNCTION note_figures() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO evaluation_pending (case_id) VALUES (NEW.id);
            RETURN NULL;
        END $$""")
    op.execute("CREATE TRIGGER note_figures_insert AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION note_figures()")
    op.execute("""
        CREATE TRIGGER note_figures_update AFTER UPDATE OF version ON cases
        FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION note_figures()""")
    # What is there already is counted by the worker, bit by bit.
    op.execute("INSERT INTO evaluation_pending (case_id) SELECT id FROM cases ORDER BY case_month, id")


def downgrade() -> None:
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER note_figures_{event} ON cases")
    op.execute("DROP FUNCTION note_figures()")
    op.drop_table("evaluation_pending")
    op.drop_table("evaluation_rolled")
    op.drop_table("evaluation_months")
    op.drop_table("evaluation_entries")
