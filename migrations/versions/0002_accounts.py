"""Tables of accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_accounts"
down_revision = "0001_core"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLES = (
    "'admin', 'auditor', 'dispatcher', 'evaluator', 'handler', 'inspector', 'operator', 'shift_leader', 'supervisor', "
    "'unit_manager'"
)


def upgrade() -> None:
    """Create the tables."""
    _people()
    _grants()
    _sign_ins()
    _audit()


def _people() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="short name for people and imports, never changed"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True, comment="the ground of a territory: the code of its area"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
        sa.UniqueConstraint("code", name="uq_organizations_code"),
        sa.ForeignKeyConstraint(["parent_id"], ["organizations.id"], name="fk_organizations_parent_id_organizations"),
        sa.CheckConstraint("kind IN ('territory', 'department', 'unit')", name=op.f("ck_organizations_kind")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_organizations_not_its_own_parent")),
    )
    op.create_index("ix_organizations_parent_id", "organizations", ["parent_id"])
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True, comment="staff only; folded"),
        sa.Column(
            "name", sa.Text(), nullable=False, comment="of citizens the masked phone number: no name is asked for"
        ),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="argon2id"),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column(
            "phone",
            sa.Text(),
            nullable=True,
            comment="citizens only, E.164; shown to nobody unmasked; null once erased",
        ),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("username", name="uq_users_username"),
        sa.UniqueConstraint("phone", name="uq_users_phone"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_users_organization_id_organizations"
        ),
        sa.CheckConstraint("kind IN ('staff', 'citizen')", name=op.f("ck_users_kind")),
        sa.CheckConstraint(
            "kind <> 'staff' OR (username IS NOT NULL AND organization_id IS NOT NULL AND phone IS NULL)",
            name=op.f("ck_users_staff"),
        ),
        sa.CheckConstraint(
            "kind <> 'citizen' OR (username IS NULL AND password_hash IS NULL AND organization_id IS NULL)",
            name=op.f("ck_users_citizen"),
        ),
    )
    op.create_index("ix_users_organization_id", "users", ["organization_id"])


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code", sa.Text(), nullable=False, comment="prefix of area codes; the empty prefix is everything"
        ),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=True, comment="exclusive; null while nobody ended it"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_grants_user_id_users"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name="fk_grants_organization_id_organizations"
        ),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_grants_role")),
        sa.CheckConstraint("area_code ~ '^[0-9A-Za-z]*$'", name=op.f("ck_grants_area_code")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_grants_validity")),
        postgresql.ExcludeConstraint(
            ("user_id", "="),
            ("role", "="),
            ("organization_id", "="),
            ("area_code", "="),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_grants_once_at_a_time",
        ),
    )
    op.create_index("ix_grants_user_id", "grants", ["user_id"])
    op.create_index("ix_grants_organization_id_role", "grants", ["organization_id", "role"])
    op.create_index("ix_grants_area_code", "grants", ["area_code"], postgresql_ops={"area_code": "text_pattern_ops"})


def _sign_ins() -> None:
    op.create_table(
        "token_families",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False, comment="when its newest refresh token ends"),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_for", sa.Text(), nullable=True, comment="logout, reuse, password or disabled"),
        sa.PrimaryKeyConstraint("id", name="pk_token_families"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_token_families_user_id_users"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_for IS NULL)", name=op.f("ck_token_families_revoked")),
    )
    op.create_index("ix_token_families_user_id", "token_families", ["user_id"])
    op.create_index("ix_token_families_expires_at", "token_families", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("jti", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True, comment="a second use revokes the family"),
        sa.PrimaryKeyConstraint("jti", name="pk_refresh_tokens"),
        sa.ForeignKeyConstraint(
            ["family_id"], ["token_families.id"], name="fk_refresh_tokens_family_id_token_families", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_refresh_tokens_family_id", "refresh_tokens", ["family_id"])
    op.create_table(
        "sign_in_tallies",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", postgresql.BYTEA(), nullable=False),
        sa.Column(
            "failures", sa.Double(), nullable=False, comment="at the last one; of crowds they leak, so not whole"
        ),
        sa.Column("last_failed_at", INSTANT, nullable=True),
        sa.Column("knocked_at", INSTANT, nullable=True, comment="pair: first refused since its own last failure"),
        sa.Column("succeeded_at", INSTANT, nullable=True, comment="pair: makes the address a known one of this user"),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_sign_in_tallies"),
        sa.CheckConstraint("scope IN ('address', 'pair', 'username')", name=op.f("ck_sign_in_tallies_scope")),
    )
    op.create_index("ix_sign_in_tallies_touched_at", "sign_in_tallies", ["touched_at"])
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone_key", postgresql.BYTEA(), nullable=False, comment="keyed hash of the number"),
        sa.Column(
            "address_key", postgresql.BYTEA(), nullable=False, comment="keyed hash of the address that asked for it"
        ),
        sa.Column("digest", postgresql.BYTEA(), nullable=False, comment="keyed hash of id and code"),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("tries_here", sa.Integer(), nullable=False, comment="wrong tries from the address that asked"),
        sa.Column("tries_elsewhere", sa.Integer(), nullable=False, comment="wrong tries from all other addresses"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_codes"),
    )
    op.create_index("ix_phone_codes_phone_key_sent_at", "phone_codes", ["phone_key", "sent_at"])
    op.create_index("ix_phone_codes_address_key_sent_at", "phone_codes", ["address_key", "sent_at"])
    op.create_index("ix_phone_codes_sent_at", "phone_codes", ["sent_at"])


def _audit() -> None:
    op.create_table(
        "accounts_audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True, comment="null: the command line or the system"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False, comment="the user or organisation that changed"),
        sa.Column(
            "detail", postgresql.JSONB(), nullable=False, comment="ids, roles, codes; no personal data, no secrets"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accounts_audit"),
    )
    op.create_index("ix_accounts_audit_subject_id", "accounts_audit", ["subject_id", "at"])
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON accounts_audit FROM fieldgrid_app")
    op.execute("""
        CREATE FUNCTION accounts_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'accounts_audit is append-only' USING ERRCODE = 'insufficient_privilege';
        END $$""")
    op.execute("""
        CREATE TRIGGER accounts_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_audit
        FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_is_append_only()""")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("accounts_audit")
    op.execute("DROP FUNCTION accounts_audit_is_append_only()")
    for table in (
        "phone_codes",
        "sign_in_tallies",
        "refresh_tokens",
        "token_families",
        "grants",
        "users",
        "organizations",
    ):
        op.drop_table(table)
