"""Long reports are made as jobs like exports: what each file holds, and the formats of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0043_report_jobs"
down_revision = "0042_stale_periods"
branch_labels = None
depends_on = None

WORDS = {
    "query": ("parameters of the list, by their names", "parameters of what was asked, by their names"),
    "expected": (
        "cases that there are; null until they are counted",
        "cases or steps that there are; null until they are counted",
    ),
    "rows": ("cases that are written", "cases that are written, or steps that are done"),
}


def upgrade() -> None:
    op.add_column(
        "case_exports",
        sa.Column("what", sa.Text(), nullable=False, server_default="cases", comment="what the file holds"),
    )
    op.create_check_constraint(op.f("ck_case_exports_what"), "case_exports", "what IN ('cases', 'sla_report')")
    # The next one allows more than it did.
    op.execute("""
        -- squawk-ignore ban-drop-constraint
        ALTER TABLE case_exports DROP CONSTRAINT ck_case_exports_format""")
    op.create_check_constraint(
        op.f("ck_case_exports_format"), "case_exports", "format IN ('csv', 'xlsx', 'geojson', 'gpkg', 'json', 'pdf')"
    )
    for column, (before, after) in WORDS.items():
        op.alter_column("case_exports", column, comment=after, existing_comment=before)


def downgrade() -> None:
    for column, (before, after) in WORDS.items():
        op.alter_column("case_exports", column, comment=before, existing_comment=after)
    op.execute("DELETE FROM case_exports WHERE what <> 'cases'")
    op.drop_constraint(op.f("ck_case_exports_format"), "case_exports")
    op.create_check_constraint(
        op.f("ck_case_exports_format"), "case_exports", "format IN ('csv', 'xlsx', 'geojson', 'gpkg')"
    )
    op.drop_constraint(op.f("ck_case_exports_what"), "case_exports")
    op.drop_column("case_exports", "what")
