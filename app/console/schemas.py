"""Shapes of what the console asks and keeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from app.cases.rules import State
from app.cases.rules.filters import SORTS, Mark
from app.cases.schemas import CaseFilterQuery, PlacedOut, RefOut
from app.core.schemas import Body, Flag, Id, Out, Patch, Path, Query

Bounds = Annotated[list[float], Field(min_length=4, max_length=4, description="west, south, east, north; WGS 84")]
MOST_FOUND = 20


class SettingsCityOut(Out):
    code: str
    name: str
    bounds: Bounds


class BasemapOut(Out):
    """Tiles of somebody else under the map."""

    kind: Literal["tianditu", "amap", "xyz"]
    crs: Literal["wgs84", "gcj02"]
    tiles: list[str]
    attribution: str
    max_zoom: int


class SettingsOut(Out):
    """What every page has to know before anybody signs in."""

    city: SettingsCityOut | None = Field(description="null before the city's boundaries were imported")
    zone: str = Field(description="The city's time zone, an IANA name")
    version: str
    basemap: BasemapOut | None


class CountsQuery(CaseFilterQuery):
    """Which open cases are counted; `state` may be left out."""


class StateCountOut(Out):
    state: State
    open: int
    green: int
    yellow: int
    red: int
    grey: int


class MineOut(Out):
    """Those that the caller took over, handles, or was asked about."""

    open: int
    overdue: int


class CountsOut(Out):
    at: datetime
    items: list[StateCountOut] = Field(description="Every open state, also where there is none")
    open: int
    overdue: int
    mine: MineOut


class OverviewQuery(Query):
    days: int = Field(30, ge=7, le=90, description="How many days the trend goes back, today included")


class RateOut(Out):
    numerator: int
    denominator: int


class NumbersOut(Out):
    received_today: int
    filed_today: int
    closed_today: int
    open: int
    overdue: int
    on_duty: int | None = Field(description="null for who may not know where people are")
    on_time_today: RateOut = Field(description="Of the cases closed today that were handled: those handled in time")


class TrendDayOut(Out):
    on: date
    received: int
    closed: int


class HourOut(Out):
    hour: str = Field(description="As a clock in the city shows when it begins", examples=["14:00"])
    received: int
    closed: int


class UnitShareOut(Out):
    unit: RefOut
    open: int
    overdue: int


class ClassShareOut(Out):
    scheme: str
    kind: str
    code: str
    name: str
    open: int
    overdue: int


class OverviewOut(Out):
    at: datetime
    numbers: NumbersOut
    trend: list[TrendDayOut] = Field(description="Oldest first")
    by_hour: list[HourOut] = Field(description="Today")
    overdue_by_unit: list[UnitShareOut] = Field(description="Units with open cases, most overdue first")
    by_class: list[ClassShareOut] = Field(description="Open cases by class of their type, most first")


class SearchQuery(Query):
    q: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00]*\S[^\x00]*$", description="A number, code or words")
    limit: int = Field(5, ge=1, le=MOST_FOUND, description="How many of each kind, at most 20")


class FoundOut(Out):
    """One thing: cases and parts are named by `number` or `code`, people and units by `id` as well."""

    id: Id | None = None
    number: str | None = None
    code: str | None = None
    title: str
    subtitle: str | None
    position: PlacedOut | None = None


class FoundGroupOut(Out):
    kind: Literal["case", "area", "part", "person", "unit"]
    items: list[FoundOut]


class SearchOut(Out):
    groups: list[FoundGroupOut] = Field(description="Kinds with nothing found are left out")


class FilterNamePath(Path):
    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")


class SavedQuery(Body):
    """The parameters of GET /cases that narrow and order it."""

    state: str | None = Field(None, max_length=500)
    type: str | None = Field(None, max_length=2000)
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$")
    owner: str | None = Field(None, max_length=80)
    lamp: str | None = Field(None, max_length=100)
    source: str | None = Field(None, max_length=500)
    bbox: str | None = Field(None, max_length=200)
    q: str | None = Field(None, min_length=1, max_length=100, pattern=r"^[^\x00]*$")
    since: str | None = Field(None, alias="from", max_length=40)
    until: str | None = Field(None, alias="to", max_length=40)
    part: str | None = Field(None, min_length=1, max_length=40)
    mark: Mark | None = None
    sort: str | None = None

    @field_validator("sort")
    @classmethod
    def _known_order(cls, value: str | None) -> str | None:
        if value is not None and value not in SORTS:
            message = f"take one of {', '.join(SORTS)}"
            raise ValueError(message)
        return value


class SavedFilterIn(Body):
    query: SavedQuery
    shared: Flag = Field(default=False, description="Shown to everybody of my organisation")


class SavedFilterOut(Out):
    name: str
    query: dict[str, Any]
    shared: bool
    mine: bool
    by: str | None = Field(description="Whose it is, where it is not mine")
    updated_at: datetime


class SavedFiltersOut(Out):
    items: list[SavedFilterOut] = Field(description="Mine by name, then those that colleagues share")


class PreferencesIn(Patch):
    """What is left out stays as it is."""

    language: Literal["zh-CN", "en"] | None = None
    theme: Literal["auto", "light", "dark"] | None = None
    sound: Flag | None = Field(None, description="Whether new work is heard")
    density: Literal["comfortable", "compact"] | None = None


class PreferencesOut(Out):
    language: Literal["zh-CN", "en"]
    theme: Literal["auto", "light", "dark"]
    sound: bool
    density: Literal["comfortable", "compact"]
