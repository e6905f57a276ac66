"""Every arrow of the workflow, as data. Nothing else decides what is allowed.

One line reads: *action*, from *state*, to *state*, by *whom*, needing *facts*, with *effect on the clocks*, *when*.
Source: domain.md §5 (states, actions) and §6 (clocks).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from app.accounts.rules import Role
from app.cases.rules.facts import Fact, Relation, Who
from app.cases.rules.states import OPEN_STATES, STAGE_OF, Action, State
from app.sla.rules import Stage


class Handling(StrEnum):
    """What a move does to the handling clock (the filing condition's limit).

    `handled_at` is the instant a clock is done; in time means `handled_at <= due_at`. A failed check takes
    `handled_at` back and the same clock goes on, with the same deadline, as if it had never been done: the time
    spent waiting for the check counts. Only a hold takes time out of a clock.
    """

    KEEPS = "keeps"
    STARTS = "starts"  # a fresh clock, with the full limit
    DONE = "done"  # handled_at is set; the clock stands
    GOES_ON = "goes_on"  # handled_at is taken back; same clock, same deadline
    STOPS = "stops"  # the clock ends without having been done, and counts for nobody
    PAUSES = "pauses"  # on hold: no time passes
    RESUMES = "resumes"  # due_at moves by what is left of the limit
    EXTENDS = "extends"  # due_at moves by the granted limit
    RECKONED = "reckoned"  # the clock that runs, whichever it is, is due as the corrected calendar says


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """Which stage clock a move stops, which it starts, and what it does to the handling clock."""

    stops: Stage | None = None
    starts: Stage | None = None
    handling: Handling = Handling.KEEPS


When: TypeAlias = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow. `when` picks the arrow by an input, or by `source` or `owned` of the case; the first match wins."""

    action: Action
    source: State | None
    target: State
    who: frozenset[Who]
    needs: frozenset[Fact] = frozenset()
    clocks: ClockEffect = ClockEffect()
    when: When | None = None


OPEN_ROWS = tuple(state for state in State if state in OPEN_STATES)

ANYBODY = frozenset({Who(None)})
THE_SYSTEM = frozenset({Who(Role.SYSTEM, Relation.SYSTEM)})
THE_REPORTER = frozenset({Who(None, Relation.REPORTER)})
REPORTING_INSPECTOR = frozenset({Who(Role.INSPECTOR, Relation.REPORTER)})
ASKED_INSPECTOR = frozenset({Who(Role.INSPECTOR, Relation.ASKED)})
OTHER_INSPECTOR = frozenset({Who(Role.INSPECTOR, Relation.NOT_HANDLER)})
OPERATOR = frozenset({Who(Role.OPERATOR)})
OPERATOR_OR_JOINER = frozenset({Who(Role.OPERATOR), Who(None, Relation.JOINER)})
SHIFT_LEADER = frozenset({Who(Role.SHIFT_LEADER)})
OPERATOR_OR_LEADER = OPERATOR | SHIFT_LEADER
DISPATCHER = frozenset({Who(Role.DISPATCHER)})
UNIT_MANAGER = frozenset({Who(Role.UNIT_MANAGER, Relation.LEAD_UNIT)})
UNIT_OR_DESK = UNIT_MANAGER | {Who(Role.DISPATCHER, Relation.UNMANAGED)}
"""Where nobody manages the lead unit, whoever dispatches there takes the case back: it is never without anybody."""
THE_HELPERS = frozenset({Who(Role.HANDLER, Relation.HELPER_UNIT), Who(Role.UNIT_MANAGER, Relation.HELPER_UNIT)})
THE_OWNER = frozenset({Who(Role.HANDLER, Relation.ASSIGNED)}) | UNIT_MANAGER
SUPERVISOR = frozenset({Who(Role.SUPERVISOR)})
ADMIN = frozenset({Who(Role.ADMIN)})
COLLEAGUE = frozenset(
    Who(role, Relation.SAME_ROLE)
    for role in (
        Role.INSPECTOR,
        Role.OPERATOR,
        Role.SHIFT_LEADER,
        Role.DISPATCHER,
        Role.HANDLER,
        Role.UNIT_MANAGER,
        Role.SUPERVISOR,
    )
)


def _facts(*facts: Fact) -> frozenset[Fact]:
    return frozenset(facts)


NOTHING = _facts()
REASON = _facts(Fact.REASON)
TYPE_AND_CONDITION = _facts(Fact.TYPE, Fact.CONDITION)
ACCEPTED = TYPE_AND_CONDITION | _facts(Fact.VERIFIED)
SELF_HANDLED = _facts(Fact.BEFORE_PHOTO, Fact.AFTER_PHOTO, Fact.SELF_HANDLING_ALLOWED)
VERIFIED = _facts(Fact.VERDICT, Fact.PHOTO, Fact.POSITION_NEAR)
CHECKED = _facts(Fact.VERDICT, Fact.PHOTO, Fact.POSITION)
EXTENSION_ASKED = _facts(Fact.LIMIT, Fact.BEFORE_DUE, Fact.EXTENSIONS_LEFT, Fact.NO_OPEN_REQUEST)
HOLD_ASKED = _facts(Fact.UNTIL, Fact.NOT_HELD_BEFORE, Fact.NO_OPEN_REQUEST)
NOT_SOLVED = _facts(Fact.PHOTO, Fact.WITHIN_7_DAYS, Fact.NOT_REOPENED_BEFORE)

REAL, NOT_REAL = ("verdict", "real"), ("verdict", "not_real")
PASSED, FAILED = ("verdict", "passed"), ("verdict", "failed")
GRANTED, REFUSED = ("granted", True), ("granted", False)
BY_INSPECTOR = ("source", "inspector")
OWNED = ("owned", True)

KEEPS = ClockEffect()


def _next(stops: Stage, starts: Stage) -> ClockEffect:
    return ClockEffect(stops=stops, starts=starts)


def _last(stops: Stage) -> ClockEffect:
    return ClockEffect(stops=stops)


def _handling(effect: Handling) -> ClockEffect:
    return ClockEffect(handling=effect)


HANDLING_STARTS = ClockEffect(stops=Stage.DISPATCH, handling=Handling.STARTS)
HANDED_BACK = ClockEffect(starts=Stage.DISPATCH, handling=Handling.STOPS)
WORK_DONE = ClockEffect(starts=Stage.CHECK, handling=Handling.DONE)
REWORK = ClockEffect(stops=Stage.CHECK, handling=Handling.GOES_ON)


def _ended(state: State) -> ClockEffect:
    """The clock of this state stops: the handling clock for a case with its owner, else the stage's."""
    stage = STAGE_OF[state]
    return _handling(Handling.STOPS) if stage is Stage.HANDLING else _last(stage)


A, S = Action, State

RECORDED = frozenset({A.REDACT, A.RECALCULATE})
"""What the system notes in a chain by itself: an erasure, deadlines by a corrected calendar. Nobody asks for it."""

MOVES: tuple[Move, ...] = (
    # From a report to a filed case.
    Move(A.SUBMIT, None, S.RECEIVED, ANYBODY, NOTHING, ClockEffect(starts=Stage.ACCEPT)),
    Move(A.SELF_HANDLE, S.RECEIVED, S.TO_CLOSE, REPORTING_INSPECTOR, SELF_HANDLED, _next(Stage.ACCEPT, Stage.CLOSE)),
    Move(
        A.ACCEPT,
        S.RECEIVED,
        S.TO_DISPATCH,
        OPERATOR,
        ACCEPTED,
        _next(Stage.ACCEPT, Stage.DISPATCH),
        BY_INSPECTOR,
    ),
    Move(A.ACCEPT, S.RECEIVED, S.TO_FILE, OPERATOR, ACCEPTED, _next(Stage.ACCEPT, Stage.FILE)),
    Move(A.ACCEPT, S.TO_FILE, S.TO_FILE, OPERATOR, TYPE_AND_CONDITION, KEEPS),
    Move(
        A.REQUEST_VERIFY,
        S.RECEIVED,
        S.VERIFYING,
        OPERATOR,
        _facts(Fact.INSPECTOR),
        _next(Stage.ACCEPT, Stage.VERIFY),
    ),
    Move(
        A.REQUEST_VERIFY,
        S.VERIFYING,
        S.VERIFYING,
        OPERATOR,
        _facts(Fact.INSPECTOR),
        _next(Stage.VERIFY, Stage.VERIFY),
    ),
    Move(A.VERIFY, S.VERIFYING, S.TO_FILE, ASKED_INSPECTOR, VERIFIED, _next(Stage.VERIFY, Stage.FILE), REAL),
    Move(A.VERIFY, S.VERIFYING, S.REJECTED, ASKED_INSPECTOR, VERIFIED, _last(Stage.VERIFY), NOT_REAL),
    *(
        Move(A.REJECT, state, S.REJECTED, OPERATOR_OR_LEADER, REASON, _ended(state))
        for state in (S.RECEIVED, S.VERIFYING, S.TO_FILE)
    ),
    *(
        Move(A.MERGE, state, S.MERGED, OPERATOR_OR_JOINER, _facts(Fact.OPEN_CASE_TARGET), _ended(state))
        for state in (S.RECEIVED, S.TO_FILE)
    ),
    *(Move(A.SPLIT, state, state, OPERATOR, _facts(Fact.OTHER_TYPE), KEEPS) for state in (S.RECEIVED, S.TO_FILE)),
    Move(A.FILE, S.TO_FILE, S.TO_DISPATCH, SHIFT_LEADER, TYPE_AND_CONDITION, _next(Stage.FILE, Stage.DISPATCH)),
    # With its owner.
    Move(A.DISPATCH, S.TO_DISPATCH, S.HANDLING, DISPATCHER, _facts(Fact.OWNER), HANDLING_STARTS),
    Move(A.DISPATCH, S.TO_DISPATCH, S.HANDLING, THE_SYSTEM, _facts(Fact.OWNER, Fact.AUTO), HANDLING_STARTS),
    Move(A.ASSIGN, S.HANDLING, S.HANDLING, UNIT_MANAGER, _facts(Fact.HANDLER), KEEPS),
    Move(A.ADVISE, S.HANDLING, S.HANDLING, THE_HELPERS, _facts(Fact.TEXT), KEEPS),
    Move(A.RETURN, S.HANDLING, S.TO_DISPATCH, UNIT_OR_DESK, REASON, HANDED_BACK),
    Move(A.REQUEST_EXTENSION, S.HANDLING, S.HANDLING, UNIT_MANAGER, EXTENSION_ASKED, KEEPS),
    Move(
        A.DECIDE_EXTENSION,
        S.HANDLING,
        S.HANDLING,
        SHIFT_LEADER,
        _facts(Fact.OPEN_EXTENSION, Fact.GRANTED),
        _handling(Handling.EXTENDS),
        GRANTED,
    ),
    Move(
        A.DECIDE_EXTENSION,
        S.HANDLING,
        S.HANDLING,
        SHIFT_LEADER,
        _facts(Fact.OPEN_EXTENSION, Fact.GRANTED),
        KEEPS,
        REFUSED,
    ),
    Move(A.REQUEST_HOLD, S.HANDLING, S.HANDLING, UNIT_MANAGER, HOLD_ASKED, KEEPS),
    Move(
        A.DECIDE_HOLD,
        S.HANDLING,
        S.ON_HOLD,
        DISPATCHER,
        _facts(Fact.OPEN_HOLD, Fact.GRANTED),
        _handling(Handling.PAUSES),
        GRANTED,
    ),
    Move(A.DECIDE_HOLD, S.HANDLING, S.HANDLING, DISPATCHER, _facts(Fact.OPEN_HOLD, Fact.GRANTED), KEEPS, REFUSED),
    Move(A.RESUME, S.ON_HOLD, S.HANDLING, DISPATCHER, NOTHING, _handling(Handling.RESUMES)),
    Move(A.RESUME, S.ON_HOLD, S.HANDLING, THE_SYSTEM, _facts(Fact.UNTIL_REACHED), _handling(Handling.RESUMES)),
    Move(A.FINISH, S.HANDLING, S.TO_CHECK, THE_OWNER, _facts(Fact.AFTER_PHOTO, Fact.TEXT), WORK_DONE),
    # Checked, closed, opened again.
    Move(A.CHECK, S.TO_CHECK, S.TO_CLOSE, OTHER_INSPECTOR, CHECKED, _next(Stage.CHECK, Stage.CLOSE), PASSED),
    Move(A.CHECK, S.TO_CHECK, S.HANDLING, OTHER_INSPECTOR, CHECKED | REASON, REWORK, FAILED),
    Move(A.CLOSE, S.TO_CLOSE, S.CLOSED, SHIFT_LEADER, NOTHING, _last(Stage.CLOSE)),
    Move(A.CLOSE, S.TO_CLOSE, S.CLOSED, THE_SYSTEM, _facts(Fact.AUTO), _last(Stage.CLOSE)),
    Move(A.REOPEN, S.CLOSED, S.HANDLING, THE_REPORTER, NOT_SOLVED, _handling(Handling.STARTS), OWNED),
    Move(A.REOPEN, S.CLOSED, S.TO_DISPATCH, THE_REPORTER, NOT_SOLVED, ClockEffect(starts=Stage.DISPATCH)),
    Move(A.REOPEN, S.CLOSED, S.HANDLING, SUPERVISOR, NOTHING, _handling(Handling.STARTS), OWNED),
    Move(A.REOPEN, S.CLOSED, S.TO_DISPATCH, SUPERVISOR, NOTHING, ClockEffect(starts=Stage.DISPATCH)),
    Move(A.RATE, S.CLOSED, S.CLOSED, THE_REPORTER, _facts(Fact.SCORE, Fact.NOT_RATED_BEFORE), KEEPS),
    Move(A.APPEAL, S.CLOSED, S.CLOSED, UNIT_MANAGER, _facts(Fact.NOT_APPEALED_BEFORE), KEEPS),
    *(
        Move(A.DECIDE_APPEAL, S.CLOSED, S.CLOSED, SHIFT_LEADER, _facts(Fact.OPEN_APPEAL, Fact.GRANTED), KEEPS, decision)
        for decision in (GRANTED, REFUSED)
    ),
    # Out of the ordinary.
    *(Move(A.VOID, state, S.VOID, SHIFT_LEADER, REASON, _ended(state)) for state in (S.TO_DISPATCH, S.HANDLING)),
    *(Move(A.TAKE_OVER, state, state, COLLEAGUE, NOTHING, KEEPS) for state in OPEN_ROWS),
    *(Move(A.SUPERVISE, state, state, SUPERVISOR, NOTHING, KEEPS) for state in OPEN_ROWS),
    *(Move(A.FORCE_CLOSE, state, S.CLOSED, ADMIN, REASON, _ended(state)) for state in OPEN_ROWS),
    *(Move(A.REDACT, state, state, THE_SYSTEM, NOTHING, KEEPS) for state in State),
    *(
        Move(A.RECALCULATE, state, state, THE_SYSTEM, NOTHING, _handling(Handling.RECKONED))
        for state in OPEN_ROWS
        if state is not S.ON_HOLD  # nothing runs there; `resume` reckons by the calendar of its day
    ),
)


def moves_from(state: State | None) -> tuple[Move, ...]:
    """Every arrow that leaves (or stays in) a state, in the table's order."""
    return _FROM[state]


def actions_of(state: State | None) -> tuple[Action, ...]:
    """What somebody may do to a case in this state, in the table's order; what is only recorded is not listed."""
    return tuple(dict.fromkeys(move.action for move in moves_from(state) if move.action not in RECORDED))


_FROM: dict[State | None, tuple[Move, ...]] = {
    state: tuple(move for move in MOVES if move.source == state) for state in (None, *State)
}
