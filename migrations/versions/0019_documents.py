"""Printed notices with numbers that never skip. What was issued stays; delivery and cancelling are added, each once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_documents"
down_revision = "0018_sources"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
HEX = "~ '^[0-9a-f]{64}$'"
WAYS = "'direct', 'left', 'post', 'electronic', 'entrusted'"
LATER = (
    "delivered_at",
    "delivered_to",
    "delivered_how",
    "delivery_noted_by",
    "delivery_noted_at",
    "cancelled_at",
    "cancel_reason",
    "cancelled_by",
)
BODY = "城市管理监督指挥中心"
DEFAULTS = (
    {
        "code": "rectification",
        "name_zh": "限期整改通知书",
        "name_en": "Order to rectify",
        "number_format": "城管改〔{year}〕{serial}号",
        "issuing_body": BODY,
        "issuing_roles": ["dispatcher", "shift_leader", "supervisor"],
        "basis": "城市管理案件的立案条件、处置时限和结案条件",
    },
    {
        "code": "supervision",
        "name_zh": "督办通知",
        "name_en": "Supervision notice",
        "number_format": "城管督〔{year}〕{serial}号",
        "issuing_body": BODY,
        "issuing_roles": ["supervisor"],
        "basis": "城市管理案件督办制度",
    },
)


def upgrade() -> None:
    create_kinds()
    create_documents()
    keep_what_was_issued()


def create_kinds() -> None:
    kinds = op.create_table(
        "document_kinds",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("number_format", sa.Text(), nullable=False, comment="with {year} and {serial}"),
        sa.Column("issuing_body", sa.Text(), nullable=False, comment="who signs it"),
        sa.Column(
            "issuing_roles",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="who may issue it on their ground",
        ),
        sa.Column("basis", sa.Text(), nullable=False, comment="what it rests on, as it is printed"),
        sa.PrimaryKeyConstraint("code", name="pk_document_kinds"),
        sa.CheckConstraint(
            r"number_format ~ '^[^{}]*\{year\}[^{}]*\{serial\}[^{}]*$'",
            name="ck_document_kinds_number_format",
        ),
        sa.CheckConstraint("cardinality(issuing_roles) > 0", name="ck_document_kinds_issuing_roles"),
    )
    op.bulk_insert(kinds, list(DEFAULTS))
    op.create_table(
        "document_series",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last_serial", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name="pk_document_series"),
        sa.ForeignKeyConstraint(["kind"], ["document_kinds.code"], name="fk_document_series_kind_document_kinds"),
        sa.CheckConstraint("last_serial >= 1", name="ck_document_series_last_serial"),
    )


def create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="of the city, when it was issued"),
        sa.Column("serial", sa.Integer(), nullable=False, comment="1, 2, … without a gap in its kind and year"),
        sa.Column("number", sa.Text(), nullable=False, comment="as it is printed"),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False, comment="of the case it speaks of"),
        sa.Column("addressee_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, comment="until when something is to be done"),
        sa.Column("text", sa.Text(), comment="what the issuer demands, in their words"),
        sa.Column(
            "html", sa.Text(), nullable=False, comment="as printed; pictures by the photo's id, a slot for the address"
        ),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of html"),
        sa.Column(
            "masked_html",
            sa.Text(),
            nullable=False,
            comment="the same for readers from whom people and words are hidden",
        ),
        sa.Column("masked_sha256", sa.Text(), nullable=False, comment="of masked_html"),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("delivered_at", INSTANT),
        sa.Column("delivered_to", sa.Text(), comment="who took it"),
        sa.Column("delivered_how", sa.Text()),
        sa.Column("delivery_noted_by", sa.Uuid()),
        sa.Column("delivery_noted_at", INSTANT),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("cancel_reason", sa.Text()),
        sa.Column("cancelled_by", sa.Uuid()),
        *constraints(),
    )
    newest = [sa.text("issued_at DESC"), sa.text("id DESC")]
    op.create_index("ix_documents_issued_at_id", "documents", newest)
    op.create_index("ix_documents_case_id", "documents", ["case_id"])
    op.create_index("ix_documents_addressee_id", "documents", ["addressee_id"])


def constraints() -> list[sa.Constraint]:
    people = ("issued_by", "delivery_noted_by", "cancelled_by")
    return [
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("kind", "year", "serial", name="uq_documents_kind_year_serial"),
        sa.UniqueConstraint("number", name="uq_documents_number"),
        sa.ForeignKeyConstraint(["kind"], ["document_kinds.code"], name="fk_documents_kind_document_kinds"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_documents_case_id_cases"),
        sa.ForeignKeyConstraint(["addressee_id"], ["organizations.id"], name="fk_documents_addressee_id_organizations"),
        *(sa.ForeignKeyConstraint([one], ["users.id"], name=f"fk_documents_{one}_users") for one in people),
        sa.CheckConstraint("language IN ('zh-CN', 'en')", name="ck_documents_language"),
        sa.CheckConstraint(f"sha256 {HEX}", name="ck_documents_sha256"),
        sa.CheckConstraint(f"masked_sha256 {HEX}", name="ck_documents_masked_sha256"),
        sa.CheckConstraint(f"delivered_how IN ({WAYS})", name="ck_documents_delivered_how"),
        sa.CheckConstraint(
            "num_nulls(delivered_at, delivered_to, delivered_how, delivery_noted_by, delivery_noted_at) IN (0, 5)",
            name="ck_documents_delivery",
        ),
        sa.CheckConstraint(
            "num_nulls(cancelled_at, cancel_reason, cancelled_by) IN (0, 3)", name="ck_documents_cancelling"
        ),
    ]


def keep_what_was_issued() -> None:
    op.execute("REVOKE DELETE, TRUNCATE ON document_series FROM fieldgrid_app")
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON documents FROM fieldgrid_app")
    op.execute(f"GRANT UPDATE ({', '.join(LATER)}) ON documents TO fieldgrid_app")
    once = " AND ".join(f"(OLD.{name} IS NULL OR NEW.{name} = OLD.{name})" for name in LATER)
    op.execute(f"""
        CREATE FUNCTION documents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND {once}
               AND to_jsonb(NEW) - ARRAY['{"', '".join(LATER)}'] = to_jsonb(OLD) - ARRAY['{"', '".join(LATER)}'] THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'what was issued stays: % on documents is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
        END $$""")
    op.execute("""
        CREATE TRIGGER stay BEFORE UPDATE OR DELETE ON documents
        FOR EACH ROW EXECUTE FUNCTION documents_stay()""")
    op.execute("""
        CREATE TRIGGER no_truncate BEFORE TRUNCATE ON documents
        FOR EACH STATEMENT EXECUTE FUNCTION documents_stay()""")


def downgrade() -> None:
    op.drop_table("documents")
    op.execute("DROP FUNCTION documents_stay()")
    op.drop_table("document_series")
    op.drop_table("document_kinds")
