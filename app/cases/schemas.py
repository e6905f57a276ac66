"""Shapes of cases in requests and answers."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator

from app.cases.rules import Action, Source, State
from app.cases.rules.filters import SORTS, Mark
from app.cases.rules.reminders import Audience
from app.catalog.rules import Unit
from app.catalog.schemas import TypeRef
from app.core.paging import PageQuery
from app.core.schemas import Body, Flag, Id, Instant, Integer, Number, Out, Path, ProblemOut, Query
from app.grid.schemas import AreaNameOut, PositionIn
from app.sla.rules import Lamp, Stage

Text = Annotated[str, Field(max_length=4000)]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NumberPath(Path):
    number: str = Field(max_length=40, pattern=r"^[^\x00]+$", description="Such as 20261121-000017")


class CasePhotoPath(NumberPath):
    photo_id: Id


class ActionPath(NumberPath):
    action: Action


class CaseFilterQuery(Query):
    """Which cases are asked for. Several values of one parameter are separated by commas."""

    state: str | None = Field(None, description="States, such as received,to_file")
    type: str | None = Field(None, description="Type codes, or exactly scheme|kind|code")
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Code of an area of any level")
    owner: str | None = Field(None, min_length=1, max_length=80, description="The lead organisation, by id or code")
    lamp: str | None = Field(None, description="green, yellow, red, grey")
    source: str | None = Field(None, description="Sources, such as citizen,inspector")
    bbox: str | None = Field(None, description="west,south,east,north in degrees, WGS 84")
    q: str | None = Field(None, min_length=1, max_length=100, description="A number, or words of its text")
    part: str | None = Field(None, min_length=1, max_length=40, description="The whole code of a part")
    since: str | None = Field(None, alias="from", description="Opened at or after: an instant, or a day of the city")
    until: str | None = Field(None, alias="to", description="Opened before this instant, or up to the end of this day")
    mark: Mark | None = Field(None, description="Mine in person, supervised, with a request to decide, or returned")


class CasesQuery(PageQuery, CaseFilterQuery):
    """Which cases are listed, and in which order."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    sort: str = Field("-opened_at", description=f"One of {', '.join(SORTS)}")
    count: bool = Field(default=False, description="Count as well, exactly up to 10 000")

    @field_validator("sort")
    @classmethod
    def _known_order(cls, value: str) -> str:
        if value not in SORTS:
            message = f"take one of {', '.join(SORTS)}"
            raise ValueError(message)
        return value


class ManyPath(Path):
    action: Action


class EventsQuery(Query):
    """Events come oldest first, since a chain is read from its beginning."""

    limit: int = Field(500, ge=1, le=500)
    cursor: str | None = Field(None, max_length=2000)


class ActionIn(Body):
    """Inputs of an action; which of them an action takes is said by GET /cases/{number}/actions."""

    reason: Text | None = None
    photo_ids: list[Id] = Field(default_factory=list, max_length=20)
    position: PositionIn | None = None
    type: TypeRef | None = None
    condition_id: Id | None = None
    inspector_id: Id | None = None
    verdict: Literal["real", "not_real", "passed", "failed"] | None = None
    into: str | None = Field(None, max_length=40)
    lead_id: Id | None = None
    helper_ids: list[Id] | None = Field(None, max_length=20)
    handler_id: Id | None = None
    limit: Number | None = Field(None, gt=0)
    unit: Unit | None = None
    granted: Flag | None = None
    until: date | None = None
    text: Text | None = None
    due_at: Instant | None = None
    score: Integer | None = Field(None, ge=1, le=5)

    @field_validator("until", mode="before")
    @classmethod
    def _day_as_text(cls, value: Any) -> Any:
        if value is None or (isinstance(value, str) and _DAY.fullmatch(value)):
            return value
        message = "write a day of the city as text, without a time: 2026-12-31"
        raise ValueError(message)


MOST_AT_ONCE = 200


class ManyItemIn(Body):
    number: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00]+$", description="Such as 20261121-000017")
    version: Integer | None = Field(None, ge=1, description="Of the last answer about the case; left out: any")


class ManyIn(ActionIn):
    """The same action with the same inputs on many cases."""

    items: list[ManyItemIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ManyItemOut(Out):
    """What came of one case. Where it was refused, state and version are what they are, as far as you see it."""

    number: str
    ok: bool
    state: State | None
    version: int | None
    problem: ProblemOut | None


class ManyOut(Out):
    items: list[ManyItemOut] = Field(description="In the order in which they were sent")


class RefOut(Out):
    id: Id
    code: str
    name: str


class PersonOut(Out):
    id: Id
    name: str


class CaseTypeOut(Out):
    scheme: str
    kind: str
    code: str
    name: str


class PlacedOut(Out):
    lon: float
    lat: float
    crs: Literal["wgs84"]


class CaseCellOut(Out):
    code: str
    name: str | None


class CaseItemOut(Out):
    """A case in a list."""

    id: Id
    number: str
    state: State
    version: int
    source: Source
    type: CaseTypeOut | None
    description: str | None
    address: str | None
    position: PlacedOut
    cell: CaseCellOut
    owner: RefOut | None
    stage: Stage | None
    lamp: Lamp | None
    due_at: datetime | None
    paused: bool
    supervised: bool
    forced: bool
    reworks: int
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class CountOut(Out):
    value: int
    exact: bool = Field(description="false: there are more than this")


class CasesPage(Out):
    items: list[CaseItemOut]
    next_cursor: str | None
    count: CountOut | None = None


class ClockOut(Out):
    stage: Stage
    limit: float = Field(description="In `unit`; 15 minutes are 0.25 urgent_hour")
    unit: Unit
    started_at: datetime
    yellow_at: datetime
    due_at: datetime
    ended_at: datetime | None
    outcome: Literal["done", "stopped"] | None
    elapsed_s: float = Field(description="Seconds of the limit's kind of time")
    paused: bool
    lamp: Lamp
    provisional: bool = Field(description="Beyond the last published year of holidays")
    calendar: dict[str, Any]


class CaseConditionOut(Out):
    id: Id
    text: str
    limit: float
    unit: Unit
    close_text: str


class CaseReportOut(Out):
    id: Id
    number: str
    source: Source
    reported_at: datetime
    reporter: dict[str, Any] | None = Field(description="Only for those who may identify reporters")


class CasePhotoOut(Out):
    model_config = ConfigDict(extra="allow")

    id: Id
    role: Literal["before", "after", "verify", "check", "other"]
    seq: int = Field(description="The event it came with")
    added_at: datetime
    urls: dict[str, str]


class OpinionOut(Out):
    """What an organisation that helps the lead said about the case."""

    organization: RefOut
    text: str | None = Field(description="null for masked readers, and once erased")
    at: datetime
    by: PersonOut | None


class CaseTaskOut(Out):
    """Somebody was asked to do something about the case."""

    id: Id
    kind: Literal["verify", "check", "handle"]
    assignee: PersonOut | None = Field(description="null for masked readers")
    asked_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    outcome: Literal["done", "superseded", "lapsed", "declined"] | None = Field(
        description="declined and still open: nobody else was there to be asked"
    )
    reason: str | None = Field(description="Why it was declined; null for masked readers")


class CaseOut(CaseItemOut):
    """The whole case."""

    condition: CaseConditionOut | None
    part_code: str | None
    areas: list[AreaNameOut]
    current_cell: str
    duty_zone: str | None
    helpers: list[RefOut]
    handler: PersonOut | None
    clocks: list[ClockOut]
    reports: list[CaseReportOut]
    photos: list[CasePhotoOut]
    tasks: list[CaseTaskOut] = Field(description="Who was asked to verify, check or handle it, oldest first")
    opinions: list[OpinionOut] = Field(description="Of the helpers, oldest first")
    pending: dict[str, Any] | None
    hold_until: date | None
    supervised_due_at: datetime | None
    appeal: str | None
    rating: int | None
    merged_into: str | None
    split_from: str | None
    extensions: int
    holds: int
    returns: int
    reopens: int
    self_handled: bool
    reopened_by_reporter: bool
    filed_at: datetime | None
    dispatched_at: datetime | None
    handled_at: datetime | None
    yellow_at: datetime | None


class EventOut(Out):
    seq: int
    action: Action
    actor: dict[str, Any] | None
    at: datetime
    from_: dict[str, Any] | None = Field(alias="from")
    to: dict[str, Any]
    inputs: dict[str, Any]
    reason: str | None
    photos: list[Id]
    position: PlacedOut | None
    device: str | None
    digests: dict[str, str]
    redacted: list[str]
    prev_hash: str
    hash: str


class EventsPage(Out):
    items: list[EventOut]
    next_cursor: str | None


class ChoiceOut(Out):
    action: Action
    allowed: bool
    why: str | None
    why_code: str | None
    input_schema: dict[str, Any] = Field(alias="schema")


class ChoicesOut(Out):
    items: list[ChoiceOut]


class RoutingTraceOut(Out):
    lead: dict[str, Any] | None
    helpers: list[dict[str, Any]]
    auto: bool = False
    version: int | None = None
    trace: list[dict[str, Any]]


class RemindedOut(Out):
    id: Id
    name: str


class ReminderOut(Out):
    at: datetime
    stage: Stage
    clock: int = Field(description="Which of the case's clocks, in the order they were started, from 1")
    rung: int = Field(description="Of the ladder of reminders, from 1")
    base: Literal["yellow", "red", "supervised"] | None = Field(description="What the rung counts from")
    audience: Audience
    since: datetime = Field(description="When the lamp turned, or the date of the supervision")
    due_at: datetime
    reminded: int = Field(description="How many people; 0 where nobody had the post")
    people: list[RemindedOut] | None = Field(description="null for masked readers")


class RemindersOut(Out):
    items: list[ReminderOut]


class ChainFaultOut(Out):
    seq: int
    code: str
    detail: str


class ChainOut(Out):
    ok: bool
    checked: int
    redacted: int
    faults: list[ChainFaultOut]
