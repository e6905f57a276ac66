"""What a move does to the clocks of its case. Deadlines are stored with the calendar they were computed by."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.rules import ClockEffect, Handling
from app.cases.service.work import Work
from app.catalog import service as catalog
from app.core.ids import new_id
from app.sla import service as sla
from app.sla.rules import Calendar, Limit, Stage, Unit, budget, deadline, elapsed

MICROSECOND = timedelta(microseconds=1)
UNFILED = Limit(Decimal(1), Unit.WORKING_DAY)
NONE_RUNS = {"stage": None, "yellow_at": None, "due_at": None, "paused": False}


def apply(work: Work, effect: ClockEffect) -> None:
    """Stop, start, pause or move the clocks as the move says; the case shows the one that runs."""
    _HANDLING[effect.handling](work)
    if effect.stops is not None:
        _end(work, "done")
    if effect.handling is Handling.GOES_ON:
        _go_on(work)
    if effect.handling is Handling.STARTS:
        _start_handling(work)
    if effect.starts is not None:
        limit = sla.timing(work.session).limit(effect.starts, work.case["source"])
        _start(work, Stage(effect.starts), limit, owner_id=None)


def _end(work: Work, outcome: str) -> None:
    running = queries.running_clock(work.session, work.case_id)
    if running is None:
        return
    spent = running["spent_us"] if running["paused_at"] else _spent(work.session, running, work.now)
    values = {"ended_at": work.now, "outcome": outcome, "spent_us": spent, "segment_at": work.now, "paused_at": None}
    queries.change_clock(work.session, running["id"], values)
    work.set(**NONE_RUNS)


def _spent(session: Session, clock: dict[str, Any], until: datetime) -> int:
    calendar = sla.calendar(session, clock["calendar_code"])
    stretch = elapsed(clock["segment_at"], max(until, clock["segment_at"]), Unit(clock["unit"]), calendar)
    return int(clock["spent_us"]) + stretch // MICROSECOND


def _start(work: Work, stage: Stage, limit: Limit, *, owner_id: UUID | None) -> None:
    ordinal = queries.clock_count(work.session, work.case_id) + 1
    queries.add_clock(work.session, _clock(work, stage, limit, ordinal) | {"owner_id": owner_id})


def first(work: Work, stage: Stage) -> dict[str, Any]:
    """The clock a case is opened with, not written yet; the case shows it."""
    return _clock(work, stage, sla.timing(work.session).limit(stage, work.case["source"]), 1)


def _clock(work: Work, stage: Stage, limit: Limit, ordinal: int) -> dict[str, Any]:
    found = deadline(work.now, limit, sla.calendar(work.session))
    work.set(stage=stage.value, yellow_at=found.yellow_at, due_at=found.due_at, paused=False)
    return {
        "id": new_id(),
        "case_id": work.case_id,
        "ordinal": ordinal,
        "stage": stage.value,
        "amount": limit.amount,
        "unit": limit.unit.value,
        "owner_id": None,
        "started_at": work.now,
        "segment_at": work.now,
        "spent_us": 0,
        "yellow_at": found.yellow_at,
        "due_at": found.due_at,
        "paused_at": None,
        "ended_at": None,
        "outcome": None,
        "calendar_code": found.calendar_code,
        "calendar_version": found.calendar_version,
        "provisional": found.provisional,
        "told_at": None,
    }


def _start_handling(work: Work) -> None:
    _end(work, "done")
    _start(work, Stage.HANDLING, handling_limit(work), owner_id=work.case["lead_id"])


def handling_limit(work: Work) -> Limit:
    """The limit of the filing condition, or the source's own where that is smaller."""
    return sla.timing(work.session).handling_limit(_condition_limit(work), work.case["source"])


def _condition_limit(work: Work) -> Limit:
    """The limit of the condition that the case was filed under.

    A case that was closed without ever being filed (handled on the spot, or by force) and opened again has none: the
    first condition of its type counts, and without a type `UNFILED`.
    """
    case = work.case
    if case["condition_id"] is not None:
        return queries.condition_limit(work.session, case["condition_id"])
    found = catalog.catalogue(work.session).by_id.get(case["type_id"])
    return found.conditions[0].limit if found is not None and found.conditions else UNFILED


def _go_on(work: Work) -> None:
    """The clock that was done runs again, as if it had never been done: same deadline."""
    clock = queries.running_clock(work.session, work.case_id, last_handling=True)
    if clock is None:
        return
    calendar = sla.calendar(work.session, clock["calendar_code"])
    waited = elapsed(clock["ended_at"], work.now, Unit(clock["unit"]), calendar) // MICROSECOND
    values = {
        "ended_at": None,
        "outcome": None,
        "spent_us": int(clock["spent_us"]) + waited,
        "segment_at": work.now,
    }
    queries.change_clock(work.session, clock["id"], values)
    work.set(stage=clock["stage"], yellow_at=clock["yellow_at"], due_at=clock["due_at"], paused=False)


def _running_handling(work: Work) -> dict[str, Any]:
    clock = queries.running_clock(work.session, work.case_id)
    if clock is None or clock["stage"] != "handling":
        message = f"case {work.case['number']} has no running handling clock in state {work.case['state']}"
        raise RuntimeError(message)
    return clock


def _pause(work: Work) -> None:
    clock = _running_handling(work)
    spent = _spent(work.session, clock, work.now)
    queries.change_clock(work.session, clock["id"], {"paused_at": work.now, "spent_us": spent, "segment_at": work.now})
    work.set(paused=True)


def _resume(work: Work) -> None:
    clock = _running_handling(work)
    _reckon(work, clock, Limit(clock["amount"], Unit(clock["unit"])), work.now, int(clock["spent_us"]))


def _extend(work: Work) -> None:
    clock = _running_handling(work)
    more: Limit = work.found["extension"]
    calendar = sla.calendar(work.session, clock["calendar_code"])
    unit = Unit(clock["unit"])
    amount = clock["amount"] + converted(more, unit, calendar)
    _reckon(work, clock, Limit(amount, unit), clock["segment_at"], int(clock["spent_us"]))


def _reckoned(work: Work) -> None:
    """The clock that runs, by the calendar in force: it was corrected since the deadline was computed."""
    clock = queries.running_clock(work.session, work.case_id)
    if clock is None or clock["paused_at"] is not None:
        message = f"case {work.case['number']} has no clock that runs in state {work.case['state']}"
        raise RuntimeError(message)
    _reckon(work, clock, Limit(clock["amount"], Unit(clock["unit"])), clock["segment_at"], int(clock["spent_us"]))
    work.event_inputs["calendar_version"] = sla.calendar(work.session, clock["calendar_code"]).version


def _reckon(work: Work, clock: dict[str, Any], limit: Limit, since: datetime, spent_us: int) -> None:
    """A deadline from what is left of the limit."""
    calendar = sla.calendar(work.session, clock["calendar_code"])
    found = deadline(since, limit, calendar, spent=spent_us * MICROSECOND)
    queries.change_clock(
        work.session,
        clock["id"],
        {
            "amount": limit.amount,
            "paused_at": None,
            "segment_at": since,
            "yellow_at": found.yellow_at,
            "due_at": found.due_at,
            "calendar_version": found.calendar_version,
            "provisional": found.provisional,
        },
    )
    work.set(yellow_at=found.yellow_at, due_at=found.due_at, paused=False)


def converted(limit: Limit, unit: Unit, calendar: Calendar) -> Decimal:
    """An amount in another unit of the same kind of time (working days in working hours).

    Raises: ValueError where one runs day and night and the other does not, or the amount has over four decimals.
    """
    if limit.unit.runs_always is not unit.runs_always:
        message = f"{limit.unit} cannot be counted in {unit}"
        raise ValueError(message)
    amount = Decimal(budget(limit, calendar) // MICROSECOND) / (
        budget(Limit(Decimal(1), unit), calendar) // MICROSECOND
    )
    return Limit(amount.normalize(), unit).amount


def _done(work: Work) -> None:
    _end(work, "done")
    work.set(handled_at=work.now)


def _keep(work: Work) -> None:
    del work


_HANDLING = {
    Handling.KEEPS: _keep,
    Handling.STARTS: _keep,
    Handling.GOES_ON: lambda work: work.set(handled_at=None),
    Handling.DONE: _done,
    Handling.STOPS: lambda work: _end(work, "stopped"),
    Handling.PAUSES: _pause,
    Handling.RESUMES: _resume,
    Handling.EXTENDS: _extend,
    Handling.RECKONED: _reckoned,
}
