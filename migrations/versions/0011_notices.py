"""The change feed, and which lamp of a clock was told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_notices"
down_revision = "0010_reminders"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
RUNNING = "ended_at IS NULL AND paused_at IS NULL AND (told_at IS NULL OR told_at < {threshold})"


def upgrade() -> None:
    create_feed()
    op.add_column(
        "case_clocks",
        sa.Column("told_at", INSTANT, comment="the newest of yellow_at and due_at whose crossing was told"),
    )
    for threshold in ("yellow_at", "due_at"):
        where = sa.text(RUNNING.format(threshold=threshold))
        op.create_index(f"ix_case_clocks_{threshold}", "case_clocks", [threshold], postgresql_where=where)


def create_feed() -> None:
    op.create_table(
        "changes",
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
            comment="the transaction that wrote it, an xid8",
        ),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False, comment="what kind of thing changed: case"),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False, comment="as clients get it: number, state, version"),
        sa.Column("area_code", sa.Text(), comment="cell where it lies now"),
        sa.Column("zone_code", sa.Text()),
        sa.Column("unit_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, comment="organisations that have or had it"),
        sa.Column("assignee_id", sa.Uuid(), comment="who was asked, or who handles it"),
        sa.PrimaryKeyConstraint("xid", "seq", name="pk_changes"),
    )
    op.create_index("ix_changes_at", "changes", ["at"], postgresql_using="brin")
    op.create_table(
        "feed_epochs",
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("purged_xid", sa.BigInteger(), nullable=False, comment="rows of older transactions may be gone"),
        sa.PrimaryKeyConstraint("epoch", name="pk_feed_epochs"),
    )
    op.execute("INSERT INTO feed_epochs (epoch, purged_xid) VALUES (gen_random_uuid(), 0)")
    op.execute("REVOKE UPDATE, DELETE ON changes FROM fieldgrid_app")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON feed_epochs FROM fieldgrid_app")
    # The one way in which rows leave the feed: the owner's rights, and never anything that is still promised.
    op.execute("""
        CREATE FUNCTION purge_changes(days integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp AS $$
        DECLARE removed bigint; newest bigint;
        BEGIN
            IF days < 180 THEN
                RAISE EXCEPTION 'the feed is promised for 180 days, % are too few', days;
            END IF;
            WITH gone AS (DELETE FROM changes WHERE at < now() - make_interval(days => days) RETURNING xid)
            SELECT count(*), max(xid) INTO removed, newest FROM gone;
            UPDATE feed_epochs SET purged_xid = newest + 1 WHERE newest >= purged_xid;
            RETURN removed;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION purge_changes(integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION purge_changes(integer) TO fieldgrid_app")
    # After a restore transactions may be counted from elsewhere: old cursors must end, old rows mean nothing.
    op.execute("""
        CREATE FUNCTION restart_feed() RETURNS void LANGUAGE sql AS $$
            TRUNCATE changes;
            UPDATE feed_epochs SET epoch = gen_random_uuid(), purged_xid = 0;
        $$""")
    op.execute("REVOKE ALL ON FUNCTION restart_feed() FROM PUBLIC")


def downgrade() -> None:
    op.drop_index("ix_case_clocks_due_at", "case_clocks")
    op.drop_index("ix_case_clocks_yellow_at", "case_clocks")
    op.drop_column("case_clocks", "told_at")
    op.execute("DROP FUNCTION restart_feed()")
    op.execute("DROP FUNCTION purge_changes(integer)")
    op.drop_table("feed_epochs")
    op.drop_table("changes")
