"""Tables of cases: the case as it stands, its chain of events, its clocks, tasks, reports and photos."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    CheckConstraint,
    Computed,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.rules import Source, State
from app.catalog.rules import Unit
from app.core.ids import new_id
from app.core.models import Base
from app.sla.rules import Stage

_UNTOLD = "ended_at IS NULL AND paused_at IS NULL AND (told_at IS NULL OR told_at < {0})"


OF_THE_CASE = "of the case; kept by a trigger, so that somebody's cases are found in the order of a list"
OPEN_BESIDE = [
    *("state", "paused", "yellow_at", "due_at", "current_cell", "filed_cell", "zone_code", "lead_id", "handler_id"),
    *("type_id", "source", "unit_ids"),
]
"""What an open case is filtered by in lists."""
DETOURS = (
    "action IN ('request_extension', 'decide_extension', 'request_hold', 'decide_hold', 'resume', 'return', 'reopen',"
    " 'force_close') OR (action = 'check' AND after->>'state' = 'handling')"
)
SHARED_CASES = "cardinality(unit_ids) > CASE WHEN lead_id IS NULL THEN 0 ELSE 1 END"


def one_of(column: str, values: type[State | Source | Stage | Unit]) -> str:
    """A CHECK that holds a text column to the values of an enumeration."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Case(Base):
    """A case as it stands; how it came there is in its events."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(one_of("source", Source), name="source"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_cases_opened_at_id", text("opened_at DESC"), text("id DESC")),
        Index("ix_cases_state_opened_at_id", "state", text("opened_at DESC"), text("id DESC")),
        Index("ix_cases_due_at_id_all", "due_at", "id"),
        Index(
            "ix_cases_filed_cell_opened_at",
            "filed_cell",
            text("opened_at DESC"),
            postgresql_ops={"filed_cell": "text_pattern_ops"},
        ),
        Index("ix_cases_current_cell", "current_cell", postgresql_ops={"current_cell": "text_pattern_ops"}),
        Index("ix_cases_type_id_opened_at", "type_id", text("opened_at DESC")),
        Index("ix_cases_lead_id_opened_at", "lead_id", text("opened_at DESC")),
        Index("ix_cases_handler_id_opened_at_id", "handler_id", text("opened_at DESC"), text("id DESC")),
        Index(
            "ix_cases_zone_code_opened_at_id",
            "zone_code",
            text("opened_at DESC"),
            text("id DESC"),
            postgresql_include=["state", "filed_cell"],
        ),
        Index("ix_cases_source_opened_at_id", "source", text("opened_at DESC"), text("id DESC")),
        Index("ix_cases_updated_at_id", "updated_at", "id"),
        # What the desk decides on or follows is little among all that there is.
        Index("ix_cases_pending", "due_at", "id", postgresql_where=text("pending IS NOT NULL")),
        Index("ix_cases_appeal", "updated_at", "id", postgresql_where=text("appeal = 'open'")),
        Index("ix_cases_supervised", "due_at", "id", postgresql_where=text("supervised")),
        # What counts look at: open cases; and how many were received, filed and closed on some ground in a time.
        Index(
            "ix_cases_open",
            "current_cell",
            postgresql_ops={"current_cell": "text_pattern_ops"},
            postgresql_include=["state", "paused", "yellow_at", "due_at", "lead_id", "type_id"],
            postgresql_where=text("state NOT IN ('closed', 'merged', 'rejected', 'void')"),
        ),
        Index("ix_cases_holder_id", "holder_id", postgresql_where=text("holder_id IS NOT NULL")),
        Index("ix_cases_opened_at_current_cell", "opened_at", postgresql_include=["current_cell"]),
        Index(
            "ix_cases_filed_at_current_cell",
            "filed_at",
            postgresql_include=["current_cell"],
            postgresql_where=text("filed_at IS NOT NULL"),
        ),
        Index(
            "ix_cases_closed_at_current_cell",
            "closed_at",
            postgresql_include=["current_cell"],
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
        # Of a million cases few are open, and few are a unit's beside those that it leads: no list walks past the rest.
        Index(
            "ix_cases_open_newest",
            text("opened_at DESC"),
            text("id DESC"),
            postgresql_include=OPEN_BESIDE,
            postgresql_where=text("state NOT IN ('closed', 'merged', 'rejected', 'void')"),
        ),
        Index(
            "ix_cases_shared_opened_at_id",
            text("opened_at DESC"),
            text("id DESC"),
            postgresql_include=["unit_ids"],
            postgresql_where=text(SHARED_CASES),
        ),
        Index("ix_cases_part_code", "part_code", postgresql_where=text("part_code IS NOT NULL")),
        # What is like another case, of its type and near by, is found among all of a busy place.
        Index("ix_cases_geom_type_id", "geom", "type_id", postgresql_using="gist"),
        Index("ix_cases_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("ix_cases_hold_until", "hold_until", postgresql_where=text("state = 'on_hold'")),
        Index(
            "ix_cases_helper_ids",
            "helper_ids",
            postgresql_using="gin",
            postgresql_where=text("state = 'handling'"),
        ),
        # Pairs of letters: two Chinese characters are a word, and too short for trigrams. With whose the case was, so
        # that what others say is not read for a unit.
        Index(
            "ix_cases_unit_ids_words",
            "unit_ids",
            text("bigrams(description, address)"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True, comment="YYYYMMDD- and a sequence, gaps allowed")
    case_month: Mapped[date] = mapped_column(
        Date, comment="first day of the UTC month of opening; the events' partition"
    )
    version: Mapped[int] = mapped_column(Integer, comment="seq of the last event; the ETag")
    state: Mapped[str]
    source: Mapped[str]
    type_id: Mapped[UUID | None] = mapped_column(ForeignKey("types.id"))
    condition_id: Mapped[UUID | None] = mapped_column(ForeignKey("filing_conditions.id"))
    description: Mapped[str | None] = mapped_column(comment="of the first report; erasable")
    address: Mapped[str | None]
    lon: Mapped[float] = mapped_column(Double, comment="WGS 84, degrees")
    lat: Mapped[float] = mapped_column(Double, comment="WGS 84, degrees")
    geom: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", 4326, spatial_index=False),
        Computed("ST_SetSRID(ST_MakePoint(lon, lat), 4326)", persisted=True),
    )
    filed_cell: Mapped[str] = mapped_column(comment="cell at filing, for statistics; in a gap the smallest area around")
    current_cell: Mapped[str] = mapped_column(comment="cell in the present grid, for routing and visibility")
    zone_code: Mapped[str | None] = mapped_column(comment="duty zone of current_cell")
    part_code: Mapped[str | None]
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="who sent the first report")
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    helper_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="organisations that help the lead")
    unit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="every organisation that ever led or helped")
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="who took it over in person")
    routing: Mapped[dict[str, Any] | None] = mapped_column(comment="the trace of the routing that was last used")
    pending: Mapped[dict[str, Any] | None] = mapped_column(comment="a request that waits: extension, hold or appeal")
    hold_until: Mapped[date | None] = mapped_column(Date)
    extensions: Mapped[int] = mapped_column(Integer, server_default="0")
    holds: Mapped[int] = mapped_column(Integer, server_default="0")
    reworks: Mapped[int] = mapped_column(Integer, server_default="0")
    returns: Mapped[int] = mapped_column(Integer, server_default="0")
    reopens: Mapped[int] = mapped_column(Integer, server_default="0")
    reopened_by_reporter: Mapped[bool] = mapped_column(server_default=text("false"))
    forced: Mapped[bool] = mapped_column(server_default=text("false"))
    self_handled: Mapped[bool] = mapped_column(server_default=text("false"))
    supervised: Mapped[bool] = mapped_column(server_default=text("false"))
    supervised_due_at: Mapped[datetime | None]
    appeal: Mapped[str | None] = mapped_column(comment="null, open, granted or refused")
    rating: Mapped[int | None] = mapped_column(Integer)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    split_from: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    stage: Mapped[str | None] = mapped_column(comment="whose clock runs now; null when none does")
    yellow_at: Mapped[datetime | None] = mapped_column(comment="of the running clock")
    due_at: Mapped[datetime | None] = mapped_column(comment="of the running clock")
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    opened_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    head_hash: Mapped[str]


class CaseEvent(Base):
    """One link of a case's chain. The database refuses to change or remove it."""

    __tablename__ = "case_events"
    __table_args__ = (
        # What takes cases off the straight way is little among all that happens.
        Index("ix_case_events_detours", "case_id", postgresql_where=text(DETOURS)),
        {"postgresql_partition_by": "RANGE (case_month)"},
    )

    case_month: Mapped[date] = mapped_column(Date, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[str]
    action: Mapped[str]
    at: Mapped[datetime]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any]]
    inputs: Mapped[dict[str, Any]]
    digests: Mapped[dict[str, Any]] = mapped_column(comment="SHA-256 of salt and value of what is personal or free")
    prev_hash: Mapped[str]
    hash: Mapped[str]


class EventDetails(Base):
    """What is personal or free in an event, with the salts of its digests; erasing removes members of both."""

    __tablename__ = "event_details"
    __table_args__ = {"postgresql_partition_by": "RANGE (case_month)"}  # noqa: RUF012 -- SQLAlchemy reads it

    case_month: Mapped[date] = mapped_column(Date, primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    details: Mapped[dict[str, Any]] = mapped_column(comment="actor, reason, text, position, photos… by name")
    salts: Mapped[dict[str, Any]] = mapped_column(comment="16 bytes in hex, by the same names")


class CaseClock(Base):
    """A clock that ran for a case: a stage's, or the handling's with the limit of the filing condition."""

    __tablename__ = "case_clocks"
    __table_args__ = (
        CheckConstraint(one_of("stage", Stage), name="stage"),
        CheckConstraint(one_of("unit", Unit), name="unit"),
        CheckConstraint("due_at >= started_at", name="due_at"),
        Index("uq_case_clocks_case_id_ordinal", "case_id", "ordinal", unique=True),
        Index("uq_case_clocks_running", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_case_clocks_yellow_at", "yellow_at", postgresql_where=text(_UNTOLD.format("yellow_at"))),
        Index("ix_case_clocks_due_at", "due_at", postgresql_where=text(_UNTOLD.format("due_at"))),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    ordinal: Mapped[int] = mapped_column(Integer, comment="1, 2, … in the order they were started")
    stage: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(9, 4), comment="the limit, extensions included")
    unit: Mapped[str]
    owner_id: Mapped[UUID | None] = mapped_column(comment="of a handling clock: the organisation it runs for")
    started_at: Mapped[datetime]
    segment_at: Mapped[datetime] = mapped_column(comment="start of the stretch since the last pause")
    spent_us: Mapped[int] = mapped_column(Numeric(20, 0), comment="microseconds of the limit's kind spent before it")
    yellow_at: Mapped[datetime]
    due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(comment="done or stopped; null while it runs")
    calendar_code: Mapped[str] = mapped_column(Text)
    calendar_version: Mapped[int] = mapped_column(Integer)
    provisional: Mapped[bool]
    told_at: Mapped[datetime | None] = mapped_column(
        comment="the newest of yellow_at and due_at whose crossing was told"
    )


class CaseTask(Base):
    """Somebody was asked to do something about a case."""

    __tablename__ = "case_tasks"
    __table_args__ = (
        CheckConstraint("kind IN ('verify', 'check', 'handle')", name="kind"),
        CheckConstraint("outcome IN ('done', 'superseded', 'lapsed', 'declined')", name="outcome"),
        Index("ix_case_tasks_case_id", "case_id"),
        Index("ix_case_tasks_assignee_id_case_id", "assignee_id", "case_id"),
        Index("ix_case_tasks_assignee_id_kind", "assignee_id", "kind", postgresql_where=text("closed_at IS NULL")),
        Index("ix_case_tasks_assignee_id_created_at_id", "assignee_id", text("created_at DESC"), text("id DESC")),
        Index(
            "ix_case_tasks_assignee_id_opened_at_case_id", "assignee_id", text("opened_at DESC"), text("case_id DESC")
        ),
        Index(
            "ix_case_tasks_expires_at",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL AND accepted_at IS NULL AND closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    assignee_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    suggested: Mapped[bool] = mapped_column(server_default=text("false"), comment="by the system")
    offered_at: Mapped[datetime | None] = mapped_column(
        comment="of a suggested task: when it was offered first, to whomever"
    )
    expires_at: Mapped[datetime | None] = mapped_column(
        comment="when somebody else is asked instead; null: nobody waits for an answer"
    )
    accepted_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(comment="of a declined task also while it stays with who declined it")
    reason: Mapped[str | None] = mapped_column(comment="why it was declined")
    opened_at: Mapped[datetime | None] = mapped_column(comment=OF_THE_CASE)


class CaseReport(Base):
    """A report that belongs to a case; after a split it belongs to both."""

    __tablename__ = "case_reports"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_case_reports_case_id", "case_id"),
        Index(
            "ix_case_reports_reporter_id_opened_at_case_id", "reporter_id", text("opened_at DESC"), text("case_id DESC")
        ),
    )

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[str]
    reporter_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str]
    reported_at: Mapped[datetime]
    rating: Mapped[int | None] = mapped_column(Integer, comment="1 to 5, once per reporter")
    reopened_at: Mapped[datetime | None] = mapped_column(comment="when this reporter said: not solved; once")
    opened_at: Mapped[datetime | None] = mapped_column(comment=OF_THE_CASE)


class CasePhoto(Base):
    """A photo on a case, and with which event it came."""

    __tablename__ = "case_photos"
    __table_args__ = (
        CheckConstraint("role IN ('before', 'after', 'verify', 'check', 'other')", name="role"),
        Index("ix_case_photos_photo_id", "photo_id"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photos.id"), primary_key=True)
    role: Mapped[str]
    seq: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime]
