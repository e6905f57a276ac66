"""What of a case is counted: each handling, filing, stage, dispatch, report, closing and rating once, at one instant.

A figure of a period is a count of such entries whose instant lies in it. Source: figures.md, "Periods and subjects".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from uuid import UUID

from app.cases.rules import Source, State
from app.evaluation.rules.history import BEFORE_FILING, Dispatch, HandlingClock, History, StageClock
from app.sla.rules import Stage

SATISFIED_FROM = 4
Clock: TypeAlias = HandlingClock | StageClock


class Counted(StrEnum):
    """What is counted, once each."""

    HANDLING = "handling"
    REPORT = "report"
    FILING = "filing"
    PATROL = "patrol"
    DISPATCH = "dispatch"
    CLOSING = "closing"
    RATING = "rating"
    ACCEPT_CLOCK = "accept_clock"
    VERIFY_CLOCK = "verify_clock"
    FILE_CLOCK = "file_clock"
    DISPATCH_CLOCK = "dispatch_clock"
    CHECK_CLOCK = "check_clock"
    CLOSE_CLOCK = "close_clock"


CLOCK_OF: Mapping[Stage, Counted] = MappingProxyType(
    {
        Stage.ACCEPT: Counted.ACCEPT_CLOCK,
        Stage.VERIFY: Counted.VERIFY_CLOCK,
        Stage.FILE: Counted.FILE_CLOCK,
        Stage.DISPATCH: Counted.DISPATCH_CLOCK,
        Stage.CHECK: Counted.CHECK_CLOCK,
        Stage.CLOSE: Counted.CLOSE_CLOCK,
    }
)


class Mark(IntFlag):
    """What is true of an entry as of the view instant. The numbers are stored: new ones are added at the end."""

    HANDLED = 1
    ON_TIME = 2
    CLOSED = 4
    REWORKED = 8
    EXTENDED = 16
    HELD = 32
    EXEMPT = 64
    DEFERRED = 128
    FORCED = 256
    ACCURATE = 512
    MISSED = 1024
    DECIDED = 2048
    VALID = 4096
    REPEATED = 8192
    SATISFIED = 16384


NONE = Mark(0)


class Entry(NamedTuple):
    """One thing that is counted.

    Shape: `ordinal` tells entries of a kind of one case apart (1, 2, …); `at` is the instant that decides the period,
           and may lie ahead for work that is not due yet. `value`: working seconds of a handling or stage that is
           done, the score of a rating. People are those who did it or were asked to, each under their post.
    """

    counted: Counted
    ordinal: int
    at: datetime
    type_id: UUID | None
    marks: Mark
    value: int | None = None
    unit_id: UUID | None = None
    inspector_id: UUID | None = None
    operator_id: UUID | None = None
    leader_id: UUID | None = None
    dispatcher_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a case beside its chain.

    Shape: `target` is the case it was merged into, as of the same instant; `repeated` tells whether a like case was
           filed near by within 30 days after it closed; `patrollers` the inspectors in whose zones it lay when filed;
           `worked` counts working seconds between instants, by the limit's kind of time.
    """

    source: Source
    worked: Callable[[Clock], int]
    target: History | None = None
    repeated: bool = False
    patrollers: Sequence[UUID] = ()


def entries_of(case: History, setting: Setting) -> Iterator[Entry]:
    """Everything that is counted of a case, as of the instant of its history."""
    yield from _report(case, setting)
    yield from _filing(case, setting)
    for ordinal, clock in enumerate(case.stages, 1):
        yield from _stage(case, clock, ordinal, setting)
    for ordinal, dispatch in enumerate(case.dispatches, 1):
        yield _dispatch(case, dispatch, ordinal)
    if case.handling is not None:
        yield _handling(case, case.handling, setting)
    if case.closed_at is not None:
        yield _closing(case, case.closed_at, setting)
    for ordinal, rating in enumerate(case.ratings, 1):
        marks = Mark.SATISFIED if rating.score >= SATISFIED_FROM else NONE
        yield Entry(Counted.RATING, ordinal, rating.at, case.type_id, marks, rating.score, unit_id=rating.owner_id)


def became_a_case(case: History) -> bool:
    """Whether a report was worth it: its case was filed, or handled on the spot and closed."""
    return case.filed_at is not None or (case.self_handled and case.state is State.CLOSED)


def _report(case: History, setting: Setting) -> Iterator[Entry]:
    """A report is decided once its case has left what comes before filing."""
    if case.reported_at is None:
        return
    marks = NONE if case.state in BEFORE_FILING else Mark.DECIDED
    if marks and (became_a_case(case) or (setting.target is not None and became_a_case(setting.target))):
        marks |= Mark.VALID
    inspector = case.reporter_id if setting.source is Source.INSPECTOR else None
    yield Entry(Counted.REPORT, 1, case.reported_at, case.type_id, marks, inspector_id=inspector)


def _filing(case: History, setting: Setting) -> Iterator[Entry]:
    if case.filed_at is None:
        return
    marks = NONE if case.state is State.VOID else Mark.ACCURATE
    if setting.source is not Source.INSPECTOR:
        marks |= Mark.MISSED
    yield Entry(
        Counted.FILING,
        1,
        case.filed_at,
        case.type_id,
        marks,
        unit_id=case.lead_id,
        operator_id=case.operator_id,
        leader_id=case.leader_id,
    )
    for ordinal, inspector in enumerate(setting.patrollers, 1):
        patrol = marks & Mark.MISSED
        yield Entry(Counted.PATROL, ordinal, case.filed_at, case.type_id, patrol, inspector_id=inspector)


def _stage(case: History, clock: StageClock, ordinal: int, setting: Setting) -> Iterator[Entry]:
    if clock.sealed_at is None:
        return
    marks = Mark.ON_TIME if clock.on_time else NONE
    if clock.done_at is not None:
        marks |= Mark.HANDLED
    inspects = clock.stage in {Stage.VERIFY, Stage.CHECK}
    leads = clock.stage in {Stage.FILE, Stage.CLOSE}
    yield Entry(
        CLOCK_OF[clock.stage],
        ordinal,
        clock.sealed_at,
        case.type_id,
        marks,
        None if clock.done_at is None else setting.worked(clock),
        inspector_id=(clock.done_by or clock.asked_id) if inspects else None,
        operator_id=case.operator_id if leads else clock.done_by if clock.stage is Stage.ACCEPT else None,
        leader_id=clock.done_by if leads else None,
        dispatcher_id=clock.done_by if clock.stage is Stage.DISPATCH else None,
    )


def _dispatch(case: History, dispatch: Dispatch, ordinal: int) -> Entry:
    marks = NONE if dispatch.misrouted else Mark.ACCURATE
    return Entry(
        Counted.DISPATCH,
        ordinal,
        dispatch.at,
        case.type_id,
        marks,
        unit_id=dispatch.lead_id,
        dispatcher_id=dispatch.by,
    )


def _handling(case: History, clock: HandlingClock, setting: Setting) -> Entry:
    true = {
        Mark.HANDLED: clock.handled_at is not None,
        Mark.ON_TIME: clock.on_time,
        Mark.CLOSED: case.closed_at is not None,
        Mark.REWORKED: clock.reworked,
        Mark.EXTENDED: clock.extended,
        Mark.HELD: bool(clock.pauses),
        Mark.EXEMPT: clock.appeal_granted,
        Mark.DEFERRED: case.state is State.ON_HOLD,
        Mark.FORCED: case.forced,
    }
    marks = NONE
    for mark, holds in true.items():
        if holds:
            marks |= mark
    value = setting.worked(clock) if clock.handled_at is not None else None
    return Entry(Counted.HANDLING, 1, clock.sealed_at, case.type_id, marks, value, unit_id=clock.owner_id)


def _closing(case: History, at: datetime, setting: Setting) -> Entry:
    marks = (Mark.REPEATED if setting.repeated else NONE) | (Mark.FORCED if case.forced else NONE)
    return Entry(Counted.CLOSING, 1, at, case.type_id, marks, unit_id=case.lead_id, leader_id=case.closed_by)
