"""Tables of cases. Events are append-only for everybody, partitioned by the month the case was opened."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0008_cases"
down_revision = "0007_routing"
branch_labels = None
depends_on = None

STATES = (
    "'received', 'verifying', 'to_file', 'to_dispatch', 'handling', 'on_hold', 'to_check', 'to_close', "
    "'closed', 'rejected', 'void', 'merged'"
)
SOURCES = "'citizen', 'inspector', 'hotline', 'video', 'secret_inspection', 'planned_inspection', 'media', 'superior', 'open311'"
STAGES = "'accept', 'verify', 'file', 'dispatch', 'handling', 'check', 'close'"
UNITS = "'urgent_hour', 'natural_day', 'working_hour', 'working_day'"
OPEN = "state NOT IN ('closed', 'rejected', 'void', 'merged')"
INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB()


def upgrade() -> None:
    op.execute("CREATE SEQUENCE case_numbers")
    create_cases()
    create_chain()
    create_beside()


def create_cases() -> None:
    zero = sa.text("0")
    no = sa.text("false")
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Text(), nullable=False, unique=True, comment="YYYYMMDD- and a sequence, gaps allowed"),
        sa.Column(
            "case_month",
            sa.Date(),
            nullable=False,
            comment="first day of the UTC month of opening; the events' partition",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="seq of the last event; the ETag"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("type_id", sa.Uuid(), sa.ForeignKey("types.id", name="fk_cases_type_id_types")),
        sa.Column(
            "condition_id",
            sa.Uuid(),
            sa.ForeignKey("filing_conditions.id", name="fk_cases_condition_id_filing_conditions"),
        ),
        sa.Column("description", sa.Text(), comment="of the first report; erasable"),
        sa.Column("address", sa.Text()),
        sa.Column("lon", sa.Double(), nullable=False, comment="WGS 84, degrees"),
        sa.Column("lat", sa.Double(), nullable=False, comment="WGS 84, degrees"),
        sa.Column(
            "geom",
            Geometry("POINT", 4326, spatial_index=False),
            sa.Computed("ST_SetSRID(ST_MakePoint(lon, lat), 4326)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "filed_cell",
            sa.Text(),
            nullable=False,
            comment="cell at filing, for statistics; in a gap the smallest area around",
        ),
        sa.Column(
            "current_cell", sa.Text(), nullable=False, comment="cell in the present grid, for routing and visibility"
        ),
        sa.Column("zone_code", sa.Text(), comment="duty zone of current_cell"),
        sa.Column("part_code", sa.Text()),
        sa.Column(
            "reporter_id",
            sa.Uuid(),
            sa.ForeignKey("users.id", name="fk_cases_reporter_id_users"),
            comment="who sent the first report",
        ),
        sa.Column("lead_id", sa.Uuid(), sa.ForeignKey("organizations.id", name="fk_cases_lead_id_organizations")),
        sa.Column(
            "helper_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, comment="organisations that help the lead"
        ),
        sa.Column(
            "unit_ids",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            comment="every organisation that ever led or helped",
        ),
        sa.Column("handler_id", sa.Uuid(), sa.ForeignKey("users.id", name="fk_cases_handler_id_users")),
        sa.Column(
            "holder_id",
            sa.Uuid(),
            sa.ForeignKey("users.id", name="fk_cases_holder_id_users"),
            comment="who took it over in person",
        ),
        sa.Column("routing", JSONB, comment="the trace of the routing that was last used"),
        sa.Column("pending", JSONB, comment="a request that waits: extension, hold or appeal"),
        sa.Column("hold_until", sa.Date()),
        *(
            sa.Column(name, sa.Integer(), nullable=False, server_default=zero)
            for name in ("extensions", "holds", "reworks", "returns", "reopens")
        ),
        *(
            sa.Column(name, sa.Boolean(), nullable=False, server_default=no)
            for name in ("reopened_by_reporter", "forced", "self_handled", "supervised")
        ),
        sa.Column("supervised_due_at", INSTANT),
        sa.Column("appeal", sa.Text(), comment="null, open, granted or refused"),
        sa.Column("rating", sa.Integer()),
        sa.Column("merged_into", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_cases_merged_into_cases")),
        sa.Column("split_from", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_cases_split_from_cases")),
        sa.Column("stage", sa.Text(), comment="whose clock runs now; null when none does"),
        sa.Column("yellow_at", INSTANT, comment="of the running clock"),
        sa.Column("due_at", INSTANT, comment="of the running clock"),
        sa.Column("paused", sa.Boolean(), nullable=False, server_default=no),
        sa.Column("opened_at", INSTANT, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("filed_at", "dispatched_at", "handled_at", "closed_at")),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("head_hash", sa.Text(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_cases_state"),
        sa.CheckConstraint(f"source IN ({SOURCES})", name="ck_cases_source"),
        sa.CheckConstraint("version >= 1", name="ck_cases_version"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_cases_rating"),
    )
    newest = sa.text("opened_at DESC")
    op.create_index("ix_cases_opened_at_id", "cases", [newest, sa.text("id DESC")])
    op.create_index("ix_cases_state_opened_at_id", "cases", ["state", newest, sa.text("id DESC")])
    op.create_index("ix_cases_due_at_id", "cases", ["due_at", "id"], postgresql_where=sa.text(OPEN))
    op.create_index(
        "ix_cases_filed_cell_opened_at",
        "cases",
        ["filed_cell", newest],
        postgresql_ops={"filed_cell": "text_pattern_ops"},
    )
    op.create_index(
        "ix_cases_current_cell", "cases", ["current_cell"], postgresql_ops={"current_cell": "text_pattern_ops"}
    )
    op.create_index("ix_cases_type_id_opened_at", "cases", ["type_id", newest])
    op.create_index("ix_cases_lead_id_opened_at", "cases", ["lead_id", newest])
    op.create_index("ix_cases_handler_id", "cases", ["handler_id"])
    op.create_index("ix_cases_zone_code", "cases", ["zone_code"])
    op.create_index("ix_cases_unit_ids", "cases", ["unit_ids"], postgresql_using="gin")
    op.create_index("ix_cases_geom", "cases", ["geom"], postgresql_using="gist")
    op.create_index(
        "ix_cases_description",
        "cases",
        ["description"],
        postgresql_using="gin",
        postgresql_ops={"description": "gin_trgm_ops"},
    )


def create_chain() -> None:
    op.execute("""
        CREATE TABLE case_events (
            case_month date NOT NULL,
            case_id uuid NOT NULL,
            seq integer NOT NULL,
            number text NOT NULL,
            action text NOT NULL,
            at timestamptz NOT NULL,
            before jsonb,
            after jsonb NOT NULL,
            inputs jsonb NOT NULL,
            digests jsonb NOT NULL,
            prev_hash text NOT NULL,
            hash text NOT NULL,
            CONSTRAINT pk_case_events PRIMARY KEY (case_month, case_id, seq)
        ) PARTITION BY RANGE (case_month)""")
    op.execute("COMMENT ON COLUMN case_events.digests IS 'SHA-256 of salt and value of what is personal or free'")
    op.execute("""
        CREATE TABLE event_details (
            case_month date NOT NULL,
            case_id uuid NOT NULL,
            seq integer NOT NULL,
            details jsonb NOT NULL,
            salts jsonb NOT NULL,
            CONSTRAINT pk_event_details PRIMARY KEY (case_month, case_id, seq)
        ) PARTITION BY RANGE (case_month)""")
    op.execute("COMMENT ON COLUMN event_details.details IS 'actor, reason, text, position, photos… by name'")
    op.execute("COMMENT ON COLUMN event_details.salts IS '16 bytes in hex, by the same names'")
    op.execute("""
        CREATE FUNCTION case_events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'events are append-only: % on % is refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$""")
    op.execute("""
        CREATE FUNCTION event_details_only_shrink() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE'
               AND (OLD.case_month, OLD.case_id, OLD.seq) = (NEW.case_month, NEW.case_id, NEW.seq)
               AND OLD.details @> NEW.details AND OLD.salts @> NEW.salts
               AND (SELECT coalesce(array_agg(key ORDER BY key), '{}') FROM jsonb_object_keys(NEW.details) key)
                 = (SELECT coalesce(array_agg(key ORDER BY key), '{}') FROM jsonb_object_keys(NEW.salts) key) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'details of events can only be erased member by member: % is refused', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $$""")
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON case_events
            FOR EACH ROW EXECUTE FUNCTION case_events_are_append_only()""")
    op.execute("""
        CREATE TRIGGER only_shrink BEFORE UPDATE OR DELETE ON event_details
            FOR EACH ROW EXECUTE FUNCTION event_details_only_shrink()""")
    for table in ("case_events", "event_details"):
        op.execute(f"""
            CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION case_events_are_append_only()""")
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON case_events FROM fieldgrid_app")
    op.execute("REVOKE DELETE, TRUNCATE ON event_details FROM fieldgrid_app")
    # The application may not create tables; this one function, of the owner, makes the next month's room for it.
    # Attaching takes a lock that lets reads and inserts go on, which creating as a partition would not.
    op.execute("""
        CREATE FUNCTION ensure_case_month(month date) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            first date := date_trunc('month', month)::date;
            next date := (date_trunc('month', month) + interval '1 month')::date;
            parent text;
            part text;
            made boolean := false;
        BEGIN
            IF first < date '2000-01-01' OR first > date '2100-01-01' THEN
                RAISE EXCEPTION 'no cases are kept for %', first;
            END IF;
            PERFORM pg_advisory_xact_lock(7216003);
            FOREACH parent IN ARRAY ARRAY['case_events', 'event_details'] LOOP
                part := parent || '_' || to_char(first, 'YYYY_MM');
                IF to_regclass(part) IS NULL THEN
                    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
                    EXECUTE format('REVOKE ALL ON %I FROM fieldgrid_app', part);
                    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                                   parent, part, first, next);
                    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I
                                    FOR EACH STATEMENT EXECUTE FUNCTION case_events_are_append_only()', part);
                    made := true;
                END IF;
            END LOOP;
            RETURN made;
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION ensure_case_month(date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ensure_case_month(date) TO fieldgrid_app")


def create_beside() -> None:
    op.create_table(
        "case_clocks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_case_clocks_case_id_cases"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False, comment="1, 2, … in the order they were started"),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(9, 4), nullable=False, comment="the limit, extensions included"),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), comment="of a handling clock: the organisation it runs for"),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("segment_at", INSTANT, nullable=False, comment="start of the stretch since the last pause"),
        sa.Column(
            "spent_us", sa.Numeric(20, 0), nullable=False, comment="microseconds of the limit's kind spent before it"
        ),
        sa.Column("yellow_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("paused_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("outcome", sa.Text(), comment="done or stopped; null while it runs"),
        sa.Column("calendar_code", sa.Text(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"stage IN ({STAGES})", name="ck_case_clocks_stage"),
        sa.CheckConstraint(f"unit IN ({UNITS})", name="ck_case_clocks_unit"),
        sa.CheckConstraint("due_at >= started_at", name="ck_case_clocks_due_at"),
    )
    op.create_index("uq_case_clocks_case_id_ordinal", "case_clocks", ["case_id", "ordinal"], unique=True)
    op.create_index(
        "uq_case_clocks_running", "case_clocks", ["case_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "case_tasks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_case_tasks_case_id_cases"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "assignee_id", sa.Uuid(), sa.ForeignKey("users.id", name="fk_case_tasks_assignee_id_users"), nullable=False
        ),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.CheckConstraint("kind IN ('verify', 'check', 'handle')", name="ck_case_tasks_kind"),
    )
    op.create_index("ix_case_tasks_case_id", "case_tasks", ["case_id"])
    op.create_index(
        "ix_case_tasks_assignee_id_kind",
        "case_tasks",
        ["assignee_id", "kind"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "case_reports",
        sa.Column("report_id", sa.Uuid(), primary_key=True),
        sa.Column(
            "case_id", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_case_reports_case_id_cases"), primary_key=True
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), sa.ForeignKey("users.id", name="fk_case_reports_reporter_id_users")),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("rating", sa.Integer(), comment="1 to 5, once per reporter"),
        sa.Column("reopened_at", INSTANT, comment="when this reporter said: not solved; once"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_case_reports_rating"),
    )
    op.create_index("ix_case_reports_case_id", "case_reports", ["case_id"])
    op.create_index("ix_case_reports_reporter_id", "case_reports", ["reporter_id"])
    op.create_table(
        "case_photos",
        sa.Column(
            "case_id", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_case_photos_case_id_cases"), primary_key=True
        ),
        sa.Column(
            "photo_id", sa.Uuid(), sa.ForeignKey("photos.id", name="fk_case_photos_photo_id_photos"), primary_key=True
        ),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.CheckConstraint("role IN ('before', 'after', 'verify', 'check', 'other')", name="ck_case_photos_role"),
    )


def downgrade() -> None:
    for table in ("case_photos", "case_reports", "case_tasks", "case_clocks", "event_details", "case_events", "cases"):
        op.drop_table(table)
    op.execute("DROP FUNCTION ensure_case_month(date)")
    op.execute("DROP FUNCTION event_details_only_shrink()")
    op.execute("DROP FUNCTION case_events_are_append_only()")
    op.execute("DROP SEQUENCE case_numbers")
