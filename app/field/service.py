"""Field work: shifts with what follows from them for tasks, and the tasks of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.rules import END_STATES, State
from app.cases.service import asking
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.disclosure import note_read
from app.core.errors import Fault
from app.core.paging import cursor_id, cursor_instant, decode_cursor, edge_of, page
from app.duty import service as duty
from app.duty.errors import PositionInFuture, ShiftNotFound
from app.duty.rules import AHEAD_AT_MOST, Fix
from app.duty.service import NewShift
from app.field import queries
from app.field.queries import WantedOfficers
from app.grid.rules.codes import Level
from app.sla.rules import lamp

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list."""

    limit: int
    cursor: str | None


def instant(value: datetime | None) -> str | None:
    return None if value is None else to_rfc3339(value)


def start_shift(
    session: Session, wanted: NewShift, first: Fix | None, *, principal: Principal, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Go on duty: the shift, and whether it is new. What one was offered off duty waits for an answer from now on.

    `first` is where one is; a position from just before the shift is its first one.
    Raises: ShiftOpen, ShiftIdTaken, UnknownShiftZone, PositionInFuture.
    """
    if first is not None and first.at > now + AHEAD_AT_MOST:
        fault = Fault("/position/captured_at", "lies more than 5 minutes ahead: set the clock of the device")
        raise PositionInFuture("Nobody was there yet: the position is from the future.", faults=[fault])
    shift_id, fresh = duty.start_shift(session, wanted, principal=principal, now=now)
    if fresh:
        asking.await_answers(session, _person(principal), now)
        if first is not None:
            begun = first._replace(at=max(first.at, now))
            duty.add_positions(session, [begun], principal=principal, now=now)
    return _shift(session, shift_id, principal), fresh


def end_shift(session: Session, shift_id: UUID, *, principal: Principal, now: datetime) -> dict[str, Any]:
    """End a shift. What its person did not accept is offered to somebody else at once.

    Raises: ShiftNotFound.
    """
    user_id = duty.end_shift(session, shift_id, principal=principal, now=now)
    asking.expire_offers(session, user_id, now)
    return _shift(session, shift_id, principal)


def _person(principal: Principal) -> UUID:
    assert principal.id is not None, "the verb is for signed-in staff only"
    return principal.id


def _shift(session: Session, shift_id: UUID, principal: Principal) -> dict[str, Any]:
    return shift_view(_seen(session, shift_id, principal))


def _seen(session: Session, shift_id: UUID, principal: Principal) -> AnyRow:
    row = duty.find_shift(session, shift_id, principal)
    if row is None:
        raise ShiftNotFound("There is no shift with this id that you may see.")
    return row


def shift_view(row: AnyRow) -> dict[str, Any]:
    """A shift as the API shows it: where somebody is, only while they are on duty."""
    shown = row.ended_at is None and row.position_at is not None
    return {
        "id": str(row.id),
        "user": {"id": str(row.user_id), "name": row.user_name},
        "zone_code": row.zone_code,
        "started_at": instant(row.started_at),
        "ended_at": instant(row.ended_at),
        "end_reason": row.end_reason,
        "position": _whereabouts(row, row.position_at) if shown else None,
    }


def _whereabouts(row: AnyRow, at: datetime) -> dict[str, Any]:
    return {"lon": row.lon, "lat": row.lat, "crs": "wgs84", "accuracy_m": row.accuracy_m, "at": instant(at)}


def shifts_for(
    session: Session, principal: Principal, *, on_duty: bool | None, user_id: UUID | None, paging: Paging
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the shifts that the principal may see, newest first, and the cursor of the next.

    Raises: BadCursor.
    """
    after = edge_of(paging.cursor)
    rows = duty.shifts_page(session, principal, on_duty=on_duty, user_id=user_id, limit=paging.limit, after=after)
    shown, following = page(rows, paging.limit, lambda row: (instant(row.started_at), str(row.id)))
    return [shift_view(row) for row in shown], following


def track_for(
    session: Session, shift_id: UUID, why: str, *, principal: Principal, now: datetime, paging: Paging
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a shift's track, oldest first, and the cursor of the next. That somebody else read it is kept.

    Raises: ShiftNotFound, BadCursor.
    """
    shift = _seen(session, shift_id, principal)
    if shift.user_id != principal.id:
        note_read(session, what="track", subject_id=shift.id, why=why, user_id=_person(principal), now=now)
    after = None if paging.cursor is None else cursor_instant(decode_cursor(paging.cursor, 1)[0])
    rows = duty.track_page(session, shift_id, limit=paging.limit, after=after)
    shown, following = page(rows, paging.limit, lambda row: (instant(row.at),))
    return [{**_whereabouts(row, row.at), "jumped": row.jumped} for row in shown], following


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks: of a kind, open or done."""

    kind: str | None = None
    state: str | None = None


def tasks_for(
    session: Session, principal: Principal, found: TaskFilter, *, now: datetime, paging: Paging
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of what the principal was asked to do, newest first, and the cursor of the next.

    Raises: BadCursor.
    """
    after = edge_of(paging.cursor)
    if found.kind == "inspect":
        # Inspection plans ask for it; there are none yet.
        return [], None
    rows = queries.tasks_page(session, principal, kind=found.kind, state=found.state, limit=paging.limit, after=after)
    shown, following = page(rows, paging.limit, lambda row: (instant(row.asked_at), str(row.id)))
    return _views(session, shown, now), following


def officers_for(
    session: Session, principal: Principal, wanted: WantedOfficers, *, now: datetime, paging: Paging
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the people in the field on the ground of the principal's desk by name, with what they have to do, and
    the cursor of the next. Two statements, however many there are.

    Raises: BadCursor.
    """
    after = None
    if paging.cursor is not None:
        name, row_id = decode_cursor(paging.cursor, 2)
        after = (str(name), cursor_id(row_id))
    rows = queries.officers_page(session, principal, wanted, now=now, limit=paging.limit, after=after)
    shown, following = page(rows, paging.limit, lambda row: (row.name, str(row.id)))
    theirs: dict[UUID, list[dict[str, Any]]] = {row.id: [] for row in shown}
    for row in queries.officers_tasks(session, principal, theirs):
        theirs[row.assignee_id].append(_officers_task(row, now))
    return [
        {
            "user": {"id": str(row.id), "name": row.name},
            "shift_id": None if row.shift_id is None else str(row.shift_id),
            "open": row.open,
            "overdue": row.overdue,
            "tasks": theirs[row.id],
        }
        for row in shown
    ], following


def _officers_task(row: AnyRow, now: datetime) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "case_number": row.number,
        "case_state": row.state,
        "type": _type(row),
        "address": row.address,
        "position": {"lon": row.lon, "lat": row.lat, "crs": "wgs84"},
        "due_at": instant(row.due_at),
        "lamp": _lamp(row, now),
        "asked_at": instant(row.asked_at),
        "answer_by": instant(row.expires_at) if row.accepted_at is None else None,
        "accepted_at": instant(row.accepted_at),
        "outcome": row.outcome,
        "reason": row.reason,
    }


def task_after(session: Session, task_id: UUID, *, now: datetime) -> dict[str, Any]:
    """A task as it is after what its person answered."""
    return _views(session, [queries.task(session, task_id)], now)[0]


def _views(session: Session, rows: Sequence[AnyRow], now: datetime) -> list[dict[str, Any]]:
    names = queries.area_names(session, {code for row in rows for code in _codes(row.filed_cell)}) if rows else {}
    return [_task(row, names, now) for row in rows]


def _codes(cell: str) -> list[str]:
    """Every code that may be that of an area above a cell, from the city down to the cell: its beginnings."""
    return [cell[:end] for end in range(1, len(cell) + 1)]


def _task(row: AnyRow, names: Mapping[str, Row[str, str, int]], now: datetime) -> dict[str, Any]:
    is_open = row.done_at is None
    chain = [names[code] for code in _codes(row.filed_cell) if code in names]
    return {
        "id": str(row.id),
        "kind": row.kind,
        "state": "open" if is_open else "done",
        "assignee": {"id": str(row.assignee_id), "name": row.assignee_name},
        "case_number": row.number,
        "case_state": row.state,
        "case_version": row.version,
        "type": _type(row),
        "description": row.description,
        "address": row.address,
        "position": {"lon": row.lon, "lat": row.lat, "crs": "wgs84"},
        "areas": [{"level": Level(area.level).word, "code": area.code, "name": area.name} for area in chain],
        "due_at": instant(row.due_at) if is_open else None,
        "lamp": _lamp(row, now) if is_open else None,
        "asked_at": instant(row.asked_at),
        "answer_by": instant(row.expires_at) if is_open and row.accepted_at is None else None,
        "accepted_at": instant(row.accepted_at),
        "closed_at": instant(row.done_at),
        "outcome": row.outcome,
        "reason": row.reason,
    }


def _type(row: AnyRow) -> dict[str, Any] | None:
    if row.type_code is None:
        return None
    return {"scheme": row.type_scheme, "kind": row.type_kind, "code": row.type_code, "name": row.type_name}


def _lamp(row: AnyRow, now: datetime) -> str | None:
    if row.due_at is None or State(row.state) in END_STATES:
        return None
    return lamp(now, row.yellow_at, row.due_at, paused=row.paused).value
