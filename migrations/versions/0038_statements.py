"""Statements: kept definitions of reports, their deliveries, to whom they may be mailed; files that go with mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038_statements"
down_revision = "0037_months"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "outbox",
        sa.Column(
            "attachment",
            postgresql.JSONB(),
            nullable=True,
            comment="a stored file that goes with a mail: key, name, media_type",
        ),
    )
    create_statements()
    create_deliveries()
    create_recipients()


def create_statements() -> None:
    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "what", sa.Text(), nullable=False, comment="summary, indicators, ranking …: the operation that it asks"
        ),
        sa.Column("params", postgresql.JSONB(), nullable=False, comment="parameters of the operation, and `time`"),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column(
            "shared",
            sa.Boolean(),
            nullable=False,
            comment="everybody who reads figures may see and run it, on their own ground",
        ),
        sa.Column(
            "schedule",
            postgresql.JSONB(),
            nullable=True,
            comment="every, at, weekday, day, emails, webhook, active",
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="by whose grants deliveries are made"),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises with every change; If-Match"),
        sa.Column("next_at", INSTANT, nullable=True, comment="when it is due next; null: never"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_statements_owner_id_users"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_statements_version")),
        sa.CheckConstraint("next_at IS NULL OR schedule IS NOT NULL", name=op.f("ck_statements_next_at")),
    )
    op.create_index("ix_statements_owner_id", "statements", ["owner_id"])
    op.create_index("ix_statements_shared", "statements", ["created_at"], postgresql_where=sa.text("shared"))
    op.create_index("ix_statements_next_at", "statements", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))


def create_deliveries() -> None:
    op.create_table(
        "statement_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False, comment="by the schedule; once each"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False, comment="how often it was begun"),
        sa.Column("period", sa.Text(), nullable=True, comment="of which time the file is"),
        sa.Column("error", sa.Text(), nullable=True, comment="why there is no file, or to whom it did not go"),
        sa.Column("file_key", sa.Text(), nullable=True, comment="where the bytes are stored"),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True, comment="SHA-256 of the owner's grants it was made under"),
        sa.Column(
            "emails", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False, comment="to whom it went"
        ),
        sa.Column(
            "messages",
            postgresql.ARRAY(sa.Uuid()),
            server_default="{}",
            nullable=False,
            comment="their mails in the outbox",
        ),
        sa.Column(
            "webhooks", sa.SmallInteger(), server_default="0", nullable=False, comment="how many webhooks are told"
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_statement_deliveries"),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["statements.id"],
            name="fk_statement_deliveries_statement_id_statements",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'making', 'sent', 'refused', 'failed')", name=op.f("ck_statement_deliveries_state")
        ),
        sa.CheckConstraint("(state = 'sent') = (file_key IS NOT NULL)", name=op.f("ck_statement_deliveries_file_key")),
    )
    op.create_index(
        "uq_statement_deliveries_statement_id_due_at", "statement_deliveries", ["statement_id", "due_at"], unique=True
    )
    op.create_index("ix_statement_deliveries_created_at", "statement_deliveries", ["created_at"])


def create_recipients() -> None:
    op.create_table(
        "statement_recipients",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("domains", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement_recipients"),
        sa.CheckConstraint("id = 1", name=op.f("ck_statement_recipients_single")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_statement_recipients_version")),
    )
    op.execute("INSERT INTO statement_recipients VALUES (1, '{}', 1, now())")
    op.execute("REVOKE INSERT, DELETE, TRUNCATE ON statement_recipients FROM fieldgrid_app")


def downgrade() -> None:
    op.drop_table("statement_recipients")
    op.drop_table("statement_deliveries")
    op.drop_table("statements")
    op.drop_column("outbox", "attachment")
