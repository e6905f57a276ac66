"""Tables of reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_reports"
down_revision = "0008_cases"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB()


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), primary_key=True, comment="made by the client, or here"),
        sa.Column("number", sa.Text(), nullable=False, unique=True, comment="that of the case it opened"),
        sa.Column(
            "sender",
            sa.Text(),
            nullable=False,
            comment="keyed hash of the user or address: the same sender, without a name",
        ),
        sa.Column(
            "reporter_id",
            sa.Uuid(),
            sa.ForeignKey("users.id", name="fk_reports_reporter_id_users"),
            comment="null for anonymous reports",
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "fingerprint",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of the content: is a repeated id the same report?",
        ),
        sa.Column("tracking_hash", sa.Text(), nullable=False, unique=True, comment="SHA-256 of the tracking code"),
        sa.Column(
            "type_id",
            sa.Uuid(),
            sa.ForeignKey("types.id", name="fk_reports_type_id_types"),
            comment="as the reporter saw it",
        ),
        sa.Column("description", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("stated", JSONB, comment="position as it was sent"),
        sa.Column("lon", sa.Double(), nullable=False, comment="WGS 84, degrees"),
        sa.Column("lat", sa.Double(), nullable=False, comment="WGS 84, degrees"),
        sa.Column("area_code", sa.Text(), nullable=False, comment="cell at receipt; in a gap the smallest area around"),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("part_code", sa.Text()),
        sa.Column("flags", JSONB, nullable=False, comment="where photos disagree with what was stated"),
        sa.Column("duplicates", JSONB, nullable=False, comment="open cases nearby when it was received"),
        sa.Column("captured_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("erased_at", INSTANT),
        sa.CheckConstraint("cardinality(photo_ids) <= 20", name="ck_reports_photo_ids"),
    )
    newest = [sa.text("received_at DESC"), sa.text("id DESC")]
    op.create_index("ix_reports_received_at_id", "reports", newest)
    op.create_index("ix_reports_reporter_id_received_at", "reports", ["reporter_id", *newest])
    op.create_index("ix_reports_sender_received_at", "reports", ["sender", "received_at"])
    op.create_index("ix_reports_area_code", "reports", ["area_code"], postgresql_ops={"area_code": "text_pattern_ops"})


def downgrade() -> None:
    op.drop_table("reports")
