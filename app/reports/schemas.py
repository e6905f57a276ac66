"""Shapes of reports in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask_openapi3 import FileStorage
from pydantic import BeforeValidator, ConfigDict, Field

from app.cases.rules import Source, State
from app.cases.schemas import CountOut
from app.catalog.schemas import TypeRef
from app.core.paging import PageQuery
from app.core.schemas import Body, Flag, Id, Instant, Integer, Out, Path
from app.grid.schemas import PositionIn

Words = Annotated[str, Field(max_length=4000)]


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


class FormContent(ReportIn):
    """What the fields of a form say, read; forms may leave the time to the server."""

    description: Words = ""
    captured_at: Instant | None = None  # type: ignore[assignment]


def _several(value: Any) -> Any:
    return [value] if isinstance(value, FileStorage) else value


class ReportForm(Body):
    """A report as one multipart form, for simple clients: the fields of the JSON body, and the photos themselves.

    `position` and `type` are JSON texts; instead of `position`, `lon`, `lat`, `crs` and `accuracy_m` may be sent.
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
    photos: Annotated[list[FileStorage], BeforeValidator(_several)] = Field(default_factory=list, max_length=20)


class ReportPath(Path):
    report_id: Id


class TrackPath(Path):
    code: str = Field(max_length=60)


class ReportsQuery(PageQuery):
    """My reports; staff see those in their areas as well."""

    count: bool = Field(default=False, description="Count as well, exactly up to 10 000")


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
