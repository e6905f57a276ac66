"""Owners of parts and shopfront contracts, which come before rules; versions of the rules; the list by deadline."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0021_bindings"
down_revision = "0020_audit"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _part_owners()
    _shopfront_contracts()
    _versions()
    _list_by_deadline()


def _said() -> sa.Column:
    return sa.Column("said", sa.Uuid(), nullable=False, comment="made from what the row says: the same in every import")


def _validity() -> list[sa.Column]:
    return [
        sa.Column("valid_from", sa.Date(), comment="first day, in the city's time zone; null: always"),
        sa.Column("valid_to", sa.Date(), comment="first day it no longer holds; null: open"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, comment="when a later set left it out"),
    ]


def _part_owners() -> None:
    op.create_table(
        "part_owners",
        sa.Column("id", sa.Uuid(), nullable=False),
        _said(),
        sa.Column("code", sa.Text(), nullable=False, comment="of the part, or how the codes of many begin"),
        sa.Column("is_prefix", sa.Boolean(), nullable=False, comment="for every part whose code begins so"),
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="权属单位"),
        *_validity(),
        sa.PrimaryKeyConstraint("id", name="pk_part_owners"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_part_owners_organization_id_organizations"
        ),
        sa.CheckConstraint("code <> ''", name=op.f("ck_part_owners_code")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_part_owners_valid_to")),
        postgresql.ExcludeConstraint(
            ("code", "="),
            (sa.text("(is_prefix::integer)"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_part_owners_one_owner",
            using="gist",
            where=sa.text("retired_at IS NULL"),
        ),
    )
    op.create_index("ix_part_owners_code", "part_owners", ["code"], postgresql_where=sa.text("retired_at IS NULL"))


def _shopfront_contracts() -> None:
    op.create_table(
        "shopfront_contracts",
        sa.Column("id", sa.Uuid(), nullable=False),
        _said(),
        sa.Column("code", sa.Text(), nullable=False, comment="number of the contract"),
        sa.Column("shop_name", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False, comment="who answers for the strip"),
        sa.Column("scheme", sa.Text(), nullable=False, comment="of the classes; empty where there are none"),
        sa.Column(
            "classes", postgresql.ARRAY(sa.Text()), nullable=False, comment="of matters it covers; empty: every matter"
        ),
        sa.Column(
            "geom",
            Geometry("POLYGON", 4326, spatial_index=False),
            nullable=False,
            comment="the strip before the door",
        ),
        *_validity(),
        sa.PrimaryKeyConstraint("id", name="pk_shopfront_contracts"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_shopfront_contracts_organization_id_organizations"
        ),
        sa.CheckConstraint("code <> ''", name=op.f("ck_shopfront_contracts_code")),
        sa.CheckConstraint("(scheme = '') = (cardinality(classes) = 0)", name=op.f("ck_shopfront_contracts_classes")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_shopfront_contracts_valid_to")),
        postgresql.ExcludeConstraint(
            ("code", "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_shopfront_contracts_one_text",
            using="gist",
            where=sa.text("retired_at IS NULL"),
        ),
    )
    op.create_index("ix_shopfront_contracts_geom", "shopfront_contracts", ["geom"], postgresql_using="gist")


def _versions() -> None:
    op.create_table(
        "routing_versions",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("added", sa.Integer(), nullable=False, comment="rules that came with it"),
        sa.Column("retired", sa.Integer(), nullable=False, comment="rules of the version before that it left out"),
        sa.Column("by_id", sa.Uuid(), comment="who imported it; null: the command line"),
        sa.PrimaryKeyConstraint("version", name="pk_routing_versions"),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_routing_versions_by_id_users"),
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON routing_versions FROM fieldgrid_app")
    op.add_column(
        "routing_rules", sa.Column("retired_in", sa.BigInteger(), comment="the first version that left it out")
    )
    # A set that only left rules out has no rule with its number: it is taken for the next one that is known.
    op.execute("""
        UPDATE routing_rules AS old
           SET retired_in = coalesce(
                 (SELECT min(new.version) FROM routing_rules AS new
                   WHERE new.version > old.version AND new.created_at >= old.retired_at),
                 (SELECT version FROM routing_state))
         WHERE old.retired_at IS NOT NULL""")
    op.execute("""
        INSERT INTO routing_versions (version, at, added, retired)
        SELECT v.version, min(v.at), sum(v.added), sum(v.retired)
          FROM (SELECT version, created_at AS at, 1 AS added, 0 AS retired FROM routing_rules
                UNION ALL
                SELECT retired_in, retired_at, 0, 1 FROM routing_rules WHERE retired_at IS NOT NULL) AS v
         GROUP BY v.version""")
    op.execute("""
        ALTER TABLE routing_rules ADD CONSTRAINT ck_routing_rules_retired_in
        CHECK ((retired_at IS NULL) = (retired_in IS NULL)) NOT VALID""")
    with op.get_context().autocommit_block():
        # A transaction of its own, so that nobody waits while the rows are looked at.
        op.execute("""
            -- squawk-ignore constraint-missing-not-valid
            ALTER TABLE routing_rules VALIDATE CONSTRAINT ck_routing_rules_retired_in""")


def _list_by_deadline() -> None:
    """Cases without a clock come last in that list, so that the index has them, too."""
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_cases_due_at_id_all", "cases", ["due_at", "id"], postgresql_concurrently=True, if_not_exists=True
        )
        op.drop_index("ix_cases_due_at_id", "cases", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_routing_rules_version_id",
            "routing_rules",
            ["version", "id"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_routing_rules_version_id", "routing_rules", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_cases_due_at_id",
            "cases",
            ["due_at", "id"],
            postgresql_where=sa.text("due_at IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("ix_cases_due_at_id_all", "cases", postgresql_concurrently=True, if_exists=True)
    op.drop_constraint(op.f("ck_routing_rules_retired_in"), "routing_rules")
    op.drop_column("routing_rules", "retired_in")
    op.drop_table("routing_versions")
    op.drop_table("shopfront_contracts")
    op.drop_table("part_owners")
