"""Shapes of figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from app.core.languages import Language
from app.core.schemas import Instant, Out, Query
from app.evaluation.rules.indicators import INDICATORS, Side, Subject
from app.evaluation.rules.scores import Compared
from app.evaluation.rules.summing import COUNTS, STAGE_COUNTS, Dimension

MOST_DIMENSIONS = 4
LANGUAGE_OF_FILES = "Of heads and words of files; without it that of Accept-Language"
NO_VALUE = "-"
GROUP = (
    "The group's values by commas, in the order of group_by: codes of areas and units, scheme|kind|code of types and"
    " classes, the others as the summary has them; - where it has null"
)
PERIOD = "A day 2026-10-05, ISO week 2026-W41, month 2026-10, quarter 2026-Q4 or year 2026, in the city's zone"


class FigureQuery(Query):
    """Whose figures, of which period, as of when."""

    subject: Subject
    period: str = Field(max_length=10, description=PERIOD)
    at: Instant | None = Field(None, description="As of this instant; left out: now. Never ahead.")


class FrozenQuery(FigureQuery):
    """Figures as of an instant, or as they were published."""

    revision: int | None = Field(
        None, ge=1, le=10_000, description="As published under this revision; left out: as they are. Without `at`"
    )

    @field_validator("revision")
    @classmethod
    def of_its_own_instant(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("at") is not None:
            message = "a revision is as of its own instant: leave `at` out, or the revision"
            raise ValueError(message)
        return value


class IndicatorsQuery(FrozenQuery):
    indicator: str | None = Field(None, max_length=800, description="Names, by commas; left out: all of this subject")
    compare: Compared | None = Field(None, description="previous: the period before (环比); year_before: 同比")

    @field_validator("indicator")
    @classmethod
    def known(cls, value: str | None) -> str | None:
        for name in (value or "").split(",") if value else ():
            if name not in INDICATORS:
                message = f"there is no indicator {name!r}: use {', '.join(INDICATORS)}"
                raise ValueError(message)
        return value


class IndicatorCasesQuery(FrozenQuery):
    indicator: str = Field(max_length=80, description="One of the indicators")
    subject_code: str = Field("", max_length=80, description="Code of the area or unit, user name; none for the city")
    side: Side = Field(Side.NUMERATOR, description="Which of the figure's lists of cases")

    @field_validator("indicator")
    @classmethod
    def known(cls, value: str) -> str:
        if value not in INDICATORS:
            message = f"there is no indicator {value!r}: use {', '.join(INDICATORS)}"
            raise ValueError(message)
        return value


class SubjectOut(Out):
    code: str
    name: str


class ComparedOut(Out):
    """How a figure stands against another period. Null where either had nothing to count."""

    period: str
    value: float | None
    change: float | None = Field(description="Percentage points for rates, else in the figure's own unit")


class IndicatorOut(Out):
    """A figure. `value` is a share of 1 for rates, seconds for times; null where there is nothing to count."""

    subject: SubjectOut
    indicator: str
    numerator: int | None
    denominator: int | None
    value: float | None
    exempt: int = Field(description="Left out, as an appeal was granted")
    deferred: int = Field(description="Left out, as the case is on hold at this instant")
    compared: ComparedOut | None = Field(None, description="Only where `compare` was asked for")


class IndicatorsOut(Out):
    period: str
    as_of: datetime
    definitions: str = Field(description="Version of the definitions")
    items: list[IndicatorOut]


class TypeRefOut(Out):
    scheme: str
    kind: str
    code: str
    name: str


class CaseBehindOut(Out):
    """A case on one side of a figure."""

    number: str
    state: str
    type: TypeRefOut | None
    cell: str
    source: str
    owner: SubjectOut | None
    opened_at: datetime
    closed_at: datetime | None
    counted_at: datetime = Field(description="The instant that decides in which period it counts")
    value: int | None = Field(description="Working seconds of a clock, seconds of a hold or extension, a score")
    forced: bool


class IndicatorCasesOut(Out):
    period: str
    as_of: datetime
    definitions: str
    items: list[CaseBehindOut]


def checked_dimensions(value: str, known: Iterable[str]) -> str:
    """What is grouped by, as it was asked for.

    Raises: ValueError for what is none of these dimensions, for one that is there twice, for too many.
    """
    names = value.split(",") if value else []
    if len(names) > MOST_DIMENSIONS or len(set(names)) < len(names) or not set(names) <= set(known):
        message = f"at most {MOST_DIMENSIONS} different ones of {', '.join(known)}"
        raise ValueError(message)
    return value


def values_of(group: str) -> list[str | None]:
    """The values of a group as it is spelled in a query."""
    return [None if value == NO_VALUE else value for value in group.split(",")] if group else []


class SpanQuery(Query):
    """Of which time and ground, as of when."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(alias="from", max_length=40, description="An instant, or a day of the city")
    until: str = Field(alias="to", max_length=40, description="An instant, or the last day")
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="Only this area, of any level")
    unit: str | None = Field(None, min_length=1, max_length=80, description="What this unit answers for, by id or code")
    at: Instant | None = Field(None, description="As of this instant; left out: now")


class GroupsQuery(SpanQuery):
    """Of which time and ground, grouped by what."""

    group_by: str = Field("", max_length=80, description=f"At most four of {', '.join(Dimension)}, by commas")

    @field_validator("group_by")
    @classmethod
    def dimensions_known(cls, value: str) -> str:
        return checked_dimensions(value, Dimension)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(Dimension(name) for name in self.group_by.split(",") if name)


class SummaryQuery(GroupsQuery):
    """Which summary, in which form."""

    times: bool = Field(default=False, description="Median and ninth decile of working seconds as well")
    format: Literal["json", "csv", "xlsx"] = "json"
    lang: Language | None = Field(None, description=LANGUAGE_OF_FILES)


class SummaryCasesQuery(GroupsQuery):
    """Behind which number of which group."""

    group: str = Field("", max_length=400, description=GROUP)
    count: str = Field(max_length=24, description=f"One of {', '.join(COUNTS)}; by stage of {', '.join(STAGE_COUNTS)}")

    @field_validator("count")
    @classmethod
    def count_known(cls, value: str, info: ValidationInfo) -> str:
        by_stage = Dimension.STAGE in info.data.get("group_by", "").split(",")
        if value not in (known := STAGE_COUNTS if by_stage else COUNTS):
            message = f"this group has no number {value!r}: use {', '.join(known)}"
            raise ValueError(message)
        return value

    @property
    def values(self) -> list[str | None]:
        return values_of(self.group)


class SummaryCasesOut(Out):
    """The cases behind one number: as many as it says, each once for each time it counts."""

    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")
    as_of: datetime
    definitions: str
    items: list[CaseBehindOut]


class SummaryOut(Out):
    """Groups with their numbers: each has its dimensions by name, then counts, rates and times."""

    model_config = ConfigDict(populate_by_name=True)

    since: datetime = Field(alias="from")
    until: datetime = Field(alias="to")
    as_of: datetime
    definitions: str
    items: list[dict[str, Any]]
