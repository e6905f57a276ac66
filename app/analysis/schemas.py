"""Shapes of SLA analyses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from app.analysis.rules import FLOW_DIMENSIONS, PARTS, DetourCount, DetourKind, OpenCount, OpenDimension
from app.cases.rules import Stage, State
from app.cases.schemas import CaseTypeOut, RefOut
from app.core.languages import Language
from app.core.paging import PageQuery
from app.core.schemas import Out, Query
from app.evaluation.rules.summing import Dimension
from app.evaluation.schemas import SpanQuery
from app.evaluation.schemas.figures import (
    GROUP,
    LANGUAGE_OF_FILES,
    CaseBehindOut,
    SubjectOut,
    checked_dimensions,
    values_of,
)
from app.sla.rules import Lamp

HOURS_AT_MOST = 720
PARTS_OF_KINDS = "; ".join(f"{kind}: {', '.join(parts)}" for kind, parts in PARTS.items())
FORMAT = "Files have all at once, at most 10 000 lines"


class GroundCasesQuery(Query):
    """On which ground, whose and which cases."""

    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Only this area, of any level")
    unit: str | None = Field(None, min_length=1, max_length=80, description="Only what this unit leads, by id or code")
    type: str | None = Field(None, max_length=400, description="Type codes, or exactly scheme|kind|code, by commas")
    source: str | None = Field(None, max_length=200, description="Sources, such as citizen,inspector")


class GroundQuery(GroundCasesQuery):
    """The same, in which form."""

    format: Literal["json", "csv", "xlsx"] = Field("json", description=FORMAT)
    lang: Language | None = Field(None, description=LANGUAGE_OF_FILES)


class OpenGroundQuery(GroundCasesQuery):
    """Open cases, grouped by what."""

    group_by: str = Field("", max_length=80, description=f"At most four of {', '.join(OpenDimension)}, by commas")

    @field_validator("group_by")
    @classmethod
    def open_dimensions_known(cls, value: str) -> str:
        return checked_dimensions(value, OpenDimension)

    @property
    def dimensions(self) -> tuple[OpenDimension, ...]:
        return tuple(OpenDimension(name) for name in self.group_by.split(",") if name)


class OpenWorkQuery(GroundQuery, OpenGroundQuery):
    """Open cases, grouped by what, in which form."""


class OverdueQuery(PageQuery, GroundQuery):
    """Which overdue cases."""


class TurningRedQuery(OverdueQuery):
    """Which cases that are late soon."""

    hours: int = Field(24, ge=1, le=HOURS_AT_MOST, description="Within so many hours of the wall clock")

    @property
    def within(self) -> timedelta:
        return timedelta(hours=self.hours)


class FlowSpanQuery(SpanQuery, GroundCasesQuery):
    """Cases closed in which time, on which ground, grouped by what."""

    group_by: str = Field("", max_length=80, description=f"At most four of {', '.join(FLOW_DIMENSIONS)}, by commas")

    @field_validator("group_by")
    @classmethod
    def flow_dimensions_known(cls, value: str) -> str:
        return checked_dimensions(value, FLOW_DIMENSIONS)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(Dimension(name) for name in self.group_by.split(",") if name)


class FlowQuery(FlowSpanQuery, GroundQuery):
    """The same, in which form."""


class GroupOfQuery(Query):
    """Which group: its values, in the order of `group_by`."""

    group: str = Field("", max_length=400, description=GROUP)

    @property
    def values(self) -> list[str | None]:
        return values_of(self.group)


class BottleneckCasesQuery(FlowSpanQuery, GroupOfQuery):
    """Behind which number of which group of the bottleneck."""

    stage: Literal["accept", "verify", "file", "dispatch", "handling", "check", "close", "hold"] | None = Field(
        None, description="The clocks of this stage; left out: all closed cases"
    )
    late: bool = Field(default=False, description="Only late clocks of the stage")


class DetourCasesQuery(FlowSpanQuery, GroupOfQuery):
    """Behind which number of which group of the detours."""

    kind: DetourKind = Field(description="As reasons name it: `hold` for `holds`, …")
    count: DetourCount = Field(DetourCount.CASES, description=f"Of which {PARTS_OF_KINDS}")
    reason: str | None = Field(
        None, max_length=2000, description="With count=reason: as it is told; left out: all that are not told"
    )

    @field_validator("count")
    @classmethod
    def count_of_kind(cls, value: DetourCount, info: ValidationInfo) -> DetourCount:
        kind = info.data.get("kind")
        if kind is not None and value not in PARTS[kind]:
            message = f"{kind} has no {value}: use {', '.join(PARTS[kind])}"
            raise ValueError(message)
        return value

    @field_validator("reason")
    @classmethod
    def reason_asked_for(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("count") is not DetourCount.REASON:
            message = "leave it out, or ask for count=reason"
            raise ValueError(message)
        return value


class OpenCasesQuery(OpenGroundQuery, GroupOfQuery):
    """Behind which number of which group of open cases."""

    count: OpenCount = Field("open", description="Which number of the group")


class BehindOut(Out):
    """The cases behind one number: as many as it says, each once for each time it counts."""

    as_of: datetime
    items: list[CaseBehindOut]


class ReportQuery(Query):
    """Of which time and ground, in which form."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(alias="from", max_length=40, description="An instant, or a day of the city")
    until: str = Field(alias="to", max_length=40, description="An instant, or the last day")
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Only this area, of any level")
    unit: str | None = Field(None, min_length=1, max_length=80, description="What this unit answers for, by id or code")
    format: Literal["json", "xlsx", "pdf"] = "json"
    lang: Language | None = Field(None, description=LANGUAGE_OF_FILES)


class OpenWorkOut(Out):
    """Groups of open cases: the dimensions by name, then `open`, `green`, `amber`, `red`, `paused`, the bands of age
    since opening (`under_1d`, `d1_3`, `d3_7`, `d7_30`, `over_30d`), `oldest_opened_at`, `median_age_s`.
    """

    as_of: datetime
    items: list[dict[str, Any]]


class UrgentCaseOut(Out):
    """An open case with the deadline of the clock that runs."""

    number: str
    state: State
    stage: Stage | None
    type: CaseTypeOut | None
    cell: str
    district: SubjectOut | None
    street: SubjectOut | None
    owner: RefOut | None
    opened_at: datetime
    due_at: datetime
    late_s: int | None = Field(None, description="Seconds of the wall clock since the deadline, of overdue cases")
    remaining_s: int | None = Field(None, description="Seconds of the wall clock until the deadline, of the others")
    lamp: Lamp
    paused: Literal[False]


class UrgentPage(Out):
    as_of: datetime
    total: int
    items: list[UrgentCaseOut]
    next_cursor: str | None


class FlowsOut(Out):
    """Groups of closed cases: the dimensions by name, `cases`, then what is analysed."""

    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")
    as_of: datetime
    items: list[dict[str, Any]]


class ReportListOut(Out):
    """The most urgent of a list of cases, and how many there are."""

    total: int
    items: list[UrgentCaseOut]


class SlaReportOut(Out):
    """All analyses of a time: each part as its own operation answers it."""

    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")
    as_of: datetime
    area: SubjectOut | None
    unit: SubjectOut | None
    whole: dict[str, Any] = Field(description="The summary without groups, with times")
    summary: dict[str, list[dict[str, Any]]] = Field(description="By district, unit, class, month, weekday and hour")
    open: dict[str, list[dict[str, Any]]] = Field(description="As a whole, by district, unit and stage")
    overdue: ReportListOut
    turning_red: ReportListOut = Field(description="Within 24 hours")
    bottleneck: dict[str, list[dict[str, Any]]] = Field(description="As a whole and by unit")
    detours: dict[str, list[dict[str, Any]]] = Field(description="As a whole and by unit")
