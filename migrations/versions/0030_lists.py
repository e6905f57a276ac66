"""What lists of handlers, inspectors and units are walked by: links that know the case's place, open cases, words.

A person's cases are read in the order of the list, and a unit's words are found without reading what others said.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_lists"
down_revision = "0029_words"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OF_THE_CASE = "of the case; kept by a trigger, so that somebody's cases are found in the order of a list"
LINKS = (("case_tasks", "assignee_id"), ("case_reports", "reporter_id"))
# A link comes after its case or, as a first report, with it: in one statement, where the case is not yet seen.
KEEP = """
CREATE OR REPLACE FUNCTION keep_opened_at() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE opened timestamptz := (SELECT c.opened_at FROM cases c WHERE c.id = NEW.case_id);
BEGIN
    IF opened IS NULL THEN
        opened := coalesce(NEW.opened_at, NEW.reported_at);
    END IF;
    NEW.opened_at := opened;
    RETURN NEW;
END $$
"""
# So many at a time, so that nobody waits long for a row.
BACKFILL = """
DO $$
DECLARE filled integer;
BEGIN
    LOOP
        UPDATE {table} t SET opened_at = c.opened_at FROM cases c
         WHERE c.id = t.case_id AND t.ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE opened_at IS NULL LIMIT 50000));
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$
"""
OPEN = "state NOT IN ('closed', 'merged', 'rejected', 'void')"
NEWEST = [sa.text("opened_at DESC"), sa.text("id DESC")]
# What an open case is filtered by in lists; of a million, few are open.
BESIDE = [
    "state", "paused", "yellow_at", "due_at", "current_cell", "filed_cell", "zone_code", "lead_id", "handler_id",
    "type_id", "source", "unit_ids",
]  # fmt: skip
WORDS = sa.text("bigrams(description, address)")
CONCURRENTLY = {"postgresql_concurrently": True, "if_not_exists": True}
GONE = {"postgresql_concurrently": True, "if_exists": True}


def upgrade() -> None:
    op.execute(KEEP)
    for table, _ in LINKS:
        op.add_column(table, sa.Column("opened_at", INSTANT, comment=OF_THE_CASE))
        op.execute(f"""
            CREATE TRIGGER keep_opened_at BEFORE INSERT OR UPDATE OF case_id ON {table}
            FOR EACH ROW EXECUTE FUNCTION keep_opened_at()""")
    # Of what is open, pages are written all the time: what indexes alone answer needs them vacuumed daily.
    op.execute("ALTER TABLE cases SET (autovacuum_vacuum_scale_factor = 0.02)")
    with op.get_context().autocommit_block():
        for table, person in LINKS:
            op.execute(BACKFILL.format(table=table))
            newest = [person, sa.text("opened_at DESC"), sa.text("case_id DESC")]
            op.create_index(f"ix_{table}_{person}_opened_at_case_id", table, newest, **CONCURRENTLY)
        op.create_index(
            "ix_cases_open_newest",
            "cases",
            NEWEST,
            postgresql_where=sa.text(OPEN),
            postgresql_include=BESIDE,
            **CONCURRENTLY,
        )
        op.create_index(
            "ix_cases_helper_ids",
            "cases",
            ["helper_ids"],
            postgresql_using="gin",
            postgresql_where=sa.text("state = 'handling'"),
            **CONCURRENTLY,
        )
        op.create_index("ix_cases_unit_ids_words", "cases", ["unit_ids", WORDS], postgresql_using="gin", **CONCURRENTLY)
        op.drop_index("ix_case_reports_reporter_id", "case_reports", **GONE)
        for name in ("ix_cases_open_opened_at_id", "ix_cases_unit_ids", "ix_cases_words"):
            op.drop_index(name, "cases", **GONE)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_case_reports_reporter_id", "case_reports", ["reporter_id"], **CONCURRENTLY)
        op.create_index("ix_cases_unit_ids", "cases", ["unit_ids"], postgresql_using="gin", **CONCURRENTLY)
        op.create_index("ix_cases_words", "cases", [WORDS], postgresql_using="gin", **CONCURRENTLY)
        op.create_index(
            "ix_cases_open_opened_at_id",
            "cases",
            NEWEST,
            postgresql_where=sa.text(OPEN),
            postgresql_include=["state", "paused", "yellow_at", "due_at", "current_cell"],
            **CONCURRENTLY,
        )
        for name in ("ix_cases_open_newest", "ix_cases_helper_ids", "ix_cases_unit_ids_words"):
            op.drop_index(name, "cases", **GONE)
        for table, person in LINKS:
            op.drop_index(f"ix_{table}_{person}_opened_at_case_id", table, **GONE)
    op.execute("ALTER TABLE cases RESET (autovacuum_vacuum_scale_factor)")
    for table, _ in LINKS:
        op.execute(f"DROP TRIGGER IF EXISTS keep_opened_at ON {table}")
        op.drop_column(table, "opened_at")
    op.execute("DROP FUNCTION IF EXISTS keep_opened_at()")
