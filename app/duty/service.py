"""On and off duty, and where people are meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core import audit
from app.core.auth import Principal
from app.core.errors import Fault
from app.core.ids import new_id
from app.duty import queries
from app.duty.errors import BadDutyTerms, NotOnShift, ShiftIdTaken, ShiftNotFound, ShiftOpen, UnknownShiftZone
from app.duty.queries import find_shift, shifts_page, track_page
from app.duty.rules import EndReason, Fix, Refusal, Terms, judge, terms_faults
from app.grid import service as grid
from app.grid.errors import GridGap, OutsideCity, UnknownDutyZone

__all__ = [
    "NewShift",
    "Taken",
    "add_positions",
    "change_terms",
    "end_forgotten",
    "end_shift",
    "find_shift",
    "purge_tracks",
    "shifts_page",
    "start_shift",
    "terms",
    "track_page",
]

ShiftRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class NewShift:
    """What somebody says who goes on duty; `id` was made by their device."""

    id: UUID | None = None
    zone_code: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of positions: how many are new, how many were there already, and why others are not taken."""

    accepted: int
    duplicates: int
    refused: tuple[Refusal, ...]


def start_shift(session: Session, wanted: NewShift, *, principal: Principal, now: datetime) -> tuple[UUID, bool]:
    """Go on duty; the shift's id, and whether it is new. Said again, it has one effect.

    Raises: ShiftOpen, ShiftIdTaken, UnknownShiftZone.
    """
    user_id = _person(principal)
    known = None if wanted.id is None else queries.shift_by_id(session, wanted.id)
    if known is not None:
        if (known.user_id, known.zone_code) != (user_id, wanted.zone_code):
            raise ShiftIdTaken("This id belongs to another shift: make a new one for a new shift.")
        return known.id, False
    _check_zone(session, wanted.zone_code)
    shift_id = wanted.id or new_id()
    values = {
        "id": shift_id,
        "user_id": user_id,
        "zone_code": wanted.zone_code,
        "started_at": now,
        "started_by": user_id,
    }
    if queries.add_shift(session, values):
        return shift_id, True
    return _already(session, wanted, user_id), False


def _already(session: Session, wanted: NewShift, user_id: UUID) -> UUID:
    """The shift that is open, if that is what was meant."""
    open_now = queries.open_shift(session, user_id)
    if open_now is None:
        raise ShiftIdTaken("This id belongs to another shift: make a new one for a new shift.")
    found: UUID = open_now.id
    if wanted.id in {None, found} and wanted.zone_code in {None, open_now.zone_code}:
        return found
    raise ShiftOpen(
        "You are on shift since "
        f"{open_now.started_at:%Y-%m-%d %H:%M} UTC: end that shift first (POST /field/shifts/{found}/end).",
        shift_id=str(found),
        zone_code=open_now.zone_code,
    )


def _check_zone(session: Session, code: str | None) -> None:
    if code is None:
        return
    try:
        grid.find_duty_zone(session, code)
    except UnknownDutyZone as error:
        fault = Fault("/zone_code", "take the code of a live duty zone: GET /grid/duty-zones")
        raise UnknownShiftZone(error.detail, faults=[fault]) from error


def _person(principal: Principal) -> UUID:
    assert principal.id is not None, "the verb is for signed-in staff only"
    return principal.id


def end_shift(session: Session, shift_id: UUID, *, principal: Principal, now: datetime) -> UUID:
    """End a shift, one's own or as the desk of its area somebody else's; whose it was. Ended again, it stays as it is.

    Raises: ShiftNotFound.
    """
    shift = queries.lock_shift(session, shift_id, principal)
    if shift is None:
        raise ShiftNotFound("There is no shift with this id that you may see.")
    if shift.ended_at is None:
        reason = EndReason.SELF if shift.user_id == principal.id else EndReason.DESK
        ended_at = max(now, shift.started_at)
        values = {"ended_at": ended_at, "ended_by": principal.id, "end_reason": reason.value}
        queries.end_shift(session, shift_id, values)
    found: UUID = shift.user_id
    return found


def add_positions(session: Session, fixes: Sequence[Fix], *, principal: Principal, now: datetime) -> Taken:
    """Add positions to the track of the shift that somebody is on, each instant once; the newest is where they are.

    Raises: NotOnShift.
    """
    shift = queries.open_shift(session, _person(principal))
    if shift is None:
        raise NotOnShift("Positions are taken on shift only: POST /field/shifts first.")
    last = None if shift.position_at is None else Fix(shift.position_at, shift.lon, shift.lat, shift.accuracy_m)
    judged = judge(fixes, started_at=shift.started_at, last=last, now=now)
    if not judged.points:
        return Taken(0, judged.repeated, judged.refused)
    accepted = queries.add_positions(session, shift.id, judged.points, now)
    newest = judged.points[-1].fix
    if last is None or newest.at > last.at:
        queries.move_shift(session, shift.id, _whereabouts(session, newest, now))
    return Taken(accepted, judged.repeated + len(judged.points) - accepted, judged.refused)


def _whereabouts(session: Session, fix: Fix, now: datetime) -> dict[str, Any]:
    return {
        "lon": fix.lon,
        "lat": fix.lat,
        "accuracy_m": fix.accuracy_m,
        "position_at": fix.at,
        "heard_at": now,
        "cell_code": _cell(session, fix),
    }


def _cell(session: Session, fix: Fix) -> str | None:
    """The cell of a position, in a gap the smallest area around; None outside the city."""
    try:
        return grid.locate(session, fix.lon, fix.lat).cell.code
    except GridGap as gap:
        return gap.areas[-1].code
    except OutsideCity:
        return None


def terms(session: Session) -> Terms:
    """What this city asks of people on duty."""
    found = queries.terms(session)
    return Terms(*(getattr(found, name) for name in Terms._fields))


def change_terms(session: Session, wanted: Terms, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Ask something else of people on duty; who was asked to answer by then keeps the time that they were given.

    Raises: BadDutyTerms with every fault.
    """
    if faults := terms_faults(wanted):
        raise BadDutyTerms(f"{faults[0].pointer.strip('/')} {faults[0].detail}.", faults=faults)
    there = queries.lock_terms(session)
    new = {name: value for name, value in wanted._asdict().items() if getattr(there, name) != value}
    if not new:
        return
    queries.change_terms(session, new)
    detail = {"before": {name: getattr(there, name) for name in new}, "after": new}
    audit.note(
        session, action="duty_terms.change", subject="duty_terms:city", detail=detail, actor_id=actor_id, now=now
    )


def end_forgotten(session: Session, *, now: datetime) -> int:
    """End the shifts that have lasted longer than any may, as of that limit; how many."""
    lasts = timedelta(seconds=queries.terms(session).shift_at_most_s)
    return len(queries.end_forgotten(session, now - lasts, lasts))


def purge_tracks(session: Session, *, now: datetime, most: int) -> int:
    """Delete positions older than the city keeps them; how many, fewer than `most` where none is left."""
    before = now - timedelta(days=queries.terms(session).tracks_kept_days)
    queries.forget_last_positions(session, before)
    return queries.purge_positions(session, before, most)
