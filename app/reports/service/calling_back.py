"""Ringing callers back: what an ended case owes, what was tried, how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.errors import Fault, Invalid
from app.core.feed import Kind
from app.core.ids import new_id
from app.core.paging import edge_of, page
from app.notices import service as notices
from app.notices.rules import Occasion
from app.reports import queries
from app.reports.errors import CallBackNotFound, CallBackOver, TooManyAttemptsNoted
from app.reports.rules import (
    TRIES_AT_MOST,
    CallBackState,
    Wanted,
    check_done,
    ended_in,
    may_reopen,
    opened_again,
    standing_of,
)
from app.reports.service.answering import reopen_case
from app.reports.service.calling import masked
from app.sla import service as sla
from app.sla.rules import Reply, due

READER = "call_backs"
"""Its place in the change feed begins with the migration that made it, so that no end was ever missed."""
ROWS_AT_ONCE = 200
REMINDED_AT_ONCE = 100

AnyRow = Row[*tuple[Any, ...]]


def note_ends(session: Session, *, now: datetime) -> bool:
    """Owe a call-back to every caller whose case has ended, and take it back where the case was opened again; whether
    there is more to do at once.

    Reading goes on where it ended, in the transaction in which call-backs are written; and one report has one call-back
    for one end, whatever is read twice.
    """
    place = queries.reader_place(session, READER)
    if place is None:
        return False
    rows = queries.unread(session, place, limit=ROWS_AT_ONCE)
    changed = (row for row in rows if row.kind == Kind.CASE_CHANGED and row.collection == "case")
    follow_events(session, [(row.entity_id, row.version) for row in changed], now=now)
    queries.move_reader(session, READER, place.at(rows[-1].xid, rows[-1].seq) if rows else place)
    return len(rows) == ROWS_AT_ONCE


def follow_events(session: Session, wanted: Sequence[tuple[UUID, int]], *, now: datetime) -> None:
    """Owe call-backs for the ends among these events of cases, given by case and number; withdraw them where a case was
    opened again. The same event twice does no more than once.
    """
    events = queries.happened(session, wanted) if wanted else []
    ends = {(event.case_id, event.seq): event for event in events if ended_in(event.before, event.after)}
    queries.add_call_backs(session, _owed(session, ends))
    for event in events:
        if opened_again(event.before, event.after):
            queries.withdraw(session, event.case_id, event.seq, now)


def _owed(session: Session, ends: Mapping[tuple[UUID, int], AnyRow]) -> list[dict[str, Any]]:
    """The call-backs that these ends owe, as rows; due by the working calendar from the instant of the end."""
    if not ends:
        return []
    timing = sla.timing(session)
    waiting = queries.owed(session, {case_id for case_id, _ in ends})
    found = []
    for (case_id, seq), event in ends.items():
        for caller in (one for one in waiting if one.case_id == case_id):
            rule = timing.sources[caller.source]
            if rule.reply is Reply.CALL_BACK and rule.reply_limit is not None:
                due_at = due(event.at, rule.reply_limit, timing.calendar)
                found.append(_row(caller.report_id, case_id, seq) | _end(event, due_at))
    return found


def _row(report_id: UUID, case_id: UUID, seq: int) -> dict[str, Any]:
    return {"id": new_id(), "report_id": report_id, "case_id": case_id, "seq": seq, "attempts": []}


def _end(event: AnyRow, due_at: datetime) -> dict[str, Any]:
    return {"ended": event.after["state"], "ended_at": event.at, "due_at": due_at}


def remind(session: Session, *, now: datetime) -> bool:
    """Tell whoever took the call that ringing back is overdue, or where they no longer do that, all who may; each
    call-back once. Whether there are more.
    """
    overdue = queries.untold(session, now, REMINDED_AT_ONCE)
    for row in overdue:
        desk = queries.ringing_people(session, row.area_code, now)
        people = {row.reporter_id} & desk or desk
        notices.tell(session, Occasion.CALL_BACK_OVERDUE, people, row.number, now=now)
    queries.note_told(session, [row.id for row in overdue], now)
    return len(overdue) == REMINDED_AT_ONCE


def call_backs_for(
    session: Session, wanted: Wanted, principal: Principal, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the call-backs that the principal sees, and the cursor of the next; overdue ones come first.

    Raises: BadCursor; Invalid for an area that there is not.
    """
    if wanted.area is not None and not queries.area_known(session, wanted.area):
        raise Invalid(f"There is no area {wanted.area}.", faults=[Fault("/area", "give the code of an area")])
    after = edge_of(cursor)
    rows = queries.call_backs_page(session, principal, wanted, limit=limit, after=after)
    shown, following = page(rows, limit, lambda row: (to_rfc3339(row.done_at or row.due_at), str(row.id)))
    return [item(row, wanted.now) for row in shown], following


def item(row: AnyRow, now: datetime) -> dict[str, Any]:
    """A call-back as the desk sees it; who is to be rung stays masked."""
    return {
        "id": str(row.id),
        "state": standing_of(row.due_at, row.done_at, now),
        "report": {"id": str(row.report_id), "number": row.report_number, "source": row.source},
        "case": {"number": row.case_number, "state": row.case_state},
        "caller": masked(row),
        "ended": row.ended,
        "ended_at": to_rfc3339(row.ended_at),
        "due_at": to_rfc3339(row.due_at),
        "attempts": row.attempts,
        "done_at": None if row.done_at is None else to_rfc3339(row.done_at),
        "done_by": None if row.done_by is None else {"id": str(row.done_by), "name": row.done_by_name},
        "reached": row.reached,
        "satisfied": row.satisfied,
        "note": row.note,
        "reopened": row.reopened,
        "can_reopen": may_reopen(row.case_state, row.case_closed_at, row.reopened_at, now),
    }


def attempt(
    session: Session, call_back_id: UUID, *, reached: bool, note: str | None, principal: Principal, now: datetime
) -> dict[str, Any]:
    """Note that somebody rang and it is not done yet.

    Raises: CallBackNotFound, CallBackOver, TooManyAttemptsNoted.
    """
    row = _open(session, call_back_id, principal)
    if len(row.attempts) >= TRIES_AT_MOST:
        raise TooManyAttemptsNoted(f"{TRIES_AT_MOST} attempts are noted: end the call-back as not reached.")
    tried = {"at": to_rfc3339(now), "by": str(principal.id), "reached": reached, "note": note}
    queries.change_call_back(session, call_back_id, {"attempts": [*row.attempts, tried]})
    return _again(session, call_back_id, principal, now)


def finish(
    session: Session, call_back_id: UUID, given: Mapping[str, Any], *, principal: Principal, now: datetime
) -> dict[str, Any]:
    """The caller was told, or could not be reached. Not satisfied: the case may be reopened in the same stroke.

    Shape:  `given` has reached, satisfied, note, reopen, photo_ids.
    Raises: CallBackNotFound, CallBackOver, NotTriedEnough, Invalid; with `reopen` what the table of moves says:
            IllegalMove, FactMissing, UnknownPhoto.
    """
    row = _open(session, call_back_id, principal)
    reached, satisfied, wants = given["reached"], given["satisfied"], given["reopen"]
    check_done(reached=reached, satisfied=satisfied, reopen=wants, attempts=row.attempts)
    values = {"reached": reached, "satisfied": satisfied, "note": given["note"], "reopened": wants}
    queries.change_call_back(session, call_back_id, {**values, "done_at": now, "done_by": principal.id})
    if wants:
        said = {name: given[name] for name in ("photo_ids", "note") if given[name]}
        inputs = {"reason": said.pop("note", None), **said}
        reopen_case(session, row.case_number, row.report_id, inputs, principal=principal, now=now)
    return _again(session, call_back_id, principal, now)


def _open(session: Session, call_back_id: UUID, principal: Principal) -> AnyRow:
    """A call-back that still is to be made, locked.

    Raises: CallBackNotFound, CallBackOver.
    """
    queries.lock_call_back(session, call_back_id)
    row = queries.call_back(session, call_back_id, principal)
    if row is None:
        raise CallBackNotFound("There is no call-back with this id that you may see.")
    if row.done_at is not None:
        raise CallBackOver("This call-back was done already.", state=CallBackState.DONE.value)
    if row.withdrawn_at is not None:
        raise CallBackOver("Nobody is to be rung any more: the case was opened again, or the caller erased.")
    return row


def _again(session: Session, call_back_id: UUID, principal: Principal, now: datetime) -> dict[str, Any]:
    row = queries.call_back(session, call_back_id, principal)
    if row is None:
        message = f"call-back {call_back_id} is gone while it is locked"
        raise RuntimeError(message)
    return item(row, now)
