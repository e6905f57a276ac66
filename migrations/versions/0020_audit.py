"""Who changed what in the administration: one record, into which that of people and organisations is copied; and what
one-by-one changes need: organisations that close, a tree without rings, versions of filing conditions.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_audit"
down_revision = "0019_documents"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ONLY_VERSION = "made from the type's key and the row"
FIRST_VERSION = "the first of a row is made from the type's key and the row"


def upgrade() -> None:
    number_conditions_in_force()
    let_organizations_close()
    op.create_table(
        "admin_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), comment="null: the command line or the system"),
        sa.Column("action", sa.Text(), nullable=False, comment="kind of thing and what was done: organization.create"),
        sa.Column("subject", sa.Text(), nullable=False, comment="what changed: organization:310101, user: and an id"),
        sa.Column(
            "detail", postgresql.JSONB(), nullable=False, comment="before and after; no personal data, no secrets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_admin_changes"),
        sa.CheckConstraint("action ~ '^[a-z_]+[.][a-z_]+$'", name="ck_admin_changes_action"),
        sa.CheckConstraint("subject ~ '^[a-z_]+:.'", name="ck_admin_changes_subject"),
    )
    newest = [sa.text("at DESC"), sa.text("id DESC")]
    op.create_index("ix_admin_changes_at_id", "admin_changes", newest)
    op.create_index("ix_admin_changes_subject_at_id", "admin_changes", ["subject", *newest])
    op.create_index("ix_admin_changes_actor_id_at_id", "admin_changes", ["actor_id", *newest])
    # An organisation is named by its code, which never changes; a person by the id, which says nothing of them.
    op.execute("""
        INSERT INTO admin_changes (id, at, actor_id, action, subject, detail)
        SELECT a.id, a.at, a.actor_id, a.action,
               CASE WHEN a.action LIKE 'organization.%'
                    THEN 'organization:' || coalesce(o.code, a.detail ->> 'code', a.subject_id::text)
                    ELSE 'user:' || a.subject_id END,
               a.detail
          FROM accounts_audit a LEFT JOIN organizations o ON o.id = a.subject_id""")
    keep_what_is_written("admin_changes")
    # All that stood there was copied, and nothing but the application read it.
    op.execute("""
        -- squawk-ignore ban-drop-table
        DROP TABLE accounts_audit""")
    op.execute("""
        -- squawk-ignore ban-drop-function
        DROP FUNCTION accounts_audit_is_append_only()""")


def number_conditions_in_force() -> None:
    """A row of a type is one condition at a time: a changed one is a new version, and cases keep the one they have."""
    # First of all, because what is done concurrently ends the transaction; doing it again is harmless.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_filing_conditions_type_id_row_in_force",
            "filing_conditions",
            ["type_id", "row"],
            unique=True,
            postgresql_where=sa.text("valid_to IS NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_filing_conditions_type_id",
            "filing_conditions",
            ["type_id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
    # The index above keeps what clients rely on: of the conditions in force no two have one row.
    op.execute("""
        -- squawk-ignore ban-drop-constraint
        ALTER TABLE filing_conditions DROP CONSTRAINT uq_filing_conditions_type_id_row""")
    op.alter_column(
        "filing_conditions", "id", comment=FIRST_VERSION, existing_type=sa.Uuid(), existing_comment=ONLY_VERSION
    )


def let_organizations_close() -> None:
    closed_at = sa.Column(
        "closed_at", INSTANT, nullable=True, comment="from then on nothing new is given to it; null: it is open"
    )
    op.add_column("organizations", closed_at)
    # The lock is the one that the application takes: two moves that are each right could make a ring together.
    op.execute("""
        CREATE FUNCTION organizations_have_no_rings() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(7216024);
          IF EXISTS (
            WITH RECURSIVE path AS (
              SELECT id, parent_id FROM organizations WHERE id = NEW.parent_id
              UNION
              SELECT o.id, o.parent_id FROM organizations o JOIN path p ON o.id = p.parent_id)
            SELECT FROM path WHERE id = NEW.id)
          THEN
            RAISE EXCEPTION 'an organisation cannot be below itself'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'organizations_have_no_rings';
          END IF;
          RETURN NULL;
        END $$""")
    op.execute("""
        CREATE TRIGGER organizations_have_no_rings AFTER INSERT OR UPDATE OF parent_id ON organizations
        FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION organizations_have_no_rings()""")


def keep_what_is_written(table: str) -> None:
    """Rows are added to this table and never changed or removed, whoever tries."""
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM fieldgrid_app")
    op.execute(f"""
        CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'insufficient_privilege';
        END $$""")
    op.execute(f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()""")


def downgrade() -> None:
    """Give people and organisations their own record back; what was written of other things goes."""
    op.execute("DROP TRIGGER organizations_have_no_rings ON organizations")
    op.execute("DROP FUNCTION organizations_have_no_rings()")
    op.drop_column("organizations", "closed_at")
    number_all_conditions()
    op.create_table(
        "accounts_audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), comment="null: the command line or the system"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="the user or organisation that changed"),
        sa.Column(
            "detail", postgresql.JSONB(), nullable=False, comment="ids, roles, codes; no personal data, no secrets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accounts_audit"),
    )
    op.create_index("ix_accounts_audit_subject_id", "accounts_audit", ["subject_id", "at"])
    op.execute("""
        INSERT INTO accounts_audit (id, at, actor_id, action, subject_id, detail)
        SELECT c.id, c.at, c.actor_id, c.action, coalesce(o.id, u.id), c.detail
          FROM admin_changes c
          LEFT JOIN organizations o ON c.subject = 'organization:' || o.code
          LEFT JOIN users u ON c.subject = 'user:' || u.id
         WHERE coalesce(o.id, u.id) IS NOT NULL""")
    keep_what_is_written("accounts_audit")
    op.drop_table("admin_changes")
    op.execute("DROP FUNCTION admin_changes_is_append_only()")


def number_all_conditions() -> None:
    """Each condition has a row of its own again: older versions get the next free ones of their type."""
    op.execute("""
        UPDATE filing_conditions c SET row = n.row
          FROM (SELECT d.id,
                       (SELECT max(m.row) FROM filing_conditions m WHERE m.type_id = d.type_id)
                       + row_number() OVER (PARTITION BY d.type_id ORDER BY d.valid_from, d.id) AS row
                  FROM filing_conditions d
                 WHERE d.valid_to IS NOT NULL
                   AND EXISTS (SELECT FROM filing_conditions o
                                WHERE o.type_id = d.type_id AND o.row = d.row AND o.id <> d.id)) n
         WHERE n.id = c.id""")
    op.alter_column(
        "filing_conditions", "id", comment=ONLY_VERSION, existing_type=sa.Uuid(), existing_comment=FIRST_VERSION
    )
    op.drop_index("ix_filing_conditions_type_id_row_in_force", "filing_conditions")
    op.drop_index("ix_filing_conditions_type_id", "filing_conditions")
    op.create_unique_constraint("uq_filing_conditions_type_id_row", "filing_conditions", ["type_id", "row"])
