"""Tables of routing: the responsibility rules and the state they are in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_routing"
down_revision = "0006_sla"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("said", sa.Uuid(), nullable=False, comment="made from what the rule says: the same in every import"),
        sa.Column("target", sa.Text(), nullable=False, comment="type, class or any"),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="of the type or the class; empty for any"),
        sa.Column("ground", sa.Text(), nullable=False, comment="cell, duty_zone, community, street, district or any"),
        sa.Column(
            "place", sa.Text(), nullable=False, comment="code of the area or duty zone; empty for the whole city"
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="牵头"),
        sa.Column("helper_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, comment="配合"),
        sa.Column("auto", sa.Boolean(), nullable=False, comment="the router dispatches by itself"),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="first day, in the city's time zone; null: always"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="first day it no longer holds; null: open"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="of the set of rules it came with"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="when a later set left it out"),
        sa.PrimaryKeyConstraint("id", name="pk_routing_rules"),
        sa.ForeignKeyConstraint(["lead_id"], ["organizations.id"], name="fk_routing_rules_lead_id_organizations"),
        sa.CheckConstraint("target IN ('type', 'class', 'any')", name=op.f("ck_routing_rules_target")),
        sa.CheckConstraint(
            "(target = 'any') = (scheme = '' AND kind = '' AND code = '')", name=op.f("ck_routing_rules_target_code")
        ),
        sa.CheckConstraint("kind IN ('part', 'matter', '')", name=op.f("ck_routing_rules_kind")),
        sa.CheckConstraint(
            "ground IN ('cell', 'duty_zone', 'community', 'street', 'district', 'any')",
            name=op.f("ck_routing_rules_ground"),
        ),
        sa.CheckConstraint("(ground = 'any') = (place = '')", name=op.f("ck_routing_rules_place")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_routing_rules_valid_to")),
        sa.CheckConstraint("NOT lead_id = ANY (helper_ids)", name=op.f("ck_routing_rules_helper_ids")),
        postgresql.ExcludeConstraint(
            ("target", "="),
            ("scheme", "="),
            ("kind", "="),
            ("code", "="),
            ("ground", "="),
            ("place", "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_routing_rules_no_tie",
            using="gist",
            where=sa.text("retired_at IS NULL"),
        ),
    )
    op.create_table(
        "routing_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="grows with every import"),
        sa.Column(
            "stamp",
            sa.Uuid(),
            nullable=False,
            comment="never repeats, not even after a rollback: key of the rules in memory",
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routing_state"),
        sa.CheckConstraint("id = 1", name=op.f("ck_routing_state_single")),
    )
    op.execute("INSERT INTO routing_state (id, version, stamp, changed_at) VALUES (1, 0, gen_random_uuid(), now())")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("routing_state")
    op.drop_table("routing_rules")
