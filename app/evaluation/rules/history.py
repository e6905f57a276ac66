"""What a case comes to as of an instant: its chain of events folded into instants, clocks and marks.

Nothing but the chain is read: which clock a move starts, stops or moves is what the table of moves says, its deadline
is what the event wrote. Source: figures.md, "Instants of a case"; domain.md §6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from app.cases.rules import MOVES, Action, ClockEffect, Handling, State
from app.sla.rules import Stage

WORK_OF: Mapping[Stage, frozenset[Action]] = MappingProxyType(
    {
        Stage.ACCEPT: frozenset(
            {Action.ACCEPT, Action.REJECT, Action.MERGE, Action.REQUEST_VERIFY, Action.SELF_HANDLE}
        ),
        Stage.VERIFY: frozenset({Action.VERIFY}),
        Stage.FILE: frozenset({Action.FILE, Action.REJECT, Action.MERGE}),
        Stage.DISPATCH: frozenset({Action.DISPATCH}),
        Stage.CHECK: frozenset({Action.CHECK}),
        Stage.CLOSE: frozenset({Action.CLOSE}),
    }
)
"""The actions that do what a stage's clock waits for; any other that ends the clock stops it undone."""

BEFORE_FILING = frozenset({State.RECEIVED, State.VERIFYING, State.TO_FILE})


@dataclass(frozen=True, slots=True)
class Step:
    """What figures read of an event.

    Shape: `source` and `target` the states before and after (None before the first); `stage` and `due_at` of the clock
           that runs afterwards; `lead_id` and `type_id` as they are afterwards; `actor_id` the person who acted, None
           for the system, whoever is nameless and whoever was erased; `asked_id` the inspector asked to verify.
           `linked`: this event opened a case that was split off another one.
    """

    action: Action
    at: datetime
    source: State | None
    target: State
    stage: Stage | None = None
    due_at: datetime | None = None
    lead_id: UUID | None = None
    type_id: UUID | None = None
    actor_id: UUID | None = None
    asked_id: UUID | None = None
    granted: bool = False
    recalled: bool = False
    linked: bool = False
    score: int | None = None


@dataclass(frozen=True, slots=True)
class StageClock:
    """A clock of a stage: until when, who was asked, and when and by whom it was done or stopped."""

    stage: Stage
    started_at: datetime
    due_at: datetime
    asked_id: UUID | None = None
    done_at: datetime | None = None
    stopped_at: datetime | None = None
    done_by: UUID | None = None

    @property
    def sealed_at(self) -> datetime | None:
        """The instant at which it is known whether it was done in time; None: it was stopped before it was due."""
        if self.stopped_at is not None and self.stopped_at < self.due_at:
            return None
        return sealed(self.done_at, self.due_at)

    @property
    def on_time(self) -> bool:
        return self.done_at is not None and self.done_at <= self.due_at


def sealed(done_at: datetime | None, due_at: datetime) -> datetime:
    """When it is known whether something was done in time: early work when it is done, late work when it was due.

    Source: figures.md, `sealed_at`

    Example:
        >>> from datetime import datetime
        >>> [sealed(datetime(2026, 3, day), datetime(2026, 3, 2)).day for day in (1, 3)]
        [1, 2]
    """
    return done_at if done_at is not None and done_at <= due_at else due_at


@dataclass(frozen=True, slots=True)
class HandlingClock:
    """The latest clock of the owner's work: when it ran, and what happened to it.

    Shape: `pauses` are the stretches on hold, the last one open (None) while the case is on hold.
    """

    owner_id: UUID | None
    started_at: datetime
    due_at: datetime
    handled_at: datetime | None = None
    reworked: bool = False
    extended: bool = False
    appealed: bool = False
    appeal_granted: bool = False
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()

    @property
    def sealed_at(self) -> datetime:
        return sealed(self.handled_at, self.due_at)

    @property
    def on_time(self) -> bool:
        return self.handled_at is not None and self.handled_at <= self.due_at


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The case was given to an owner; `misrouted` once they returned it as not theirs."""

    at: datetime
    lead_id: UUID | None
    by: UUID | None
    misrouted: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reporter gave, and whose work it was about: the owner's of that day."""

    at: datetime
    score: int
    owner_id: UUID | None


@dataclass(slots=True)
class History:
    """A case as of an instant.

    Shape: `handling` is None before dispatch, while the case awaits another dispatch and when it is void;
           `reported_at` is None for a case that was split off: its report opened another one.
    """

    state: State
    opened_at: datetime
    type_id: UUID | None = None
    lead_id: UUID | None = None
    reported_at: datetime | None = None
    reporter_id: UUID | None = None
    operator_id: UUID | None = None
    leader_id: UUID | None = None
    filed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    forced: bool = False
    self_handled: bool = False
    handling: HandlingClock | None = None
    stages: list[StageClock] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)


_EFFECTS: Mapping[tuple[Action, State | None, State], ClockEffect] = MappingProxyType(
    {(move.action, move.source, move.target): move.clocks for move in reversed(MOVES)}
)
_KEEPS = ClockEffect()


def history_of(steps: Iterable[Step], at: datetime | None = None) -> History | None:
    """The case as of an instant (None: of its last event), from its events in order; None before the first.

    Shape: `steps` oldest first; those after `at` are left out.
    """
    found: History | None = None
    for step in steps:
        if at is not None and step.at > at:
            break
        if found is None:
            found = _opened(step)
        else:
            _follow(found, step)
    return found


def _opened(step: Step) -> History:
    case = History(step.target, step.at, type_id=step.type_id)
    if not step.linked:
        case.reported_at, case.reporter_id = step.at, step.actor_id
    _start_stage(case, step)
    return case


def _follow(case: History, step: Step) -> None:
    effect = _EFFECTS.get((step.action, step.source, step.target), _KEEPS)
    _stop(case, step, effect)
    case.state, case.type_id, case.lead_id = step.target, step.type_id, step.lead_id
    _mark(case, step)
    _handle(case, step, effect.handling)
    if effect.starts is not None:
        _start_stage(case, step)
    _reckon(case, step)


def _stop(case: History, step: Step, effect: ClockEffect) -> None:
    """The stage's clock that runs ends: done by what it waited for, else stopped."""
    if effect.stops is None or not case.stages or case.stages[-1].stage is not effect.stops:
        return
    clock = case.stages[-1]
    if clock.done_at is not None or clock.stopped_at is not None:
        return
    if step.action in WORK_OF[clock.stage]:
        # Who rejects or merges what waits to be filed may be an operator: the filing is the shift leader's.
        filed = clock.stage is not Stage.FILE or step.action is Action.FILE
        case.stages[-1] = replace(clock, done_at=step.at, done_by=step.actor_id if filed else None)
    else:
        case.stages[-1] = replace(clock, stopped_at=step.at)


def _start_stage(case: History, step: Step) -> None:
    if step.stage is not None and step.stage is not Stage.HANDLING and step.due_at is not None:
        case.stages.append(StageClock(step.stage, step.at, step.due_at, asked_id=step.asked_id))


def _reckon(case: History, step: Step) -> None:
    """The clock that runs afterwards is due when the event says: an extension, a hold's end or a corrected calendar."""
    if step.due_at is None or step.stage is None:
        return
    if step.stage is Stage.HANDLING:
        if case.handling is not None and case.handling.due_at != step.due_at:
            case.handling = replace(case.handling, due_at=step.due_at)
    elif case.stages and case.stages[-1].stage is step.stage and case.stages[-1].due_at != step.due_at:
        case.stages[-1] = replace(case.stages[-1], due_at=step.due_at)


def _mark(case: History, step: Step) -> None:
    """What does not depend on clocks: filing, closing, returns, ratings, appeals, who acted."""
    if step.target is State.TO_DISPATCH and case.filed_at is None:
        case.filed_at = step.at
        case.leader_id = step.actor_id if step.action is Action.FILE else None
    if (mark := _MARKS.get(step.action)) is not None:
        mark(case, step)


def _accepted(case: History, step: Step) -> None:
    case.operator_id = step.actor_id


def _self_handled(case: History, step: Step) -> None:
    del step
    case.self_handled = True


def _dispatched(case: History, step: Step) -> None:
    case.dispatches.append(Dispatch(step.at, step.lead_id, step.actor_id))


def _returned(case: History, step: Step) -> None:
    if not step.recalled:
        case.dispatches[-1] = replace(case.dispatches[-1], misrouted=True)


def _closed(case: History, step: Step) -> None:
    case.closed_at, case.closed_by = step.at, step.actor_id
    case.forced = step.action is Action.FORCE_CLOSE


def _reopened(case: History, step: Step) -> None:
    del step
    case.closed_at, case.closed_by, case.forced, case.handling = None, None, False, None


def _rated(case: History, step: Step) -> None:
    if step.score is not None:
        case.ratings.append(Rating(step.at, step.score, step.lead_id))


def _appealed(case: History, step: Step) -> None:
    del step
    if case.handling is not None:
        case.handling = replace(case.handling, appealed=True)


def _appeal_decided(case: History, step: Step) -> None:
    """It is about the handling that it was lodged against: a reopening leaves that one behind."""
    if step.granted and case.handling is not None and case.handling.appealed:
        case.handling = replace(case.handling, appeal_granted=True)


def _voided(case: History, step: Step) -> None:
    del step
    case.handling = None


_MARKS: Mapping[Action, Callable[[History, Step], None]] = MappingProxyType(
    {
        Action.ACCEPT: _accepted,
        Action.SELF_HANDLE: _self_handled,
        Action.DISPATCH: _dispatched,
        Action.RETURN: _returned,
        Action.CLOSE: _closed,
        Action.FORCE_CLOSE: _closed,
        Action.REOPEN: _reopened,
        Action.RATE: _rated,
        Action.APPEAL: _appealed,
        Action.DECIDE_APPEAL: _appeal_decided,
        Action.VOID: _voided,
    }
)


def _handle(case: History, step: Step, handling: Handling) -> None:
    """What a move does to the owner's clock."""
    if handling is Handling.STARTS and step.due_at is not None:
        case.handling = HandlingClock(step.lead_id, step.at, step.due_at)
    elif case.handling is not None and (change := _ON_CLOCK.get(handling)) is not None:
        case.handling = change(case.handling, step)


def _resumed(clock: HandlingClock, step: Step) -> HandlingClock:
    (since, _) = clock.pauses[-1]
    return replace(clock, pauses=(*clock.pauses[:-1], (since, step.at)))


_ON_CLOCK: Mapping[Handling, Callable[[HandlingClock, Step], HandlingClock | None]] = MappingProxyType(
    {
        Handling.DONE: lambda clock, step: replace(clock, handled_at=step.at),
        Handling.GOES_ON: lambda clock, _: replace(clock, handled_at=None, reworked=True),
        Handling.EXTENDS: lambda clock, step: replace(clock, extended=clock.extended or step.granted),
        Handling.PAUSES: lambda clock, step: replace(clock, pauses=(*clock.pauses, (step.at, None))),
        Handling.RESUMES: _resumed,
        # Handed back: nobody's, until it is dispatched again. By force: it ends as it stands.
        Handling.STOPS: lambda clock, step: None if step.target is State.TO_DISPATCH else clock,
    }
)
