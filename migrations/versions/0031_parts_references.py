"""What parts name, their types and their owners, is checked once a statement instead of once a row.

Two keys checked row by row were a third of an import. Source: docs/adr/0033-parts-come-in-faster.md
"""

import sqlalchemy as sa
from alembic import op

revision = "0031_parts_references"
down_revision = "0030_lists"
branch_labels = None
depends_on = None

# The tables that parts name, and by which column.
NAMED = (("types", "type_id"), ("organizations", "owner_id"))
# What is named is locked as a key of the database locks it: nobody removes it before this is committed, and who removed
# it first is waited for. As its owner, because whoever writes parts need not be allowed to write types.
CHECK = """
CREATE FUNCTION check_parts_{column}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    named uuid[] := ARRAY(SELECT DISTINCT {column} FROM changed WHERE {column} IS NOT NULL);
    there bigint;
BEGIN
    SELECT count(*) INTO there FROM (SELECT FROM {table} WHERE id = ANY (named) FOR KEY SHARE) found;
    IF there < cardinality(named) THEN
        RAISE EXCEPTION 'a part names what is not in {table}'
        USING ERRCODE = 'foreign_key_violation', TABLE = 'parts', CONSTRAINT = 'fk_parts_{column}_{table}';
    END IF;
    RETURN NULL;
END $$
"""
KEEP = """
CREATE FUNCTION keep_{table}_of_parts() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM parts WHERE {column} = OLD.id) THEN
        RAISE EXCEPTION 'parts name this row of {table}'
        USING ERRCODE = 'foreign_key_violation', TABLE = '{table}', CONSTRAINT = 'fk_parts_{column}_{table}';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for table, column in NAMED:
        op.execute(CHECK.format(table=table, column=column))
        op.execute(KEEP.format(table=table, column=column))
        for event in ("INSERT", "UPDATE"):
            op.execute(f"""
                CREATE TRIGGER check_{column}_{event.lower()} AFTER {event} ON parts
                REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION check_parts_{column}()""")
        op.execute(f"""
            CREATE TRIGGER keep_those_of_parts AFTER DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION keep_{table}_of_parts()""")
        op.execute(f"""
            CREATE TRIGGER keep_ids_of_parts AFTER UPDATE OF id ON {table}
            FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION keep_{table}_of_parts()""")
        op.execute(f"""
            -- squawk-ignore ban-drop-constraint
            ALTER TABLE parts DROP CONSTRAINT fk_parts_{column}_{table}""")


def downgrade() -> None:
    for table, column in NAMED:
        name = f"fk_parts_{column}_{table}"
        op.create_foreign_key(name, "parts", table, [column], ["id"], postgresql_not_valid=True)
        op.execute(sa.text(f"ALTER TABLE parts VALIDATE CONSTRAINT {name}"))
        for trigger in ("keep_those_of_parts", "keep_ids_of_parts"):
            op.execute(f"DROP TRIGGER {trigger} ON {table}")
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER check_{column}_{event} ON parts")
        op.execute(f"DROP FUNCTION keep_{table}_of_parts()")
        op.execute(f"DROP FUNCTION check_parts_{column}()")
