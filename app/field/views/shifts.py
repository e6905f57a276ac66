"""On and off duty over HTTP, and where people on duty are."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.duty import service as duty
from app.duty.rules import Fix
from app.duty.service import NewShift
from app.field import service
from app.field.schemas import (
    PointsIn,
    ShiftIn,
    ShiftOut,
    ShiftPath,
    ShiftsPage,
    ShiftsQuery,
    TakenOut,
    TrackPage,
    TrackQuery,
)
from app.field.service import Paging
from app.field.views.blueprint import field


@field.post("/shifts", operation_id="start_shift", responses={200: ShiftOut, 201: ShiftOut, **problems(401, 403, 409)})
@needs("shift.work")
def start_shift(body: ShiftIn) -> Response:
    """Go on duty; while that shift is open, asking again gives it."""
    now = clock.now()
    first = None
    if body.position is not None:
        first = Fix(body.position.captured_at or now, *body.position.wgs84(), body.position.accuracy_m)
    with write_unit() as session:
        wanted = NewShift(body.id, body.zone_code)
        shift, fresh = service.start_shift(session, wanted, first, principal=current_principal(), now=now)
        return answer(session, shift, 201 if fresh else 200)


@field.post(
    "/shifts/<uuid:shift_id>/end",
    operation_id="end_shift",
    responses={200: ShiftOut, **problems(401, 403, 404)},
)
@needs("shift.end")
def end_shift(path: ShiftPath) -> Response:
    """Go off duty; the desk of its area ends a shift that somebody cannot end."""
    with write_unit() as session:
        return answer(
            session, service.end_shift(session, path.shift_id, principal=current_principal(), now=clock.now())
        )


@field.get("/shifts", operation_id="list_shifts", responses={200: ShiftsPage, **problems(401, 403)})
@needs("shift.read")
def list_shifts(query: ShiftsQuery) -> Response:
    """My shifts, and those on the ground of my desk; newest first."""
    paging = Paging(query.limit, query.cursor)
    with read_unit() as session:
        items, cursor = service.shifts_for(
            session, current_principal(), on_duty=query.on_duty, user_id=query.user, paging=paging
        )
    return json_response({"items": items, "next_cursor": cursor})


@field.get(
    "/shifts/<uuid:shift_id>/track",
    operation_id="list_track",
    responses={200: TrackPage, **problems(401, 403, 404)},
)
@needs("shift.read")
def list_track(path: ShiftPath, query: TrackQuery) -> Response:
    """Where somebody went on a shift, oldest first; that the desk read it is noted."""
    paging = Paging(query.limit, query.cursor)
    with unit_of_work() as session:
        items, cursor = service.track_for(
            session, path.shift_id, query.why, principal=current_principal(), now=clock.now(), paging=paging
        )
    return json_response({"items": items, "next_cursor": cursor})


@field.post("/positions", operation_id="add_positions", responses={200: TakenOut, **problems(401, 403, 409)})
@needs("shift.work")
def add_positions(body: PointsIn) -> Response:
    """Points of the track of my shift, in any order; sent again, they are not kept twice."""
    fixes = [Fix(point.at, *point.wgs84(), point.accuracy_m) for point in body.points]
    with write_unit() as session:
        taken = duty.add_positions(session, fixes, principal=current_principal(), now=clock.now())
        refused = [{"index": one.place, "detail": one.detail} for one in taken.refused]
        return answer(session, {"accepted": taken.accepted, "duplicates": taken.duplicates, "refused": refused})
