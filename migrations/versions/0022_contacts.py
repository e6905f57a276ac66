"""How staff are reached beside their inbox: reminders told, contacts, messages that a city words itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022_contacts"
down_revision = "0021_bindings"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
CHANNELS = "'email', 'wechat_work', 'sms'"
LANGUAGES = "'zh-CN', 'en'"
# After a restore transactions may be counted from elsewhere: old cursors must end, old rows mean nothing. Reminders stay,
# and are gone through once more: whom they were told to is known by their key.
RESTART = """
    CREATE OR REPLACE FUNCTION restart_feed() RETURNS void LANGUAGE sql AS $$
        TRUNCATE changes;{more}
        UPDATE feed_epochs SET epoch = gen_random_uuid(), purged_xid = 0;
    $$"""


def upgrade() -> None:
    op.add_column(
        "case_reminders",
        sa.Column("xid", sa.BigInteger(), comment="the transaction that wrote it, an xid8; null: nobody is told of it"),
        if_not_exists=True,
    )
    with op.get_context().autocommit_block():
        op.create_index("ix_notices_number", "notices", ["number"], postgresql_concurrently=True, if_not_exists=True)
        op.create_index(
            "ix_case_reminders_xid_id",
            "case_reminders",
            ["xid", "id"],
            postgresql_where=sa.text("xid IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_outbox_unsent",
            "outbox",
            ["channel"],
            postgresql_where=sa.text("sent_at IS NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_webhook_deliveries_undelivered",
            "webhook_deliveries",
            ["status"],
            postgresql_where=sa.text("status <> 'delivered'"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
    # Only from now on: those that are there already were never meant to be told.
    op.alter_column("case_reminders", "xid", server_default=sa.text("(pg_current_xact_id()::text)::bigint"))
    op.add_column(
        "case_reminders",
        sa.Column("base", sa.Text(), comment="of its rung: yellow, red or supervised; null: from before it was kept"),
    )
    op.execute(RESTART.format(more="\n        UPDATE case_reminders SET xid = 0 WHERE xid IS NOT NULL;"))
    op.add_column("notices", sa.Column("facts", postgresql.JSONB(), comment="what its words need beside the number"))
    op.add_column("outbox", sa.Column("subject", sa.Text(), comment="of a mail; null: the first line of the text"))
    op.add_column(
        "webhooks",
        sa.Column("area_code", sa.Text(), comment="tell only of what lies in this area; null: of everything"),
    )
    create_told()
    create_contacts()
    create_templates()


def create_told() -> None:
    op.create_table(
        "notice_reminders",
        sa.Column("reminder_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("reminder_id", "user_id", name="pk_notice_reminders"),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["case_reminders.id"], name="fk_notice_reminders_reminder_id_case_reminders"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notice_reminders_user_id_users"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_reminders_notice_id_notices"),
    )
    op.create_index("ix_notice_reminders_notice_id_reminder_id", "notice_reminders", ["notice_id", "reminder_id"])
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON notice_reminders FROM fieldgrid_app")
    op.create_table(
        "notice_messages",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False, comment="from when on it may be sent"),
        sa.Column("sent_at", INSTANT),
        sa.PrimaryKeyConstraint("notice_id", "channel", name="pk_notice_messages"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name="fk_notice_messages_notice_id_notices", ondelete="CASCADE"
        ),
        sa.CheckConstraint(f"channel IN ({CHANNELS})", name="ck_notice_messages_channel"),
    )
    op.create_index(
        "ix_notice_messages_due_at", "notice_messages", ["due_at"], postgresql_where=sa.text("sent_at IS NULL")
    )


def create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="shown unmasked to its owner alone"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.ARRAY(sa.Text()), nullable=False, comment="the occasions that are sent there"),
        sa.Column(
            "quiet_hours", sa.Boolean(), nullable=False, comment="what is not urgent waits until the end of the night"
        ),
        sa.Column("verified_at", INSTANT, comment="when a code sent there was confirmed; null: nothing else is sent"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "channel", name="pk_contacts"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_contacts_user_id_users"),
        sa.CheckConstraint(f"channel IN ({CHANNELS})", name="ck_contacts_channel"),
        sa.CheckConstraint(f"language IN ({LANGUAGES})", name="ck_contacts_language"),
    )


def create_templates() -> None:
    op.create_table(
        "message_templates",
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), comment="null: the shipped message holds again"),
        sa.Column("text", sa.Text()),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("event", "language", "audience", "version", name="pk_message_templates"),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name="fk_message_templates_changed_by_users"),
        sa.CheckConstraint(f"language IN ({LANGUAGES})", name="ck_message_templates_language"),
        sa.CheckConstraint("audience IN ('staff', 'citizen')", name="ck_message_templates_audience"),
        sa.CheckConstraint("version >= 1", name="ck_message_templates_version"),
        sa.CheckConstraint("(title IS NULL) = (text IS NULL)", name="ck_message_templates_whole"),
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON message_templates FROM fieldgrid_app")


def downgrade() -> None:
    op.drop_table("message_templates")
    op.drop_table("contacts")
    op.drop_table("notice_messages")
    op.drop_table("notice_reminders")
    op.drop_column("webhooks", "area_code")
    op.drop_column("outbox", "subject")
    op.drop_column("notices", "facts")
    op.execute(RESTART.format(more=""))
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_webhook_deliveries_undelivered", "webhook_deliveries", postgresql_concurrently=True, if_exists=True
        )
        op.drop_index("ix_notices_number", "notices", postgresql_concurrently=True, if_exists=True)
        op.drop_index("ix_outbox_unsent", "outbox", postgresql_concurrently=True, if_exists=True)
        op.drop_index("ix_case_reminders_xid_id", "case_reminders", postgresql_concurrently=True, if_exists=True)
    op.drop_column("case_reminders", "base")
    op.drop_column("case_reminders", "xid")
