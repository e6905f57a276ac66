"""Shapes of reports in requests and answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from flask_openapi3 import FileStorage
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from app.accounts.rules import Role
from app.cases.rules import Source, Stage, State
from app.cases.schemas import CountOut
from app.catalog.rules import Unit
from app.catalog.schemas import TypeRef
from app.core.paging import PageQuery
from app.core.schemas import Body, Flag, Id, Instant, Integer, Out, Path, Query
from app.grid.schemas import PositionIn
from app.reports.rules import CallBackState
from app.sla.rules import Reply

Words = Annotated[str, Field(max_length=4000)]


class CallerIn(Body):
    """Who rang. The number is kept to ring back, shown masked, and forgotten afterwards."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")] | None = None
    phone: Annotated[str, Field(min_length=1, max_length=40, examples=["13800000001"])]
    call_back: Flag = Field(True, description="Does the caller wish to be rung back when the case has ended?")
    language: (
        Annotated[str, Field(max_length=35, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["zh-CN"])] | None
    ) = None


class ReportIn(Body):
    """A report. A client-made `id` makes it safe to send again."""

    id: Id | None = None
    type: TypeRef | None = None
    description: Words
    position: PositionIn
    address: Annotated[str, Field(max_length=400)] | None = None
    photo_ids: list[Id] = Field(default_factory=list, max_length=20)
    captured_at: Instant
    part_code: Annotated[str, Field(max_length=40)] | None = None
    anonymous: Flag = False
    source: Source | None = Field(None, description="Where it comes from; only staff say so, as far as their roles may")
    caller: CallerIn | None = Field(None, description="Who rang; only for a source with call-backs, such as hotline")


class FormContent(ReportIn):
    """What the fields of a form say, read; forms may leave the time to the server."""

    description: Words = ""
    captured_at: Instant | None = None  # type: ignore[assignment]


def _several(value: Any) -> Any:
    return [value] if isinstance(value, FileStorage) else value


class ReportForm(Body):
    """A report as one multipart form, for simple clients: the fields of the JSON body, and the photos themselves.

    `position`, `type`, `caller` are JSON texts; instead of `position` there may be `lon`, `lat`, `crs`, `accuracy_m`.
    """

    id: str | None = None
    type: str | None = Field(None, description='{"scheme": …, "kind": …, "code": …}')
    description: str = ""
    position: str | None = Field(None, description='{"lon": …, "lat": …, "crs": …}')
    lon: str | None = None
    lat: str | None = None
    crs: str | None = None
    accuracy_m: str | None = None
    address: str | None = None
    photo_ids: str | None = Field(None, description="Ids of photos sent before, separated by commas")
    captured_at: str | None = Field(None, description="When it was seen; the time of receipt where it is left out")
    part_code: str | None = None
    anonymous: str | None = Field(None, description="true or false")
    source: str | None = Field(None, description="Where it comes from; only staff say so")
    caller: str | None = Field(None, description='{"name": …, "phone": …, "call_back": …, "language": …}')
    photos: Annotated[list[FileStorage], BeforeValidator(_several)] = Field(default_factory=list, max_length=20)


class ReportPath(Path):
    report_id: Id


class TrackPath(Path):
    code: str = Field(max_length=60)


class ReportsQuery(PageQuery):
    """My reports; staff see those in their areas as well."""

    source: str | None = Field(None, description="One or several, with commas", max_length=200)
    count: bool = Field(default=False, description="Count as well, exactly up to 10 000")


class Purpose(StrEnum):
    """Why somebody is shown who rang."""

    CALL_BACK = "call_back"
    QUESTION = "question"
    COMPLAINT = "complaint"


class CallerQuery(Query):
    purpose: Purpose = Field(Purpose.CALL_BACK, description="Why you need it; it is noted with your name")


class CallBackPath(Path):
    call_back_id: Id


class CallBacksQuery(PageQuery):
    """Callers who are to be told how their case ended; the earliest deadline first, done ones newest first."""

    state: CallBackState = Field(
        CallBackState.DUE, description="due: all that are open, overdue ones among them, first"
    )
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Code of an area of any level")


class AttemptIn(Body):
    """Somebody rang, and it is not done yet."""

    reached: Flag = False
    note: Annotated[str, Field(max_length=1000)] | None = None


class DoneIn(Body):
    """The caller was told; or nobody ever answered."""

    reached: Flag = True
    satisfied: Flag | None = Field(None, description="What the caller said; null where they did not say")
    note: Annotated[str, Field(max_length=1000)] | None = None
    reopen: Flag = Field(False, description="Not satisfied: reopen the case, as its reporter may, with a photo")
    photo_ids: list[Id] = Field(default_factory=list, max_length=20)


class SourcePath(Path):
    source: str = Field(max_length=40)


class LimitIO(Body):
    amount: Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=4), PlainSerializer(float, return_type=float)]
    unit: Unit


class SourceIn(Body):
    """The whole rule of a source; what is left out of `limits` is as the city has it for everybody."""

    name_zh: Annotated[str, Field(min_length=1, max_length=40)]
    name_en: Annotated[str, Field(min_length=1, max_length=40)]
    entered_by: list[Role] = Field(max_length=len(Role), description="Roles that may enter reports of this source")
    needs_verification: Flag
    reply: Reply
    reply_limit: LimitIO | None = Field(None, description="Within what time to call back; only for call_back")
    active: Flag = True
    limits: dict[Stage, LimitIO] = Field(
        default_factory=dict, description="By stage, instead of the city's; for handling it is a cap"
    )


class JoinIn(Body):
    case_number: str = Field(max_length=40)


class RatingIn(Body):
    score: Annotated[Integer, Field(ge=1, le=5)]
    text: Words | None = None


class ReopenIn(Body):
    """Not solved: a photo shows it."""

    reason: Words | None = None
    photo_ids: list[Id] = Field(default_factory=list, max_length=20)
    position: PositionIn | None = None


class CaseRefOut(Out):
    number: str
    state: State


class DuplicateOut(Out):
    case_number: str
    distance_m: float
    type: dict[str, Any] | None


class ReportCellOut(Out):
    code: str
    name: str | None


class SubmittedOut(Out):
    """What the reporter gets: keep the tracking code."""

    id: Id
    number: str
    status: State
    tracking_code: str
    cell: ReportCellOut
    possible_duplicates: list[DuplicateOut]
    case: CaseRefOut


class ReportItemOut(Out):
    id: Id
    number: str
    status: State
    source: Source
    type: dict[str, Any] | None
    description: str | None
    address: str | None
    position: dict[str, Any]
    cell: ReportCellOut
    case: CaseRefOut
    captured_at: datetime
    received_at: datetime


class CallerMaskedOut(Out):
    """Who rang, as the desk sees it."""

    name: str | None
    phone: str
    call_back: bool
    language: str | None


class ReportOut(ReportItemOut):
    model_config = ConfigDict(extra="allow")

    stated_position: dict[str, Any] | None
    photos: list[dict[str, Any]]
    flags: list[str]
    possible_duplicates: list[DuplicateOut]
    part_code: str | None
    rating: int | None
    reason: str | None = Field(description="Why it was rejected")
    tracking_code: str | None = Field(description="Only for the reporter")
    caller: CallerMaskedOut | None = Field(None, description="Who rang, masked; only for the desk")


class ReportsPage(Out):
    items: list[ReportItemOut]
    next_cursor: str | None
    count: CountOut | None = None


class StepOut(Out):
    state: State
    name: str = Field(description="The state in Chinese")
    at: datetime


class TrackOut(Out):
    """A report as anybody sees it who has its tracking code; nothing personal."""

    number: str
    status: State
    status_name: str
    case_number: str
    type: dict[str, Any] | None
    cell: ReportCellOut
    received_at: datetime
    expected_at: datetime | None = Field(description="By when it is to be handled")
    reason: str | None = Field(description="Why it was rejected")
    closed_at: datetime | None
    steps: list[StepOut]
    photos: list[dict[str, Any]] = Field(description="Only copies in which nobody can be recognised")
    rating: int | None
    can_rate: bool
    can_reopen: bool


class ReportRefOut(Out):
    id: Id
    number: str


class CallerOut(Out):
    """Who rang, in plain; that you read it is noted."""

    report: ReportRefOut
    name: str | None
    phone: str
    call_back: bool
    language: str | None
    other_calls: int = Field(description="Other reports that came by this number within a year")


class SourcedReportOut(ReportRefOut):
    source: Source


class AttemptOut(Out):
    at: datetime
    by: Id
    reached: bool
    note: str | None


class PersonOut(Out):
    id: Id
    name: str


class CallBackOut(Out):
    """A caller who is to be told how a case ended."""

    id: Id
    state: CallBackState
    report: SourcedReportOut
    case: CaseRefOut
    caller: CallerMaskedOut | None = Field(description="Masked; null once forgotten. GET /reports/{id}/caller to ring")
    ended: State = Field(description="In which end: closed, rejected or void")
    ended_at: datetime
    due_at: datetime
    attempts: list[AttemptOut]
    done_at: datetime | None
    done_by: PersonOut | None
    reached: bool | None
    satisfied: bool | None
    note: str | None
    reopened: bool
    can_reopen: bool = Field(description="Whether `done` may reopen the case still, given a photo")


class CallBacksPage(Out):
    items: list[CallBackOut]
    next_cursor: str | None


class SourceOut(Out):
    """What the city does with reports of a source."""

    source: Source
    name_zh: str
    name_en: str
    entered_by: list[Role]
    needs_verification: bool
    reply: Reply
    reply_limit: LimitIO | None
    active: bool
    limits: dict[Stage, LimitIO]
    mine: bool = Field(description="Whether my roles may enter reports of this source now")


class SourcesOut(Out):
    items: list[SourceOut]
