"""What tiles of cases, parts and tracks are cut from: which points changed, for those who count them in memory."""

import sqlalchemy as sa
from alembic import op

revision = "0025_case_tiles"
down_revision = "0024_ground_tiles"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
COLLECTIONS = {"cases": ("case_id", "uuid"), "parts": ("part_id", "bigint")}
# Of so many rows changed at once only that it was many is written down: they are all read anew.
MANY = 5_000
# After a restore transactions may be counted from elsewhere: old cursors must end, old rows mean nothing. Reminders stay,
# and are gone through once more: whom they were told to is known by their key.
RESTART = """
    CREATE OR REPLACE FUNCTION restart_feed() RETURNS void LANGUAGE sql AS $$
        TRUNCATE changes;{more}
        UPDATE case_reminders SET xid = 0 WHERE xid IS NOT NULL;
        UPDATE feed_epochs SET epoch = gen_random_uuid(), purged_xid = 0;
    $$"""


def upgrade() -> None:
    op.create_table(
        "point_changes",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
            comment="the transaction that changed it, an xid8",
        ),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), comment="which case; null with part_id: many at once"),
        sa.Column("part_id", sa.BigInteger(), comment="which part; null with case_id: many at once"),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_point_changes"),
        sa.CheckConstraint("collection IN ('cases', 'parts')", name=op.f("ck_point_changes_collection")),
        sa.CheckConstraint("case_id IS NULL OR part_id IS NULL", name=op.f("ck_point_changes_one")),
    )
    op.create_index("ix_point_changes_collection_xid", "point_changes", ["collection", "xid"])
    op.create_index("ix_point_changes_at", "point_changes", ["at"], postgresql_using="brin")
    op.execute("REVOKE UPDATE, TRUNCATE ON point_changes FROM fieldgrid_app")
    for table, (column, _) in COLLECTIONS.items():
        _note_changes(table, column)
    op.execute(RESTART.format(more="\n        TRUNCATE point_changes;"))


def _note_changes(table: str, column: str) -> None:
    """By a trigger, so that nobody who changes such a row can forget to: the API, an import, a repair by hand."""
    op.execute(f"""
        CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR (SELECT count(*) FROM (SELECT FROM changed LIMIT {MANY + 1}) few) > {MANY} THEN
                INSERT INTO point_changes (collection) SELECT '{table}' WHERE EXISTS (SELECT FROM changed);
            ELSE
                INSERT INTO point_changes (collection, {column}) SELECT '{table}', id FROM changed;
            END IF;
            RETURN NULL;
        END $$""")
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        op.execute(f"""
            CREATE TRIGGER note_{event.lower()} AFTER {event} ON {table}
            REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_{table}()""")


def downgrade() -> None:
    op.execute(RESTART.format(more=""))
    for table in COLLECTIONS:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER note_{event} ON {table}")
        op.execute(f"DROP FUNCTION note_{table}()")
    op.drop_table("point_changes")
