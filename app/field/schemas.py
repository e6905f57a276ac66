"""Shapes of field work over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.core.paging import PageQuery
from app.core.schemas import Body, Id, Instant, Number, Out, Path
from app.grid.rules.coordinates import Crs, to_wgs84
from app.grid.schemas import AreaNameOut, Latitude, Longitude, PersonOut, PositionIn
from app.sla.rules import Lamp

POINTS_AT_MOST = 500
Kind = Literal["verify", "check", "handle", "inspect"]
Outcome = Literal["done", "superseded", "lapsed", "declined"]


class ShiftIn(Body):
    """Going on duty; everything may be left out."""

    id: Id | None = Field(None, description="Made by the device, so that sending again has one effect")
    zone_code: str | None = Field(None, min_length=1, max_length=60, description="The duty zone that is patrolled")
    position: PositionIn | None = Field(None, description="The first point of the track")


class ShiftPath(Path):
    shift_id: Id


class TaskPath(Path):
    task_id: Id


class ShiftsQuery(PageQuery):
    """Which shifts, of those the caller may see: their own, and those on the ground of their desk."""

    on_duty: bool | None = Field(None, description="true: those that are open, false: those that ended")
    user: Id | None = Field(None, description="Of this person")


class WhereaboutsOut(Out):
    lon: float
    lat: float
    crs: Literal["wgs84"]
    accuracy_m: float | None
    at: Instant


class ShiftOut(Out):
    """A shift, from going on duty to going off."""

    id: Id
    user: PersonOut
    zone_code: str | None
    started_at: Instant
    ended_at: Instant | None
    end_reason: Literal["self", "desk", "forgotten"] | None
    position: WhereaboutsOut | None = Field(description="Where they are; null once the shift has ended")


class ShiftsPage(Out):
    items: list[ShiftOut]
    next_cursor: str | None


class PointIn(Body):
    """Where somebody on shift was at an instant."""

    lon: Longitude
    lat: Latitude
    crs: Crs = Crs.WGS84
    accuracy_m: Annotated[Number, Field(ge=0, description="Radius of the error, metres")] | None = None
    at: Instant

    def wgs84(self) -> tuple[float, float]:
        """The point in WGS 84, (longitude, latitude) in degrees."""
        return to_wgs84(self.lon, self.lat, self.crs)


class PointsIn(Body):
    """Points of a track, in any order; an instant that was sent before is not kept twice."""

    points: list[PointIn] = Field(min_length=1, max_length=POINTS_AT_MOST)


class RefusedOut(Out):
    index: int = Field(description="Place in the request, from 0")
    detail: str


class TakenOut(Out):
    """What became of the points."""

    accepted: int
    duplicates: int
    refused: list[RefusedOut] = Field(description="Points that are not kept; the others are")


class TrackPointOut(WhereaboutsOut):
    jumped: bool = Field(description="Nobody gets here so fast from the point before")


class TrackQuery(PageQuery):
    """Tracks come oldest first, since they are walked from their beginning."""

    why: str = Field("duty", min_length=1, max_length=200, description="What for; kept when the track is another's")


class TrackPage(Out):
    items: list[TrackPointOut]
    next_cursor: str | None


class TasksQuery(PageQuery):
    """Which of one's tasks."""

    kind: Kind | None = Field(None, description="`inspect` is for inspection plans; there are none yet")
    state: Literal["open", "done"] | None = None


class DeclineIn(Body):
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S", description="Shown to the desk")


class TaskTypeOut(Out):
    scheme: str
    kind: str
    code: str
    name: str


class PlacedOut(Out):
    lon: float
    lat: float
    crs: Literal["wgs84"]


class TaskOut(Out):
    """Somebody was asked to do something about a case."""

    id: Id
    kind: Kind
    state: Literal["open", "done"]
    assignee: PersonOut
    case_number: str
    case_state: str
    case_version: int = Field(description="For If-Match of the action")
    type: TaskTypeOut | None
    description: str | None
    address: str | None
    position: PlacedOut
    areas: list[AreaNameOut]
    due_at: Instant | None = Field(description="Of the clock that runs; null once the task is done")
    lamp: Lamp | None
    asked_at: Instant
    answer_by: Instant | None = Field(description="Accept it before then, or somebody else may be asked")
    accepted_at: Instant | None
    closed_at: Instant | None
    outcome: Outcome | None = Field(description="declined and open: nobody else was there to be asked")
    reason: str | None = Field(description="Why it was declined")


class TasksPage(Out):
    items: list[TaskOut]
    next_cursor: str | None


class OfficersQuery(PageQuery):
    """Which people, of those on the ground of the caller's desk."""

    on_duty: bool | None = Field(None, description="true: those on shift, false: those with open tasks off duty")
    user: Id | None = Field(None, description="This person only")


class OfficerTaskOut(Out):
    """What an officer was asked to do and has not done yet."""

    id: Id
    kind: Kind
    case_number: str
    case_state: str
    type: TaskTypeOut | None
    address: str | None
    position: PlacedOut
    due_at: Instant | None = Field(description="Of the case's clock that runs")
    lamp: Lamp | None
    asked_at: Instant = Field(description="Since when it is theirs")
    answer_by: Instant | None = Field(description="Accepted before then, or somebody else may be asked")
    accepted_at: Instant | None
    outcome: Literal["declined"] | None = Field(description="declined: they will not, and nobody else was there")
    reason: str | None = Field(description="Why they declined")


class OfficerOut(Out):
    """Somebody in the field with what waits for them."""

    user: PersonOut
    shift_id: Id | None = Field(description="The shift they are on; null: off duty, or on other ground")
    open: int = Field(description="Open tasks on the ground of the caller's desk")
    overdue: int = Field(description="Of these, those whose case is late")
    tasks: list[OfficerTaskOut] = Field(description="At most 20, the most urgent first")


class OfficersPage(Out):
    items: list[OfficerOut]
    next_cursor: str | None
