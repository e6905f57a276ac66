"""The table of docs/figures.md, row by row: which cases stand where in each indicator, as of a view instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pyproj import Geod

from tests.evaluation.naive.telling import Handling, Json, StageClock, Told, instant, tell
from tests.walk.naive_time import NaiveCalendar

EARTH = Geod(ellps="WGS84")
LIKE_WITHIN_M = 20
AGAIN_WITHIN = timedelta(days=30)
AREAS = ("city", "district", "street", "community", "cell")
Subjects = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """One case in one indicator: in the period of `at`, in the numerator or not; `kept_out` is exempt or deferred."""

    indicator: str
    number: str
    at: datetime
    hit: bool
    subjects: Subjects
    kept_out: str | None = None
    value: float | None = None


@dataclass
class Facts:
    """What cases do not say: calendars by version, who held the zone of a cell when, which types patrol has to find."""

    calendars: Mapping[int, NaiveCalendar]
    holders: Mapping[str, Sequence[tuple[str, datetime, datetime | None]]] = field(default_factory=dict)
    found_by_patrol: Callable[[Json], bool] = lambda _type: True


def entries(cases: Sequence[tuple[Json, Sequence[Json]]], facts: Facts, v: datetime) -> list[Entry]:
    """Everything that counts at v, of every period."""
    told = [one for card, events in cases if (one := tell(card, events, v)) is not None]
    by_number = {one.number: one for one in told}
    found: list[Entry] = []
    for one in told:
        found += _handling(one, facts, v)
        found += _stages(one, v)
        found += _filing(one, facts)
        found += _dispatches(one)
        found += _reports(one, by_number)
        found += _ratings(one)
    return found + list(_repeats(told))


def areas(told: Told) -> dict[str, tuple[str, ...]]:
    """The areas a case counts for: the cell it was filed in and what lies above."""
    return {area["level"]: (area["code"],) for area in told.card["areas"]}


def _with(told: Told, **people: str | None) -> Subjects:
    return areas(told) | {name: (who,) for name, who in people.items() if who is not None}


# --- handlings --------------------------------------------------------------------------------------------------------


def sealed_at(done_at: datetime | None, due_at: datetime, v: datetime) -> datetime | None:
    """When it is known whether it was in time; None: not yet."""
    if done_at is not None and done_at <= due_at:
        return done_at
    return due_at if v > due_at else None


def _handling(told: Told, facts: Facts, v: datetime) -> Iterator[Entry]:
    work = told.handling
    if work is None or told.state == "void":
        return
    sealed = sealed_at(work.handled_at, work.due_at, v)
    if sealed is None:
        return
    kept_out = "exempt" if work.exempt else "deferred" if told.state == "on_hold" else None
    subjects = _with(told, unit=work.owner)
    for name, hit in _of_handling(told, work).items():
        yield Entry(name, told.number, sealed, hit, subjects, kept_out)
    # Exempt and deferred is what S(P) leaves out, handled or not; times are of those that were handled.
    if work.handled_at is not None or kept_out is not None:
        took = _seconds(told, work, facts) if work.handled_at is not None else None
        for name in ("handling_median_s", "handling_p90_s"):
            yield Entry(name, told.number, sealed, True, subjects, kept_out, took)


def _seconds(told: Told, work: Handling, facts: Facts) -> int:
    """Whole seconds of the limit's kind of time that the work took, without what was on hold."""
    clock = next(
        clock
        for clock in told.card["clocks"]
        if clock["stage"] == "handling" and instant(clock["started_at"]) == work.started_at
    )
    spent = facts.calendars[clock["calendar"]["version"]].spent
    assert work.handled_at is not None
    took = spent(work.started_at, work.handled_at, clock["unit"])
    for since, until in work.holds:
        took -= spent(since, until or work.handled_at, clock["unit"])
    return took // timedelta(seconds=1)


def _of_handling(told: Told, work: Handling) -> dict[str, bool]:
    in_time = work.handled_at is not None and work.handled_at <= work.due_at
    closed = told.closed_at is not None
    return {
        "on_time_handled_rate": in_time,
        "handled_rate": work.handled_at is not None,
        "overdue_open_rate": work.handled_at is None,
        "closed_rate": closed,
        "on_time_closed_rate": closed and in_time,
        "rework_rate": work.failed_check,
        "extension_rate": work.extended,
        "hold_rate": bool(work.holds),
    }


# --- stages -----------------------------------------------------------------------------------------------------------

STAGES = {
    "file": "on_time_filing_rate",
    "dispatch": "on_time_dispatch_rate",
    "verify": "on_time_verify_rate",
    "check": "on_time_check_rate",
    "close": "on_time_close_rate",
}


def _stages(told: Told, v: datetime) -> Iterator[Entry]:
    for clock in told.clocks:
        name = STAGES.get(clock.stage)
        stopped = clock.ended_at is not None and not clock.done
        if name is None or (stopped and clock.ended_at < clock.due_at):
            continue
        done_at = clock.ended_at if clock.done else None
        sealed = sealed_at(done_at, clock.due_at, v)
        if sealed is not None:
            in_time = done_at is not None and done_at <= clock.due_at
            yield Entry(name, told.number, sealed, in_time, _with(told, **_people(told, clock)))


def _people(told: Told, clock: StageClock) -> dict[str, str | None]:
    """Who did it, or was asked to."""
    match clock.stage:
        case "verify" | "check":
            return {"inspector": clock.doer or clock.asked}
        case "dispatch":
            return {"dispatcher": clock.doer}
        case _:
            by_leader = clock.deed in {"file", "close"}
            return {"shift_leader": clock.doer if by_leader else None, "operator": told.acceptor}


# --- filing -----------------------------------------------------------------------------------------------------------


def _filing(told: Told, facts: Facts) -> Iterator[Entry]:
    if told.filed_at is None or told.filer is None:
        return
    action, actor = told.filer
    subjects = _with(told, shift_leader=actor if action == "file" else None, operator=told.acceptor)
    yield Entry("filed", told.number, told.filed_at, True, subjects)
    yield Entry("accurate_filing_rate", told.number, told.filed_at, told.state != "void", subjects)
    missed = told.source != "inspector" and facts.found_by_patrol(told.card["type"])
    holders = facts.holders.get(told.card["cell"]["code"], ())
    held = tuple({who for who, since, until in holders if since <= told.filed_at and _before(told.filed_at, until)})
    yield Entry("missed_rate", told.number, told.filed_at, missed, {**areas(told), "inspector": held})


def _before(at: datetime, until: datetime | None) -> bool:
    return until is None or at < until


def _dispatches(told: Told) -> Iterator[Entry]:
    for one in told.dispatches:
        subjects = _with(told, dispatcher=one.by, unit=one.to)
        yield Entry("dispatched", told.number, one.at, True, subjects)
        yield Entry("accurate_dispatch_rate", told.number, one.at, not one.misrouted, subjects)


# --- reports ----------------------------------------------------------------------------------------------------------


def _reports(told: Told, by_number: Mapping[str, Told]) -> Iterator[Entry]:
    """A case that was split off has no report of its own."""
    if told.report is None or told.submitted_at is None:
        return
    subjects = _with(told, inspector=told.submitter if told.source == "inspector" else None)
    yield Entry("reports", told.number, told.submitted_at, True, subjects)
    last = told
    while last.merged_into is not None:
        last = by_number[last.merged_into]
    if told.decided:
        valid = last.filed_at is not None or (last.self_handled and last.closed_at is not None)
        yield Entry("valid_report_rate", told.number, told.submitted_at, valid, subjects)


def _ratings(told: Told) -> Iterator[Entry]:
    for at, score, owner in told.ratings:
        subjects = _with(told, unit=owner)
        yield Entry("satisfaction_mean", told.number, at, True, subjects, value=score)
        yield Entry("satisfaction_share", told.number, at, score >= 4, subjects)


# --- again ------------------------------------------------------------------------------------------------------------


def _repeats(told: Sequence[Told]) -> Iterator[Entry]:
    near: dict[tuple[Any, int, int], list[Told]] = defaultdict(list)
    for one in told:
        if one.filed_at is not None:
            near[_square(one)].append(one)
    for one in told:
        if one.closed_at is not None:
            again = any(_again(one, one.closed_at, other) for other in _around(one, near))
            yield Entry("repeat_rate", one.number, one.closed_at, again, _with(one, unit=one.owner))


def _place(told: Told) -> tuple[float, float]:
    return told.card["position"]["lon"], told.card["position"]["lat"]


def _square(told: Told) -> tuple[Any, int, int]:
    """Squares of a thousandth of a degree: like cases lie in one square or in neighbours."""
    lon, lat = _place(told)
    return told.type_id, int(lon * 1000), int(lat * 1000)


def _around(told: Told, near: Mapping[tuple[Any, int, int], list[Told]]) -> Iterator[Told]:
    kind, x, y = _square(told)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            yield from near.get((kind, x + dx, y + dy), ())


def _again(one: Told, closed_at: datetime, other: Told) -> bool:
    if other.number == one.number or other.filed_at is None or one.type_id is None:
        return False
    if not closed_at < other.filed_at <= closed_at + AGAIN_WITHIN:
        return False
    return bool(EARTH.inv(*_place(one), *_place(other))[2] <= LIKE_WITHIN_M)
