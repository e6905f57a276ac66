"""Shapes of working time in requests and answers."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from app.core.paging import PageQuery
from app.core.schemas import Body, Flag, Instant, Integer, Number, Out, Path, Query
from app.sla.rules import Stage, Unit
from app.sla.rules.days import Why

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    message = "write a day as text, without a time: 2026-12-31"
    raise ValueError(message)


DayText = Annotated[date, BeforeValidator(_written)]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", examples=["08:00"])]
HoursText = Annotated[list[Annotated[list[Clock], Field(min_length=2, max_length=2)]], Field(max_length=24)]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$", examples=["city"])]


class CalendarPath(Path):
    code: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")


class CorrectionPath(CalendarPath):
    day: DayText


class CalendarQuery(Query):
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="As it was published under this version")


class DaysQuery(Query):
    since: DayText = Field(alias="from", description="The first day")
    until: DayText = Field(alias="to", description="The last day, included; at most 400 days")


class WeekIn(Body):
    """Hours of work in local wall time, [opens, closes] in order; a day that is left out is off."""

    mon: HoursText = Field(default_factory=list)
    tue: HoursText = Field(default_factory=list)
    wed: HoursText = Field(default_factory=list)
    thu: HoursText = Field(default_factory=list)
    fri: HoursText = Field(default_factory=list)
    sat: HoursText = Field(default_factory=list)
    sun: HoursText = Field(default_factory=list)


class CalendarIn(Body):
    tz: str = Field(min_length=1, max_length=60, examples=["Asia/Shanghai"])
    week: WeekIn
    nominal_minutes: Integer = Field(480, ge=1, le=1440, description="Working time that one working day stands for")
    holidays: str = Field(
        pattern=r"^none$|^[A-Z]{2}(-[A-Z0-9]{1,3})?$", description="Whose statutory holidays: CN, DE-BY, … or none"
    )


class CorrectionIn(Body):
    working: Flag
    note: str = Field(min_length=1, max_length=500, pattern=r"\S", description="Why, for whoever wonders later")
    hours: HoursText | None = Field(None, description="Of a working day that has not those of a weekday")


class CorrectionOut(Out):
    day: date
    working: bool
    hours: list[list[str]] | None
    note: str


class ListedCalendarOut(Out):
    code: str
    version: int = Field(description="In force")
    tz: str
    nominal_minutes: int
    holidays: str


class CalendarsOut(Out):
    items: list[ListedCalendarOut]
    next_cursor: str | None


class CalendarOut(ListedCalendarOut):
    in_force: bool
    week: dict[str, list[list[str]]]
    horizon: int | None = Field(description="Last year whose holidays are published; null: they follow from the law")
    published_at: Instant
    corrections: list[CorrectionOut] = Field(description="Of the calendar as it is now")


class DayOut(Out):
    day: date
    working: bool
    hours: list[list[str]]
    why: Why
    note: str | None
    provisional: bool = Field(description="Beyond the published holidays: their publication may change it")


class DaysOut(Out):
    code: str
    version: int
    items: list[DayOut]


class CalendarsQuery(PageQuery):
    """Calendars by code."""


class StagePath(Path):
    stage: Stage


class StageLimitIn(Body):
    limit: Number = Field(gt=0, le=10_000, description="In `unit`; 15 minutes are 0.25 urgent_hour")
    unit: Unit


class StageLimitOut(Out):
    stage: Stage
    limit: float
    unit: Unit


class StageLimitsOut(Out):
    items: list[StageLimitOut]


class RecalculateIn(Body):
    dry_run: Flag = Field(True, description="Only show which deadlines move")
    calendar: Code = "city"
    limit: Integer = Field(50, ge=1, le=500, description="Of a dry run: how many clocks are looked at")
    cursor: str | None = Field(None, max_length=2000, description="Of a dry run: next_cursor of the page before")


class MovingOut(Out):
    case_number: str
    stage: Stage
    due_at: Instant
    new_due_at: Instant


class RecalculationOut(Out):
    """How far a recalculation is; of a dry run, what one would do."""

    calendar: str
    version: int = Field(description="Of the calendar, in force")
    running: bool
    clocks: int = Field(description="Those that run by older versions now: all are looked at, some move")
    looked_at: int
    moved: int
    finished_at: Instant | None = Field(description="Of the last one, where none runs")


class DryRunOut(Out):
    """What a recalculation would move, in the order of the cases' numbers."""

    calendar: str
    version: int
    clocks: int
    items: list[MovingOut]
    next_cursor: str | None


class RecalculationQuery(Query):
    calendar: str = Field("city", min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")


class RungIn(Body):
    """After `base` and `delay` the audience is reminded, once per clock; `holder` is whoever has to act now."""

    ladder: Literal["handling", "stage"] = Field(description="handling, or stage for every other clock")
    rung: Integer = Field(ge=1, le=99)
    base: Literal["yellow", "red", "supervised"]
    delay: Number = Field(ge=0, le=10_000, description="In `unit`, at most two decimals")
    supervised_delay: Number = Field(ge=0, le=10_000, description="The same for a supervised case: not longer")
    unit: Unit
    audience: Literal["holder", "unit_manager", "shift_leader", "district", "supervisor"]

    @field_validator("delay", "supervised_delay")
    @classmethod
    def _as_stored(cls, value: float) -> float:
        if round(value, 2) != value:
            message = "at most two decimals"
            raise ValueError(message)
        return value


class LadderIn(Body):
    items: list[RungIn] = Field(min_length=1, max_length=40, description="All rungs: others are gone after it")


class RungOut(Out):
    ladder: str
    rung: int
    base: str
    delay: float
    supervised_delay: float
    unit: Unit
    audience: str


class LadderOut(Out):
    items: list[RungOut]
