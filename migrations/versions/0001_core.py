"""Tables of core: stored answers, the outbox, the job queue; what the application role may do by default."""

from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_core"
down_revision = None
branch_labels = None
depends_on = None

# The pinned release of the queue ships its own schema; a new release is a migration that runs its shipped changes.
QUEUE_SQL = files("procrastinate.sql") / "schema.sql"


def run_sql(sql: str) -> None:
    """Run a script as it is: SQLAlchemy would take its percent signs for parameters."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(sql)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("""
        DO $$ BEGIN
          IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'fieldgrid_app') THEN
            RAISE EXCEPTION 'the role fieldgrid_app is missing: run CREATE ROLE fieldgrid_app LOGIN PASSWORD ''…'' first';
          END IF;
        END $$""")
    op.execute("GRANT USAGE ON SCHEMA public TO fieldgrid_app")
    op.execute("GRANT SELECT ON alembic_version TO fieldgrid_app")
    op.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO fieldgrid_app"
    )
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO fieldgrid_app")
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.Text(), nullable=False, comment="SHA-256 of principal or address, method, path, key"),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="SHA-256 of the canonical request body"),
        sa.Column("status", sa.Integer(), nullable=True, comment="null while the first request is under way"),
        sa.Column("headers", postgresql.JSONB(), nullable=True),
        sa.Column("body", postgresql.BYTEA(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False, comment="sms, email, …"),
        sa.Column("recipient", sa.Text(), nullable=False, comment="phone number or address, as the channel needs it"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
    run_sql(QUEUE_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("""
        DO $$ DECLARE thing record; BEGIN
          FOR thing IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname LIKE 'procrastinate\\_%' LOOP
            EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', thing.relname);
          END LOOP;
          FOR thing IN SELECT p.oid::regprocedure AS signature FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                        WHERE n.nspname = 'public' AND p.proname LIKE 'procrastinate\\_%' LOOP
            EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', thing.signature);
          END LOOP;
          FOR thing IN SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                        WHERE n.nspname = 'public' AND t.typtype IN ('e', 'c') AND t.typname LIKE 'procrastinate\\_%' LOOP
            EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', thing.typname);
          END LOOP;
        END $$""")
    op.drop_table("outbox")
    op.drop_table("idempotency_keys")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM fieldgrid_app")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM fieldgrid_app")
    op.execute("REVOKE ALL ON SCHEMA public FROM fieldgrid_app")
    op.execute("REVOKE ALL ON alembic_version FROM fieldgrid_app")
