"""Closed cases of a time: where their time went, and what took them off the straight way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.analysis import queries
from app.analysis.queries.flows import Asked as Wanted
from app.analysis.rules import (
    HOLD,
    DetourCount,
    DetourKind,
    Spent,
    Turn,
    Turns,
    bottleneck_of,
    common_reasons,
    detours_of,
)
from app.cases.rules.filters import CaseFilter
from app.evaluation.queries.figures import Window
from app.evaluation.rules.summing import Dimension
from app.evaluation.service import (
    MOST_CASES,
    Asked,
    Key,
    Names,
    group_given,
    in_order,
    keys_of,
    narrowed,
    shown_at_most,
    window_of,
)

One = TypeVar("One")
Numbers: TypeAlias = Callable[[Key, int], dict[str, Any]]
"""What is shown of a group, by its key and how many of its cases were closed."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What is asked for: of which time and ground, which cases, grouped by what, in whose months and hours."""

    asked: Asked
    found: CaseFilter
    group_by: tuple[Dimension, ...]
    zone: str


def bottleneck(session: Session, flow: Flow, *, now: datetime) -> list[dict[str, Any]]:
    """Where the time of closed cases went, by group. Needs one state of the database for all its statements.

    Raises: FiguresNotReady.
    """
    wanted = _wanted(flow, window_of(session, flow.asked, now=now))
    closed, spent = queries.stage_times(session, wanted)
    held = _by_key(queries.turns(session, wanted, reasons=False, holds=True))
    return _shown(session, wanted, closed, _slow(_by_key(spent), held))


def detours(session: Session, flow: Flow, *, now: datetime) -> list[dict[str, Any]]:
    """Holds, extensions, returns, reworks and reopenings of closed cases, by group. Needs one state of the database.

    Raises: FiguresNotReady.
    """
    wanted = _wanted(flow, window_of(session, flow.asked, now=now))
    found = queries.turns(session, wanted)
    common = common_reasons(turn for _, turn in found)
    return _shown(session, wanted, queries.closed_cases(session, wanted), _off(_by_key(found), common))


class Flows(NamedTuple):
    """Both analyses of all closed cases of a time, and by group."""

    slow: list[dict[str, Any]]
    slow_groups: list[dict[str, Any]]
    off: list[dict[str, Any]]
    off_groups: list[dict[str, Any]]


def flows_of(session: Session, flow: Flow, window: Window, step: Callable[[], None]) -> Flows:
    """Both at once: what is the same for them is read once. Calls `step` after each of its two long statements."""
    wanted = _wanted(flow, window)
    closed, spent = queries.stage_times(session, wanted, whole=True)
    step()
    found = queries.turns(session, wanted)
    step()
    common = common_reasons(turn for _, turn in found)
    turns = _by_key(found)
    every = {(): [turn for _, turn in found]}
    stages_of_all = {(): [one for key, one in spent if key is None or not flow.group_by]}
    alone, cases = wanted._replace(group_by=()), {(): sum(closed.values())}
    return Flows(
        _shown(session, alone, cases, _slow(stages_of_all, every)),
        _shown(session, wanted, closed, _slow(_by_key(spent), turns)),
        _shown(session, alone, cases, _off(every, common)),
        _shown(session, wanted, closed, _off(turns, common)),
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """A number of the bottleneck: of all closed cases, or of the clocks of a stage, all or only the late ones."""

    stage: str | None = None
    late: bool = False


def cases_in_stage(
    session: Session, flow: Flow, values: Sequence[str | None], behind: Behind, *, now: datetime
) -> list[dict[str, Any]]:
    """The cases behind a number of one group of the bottleneck, as many as it says, in the order of their instants.

    Raises: BadPeriod, SubjectNotFound, TooManyCases, FiguresNotReady.
    """
    wanted = _of_group(session, flow, values, now)
    if behind.stage is None:
        return shown_at_most(session, queries.closings(session, wanted, MOST_CASES + 1))
    if behind.stage == HOLD:
        found = [] if behind.late else Turns(_only(queries.turns(session, wanted, reasons=False, holds=True))).holds()
        return _of_turns(session, found)
    clocks = queries.clocks(session, wanted, behind.stage, MOST_CASES + 1, late=behind.late)
    return shown_at_most(session, clocks)


@dataclass(frozen=True, slots=True)
class Detour:
    """A number of the detours; `reason` None: of those whose reasons are not told."""

    kind: DetourKind
    part: DetourCount
    reason: str | None = None


def cases_on_detour(
    session: Session, flow: Flow, values: Sequence[str | None], behind: Detour, *, now: datetime
) -> list[dict[str, Any]]:
    """The cases behind a number of one group of the detours, as many as it says, in the order of their instants.

    Raises: BadPeriod, SubjectNotFound, TooManyCases, FiguresNotReady.
    """
    wanted = _of_group(session, flow, values, now)
    turns = _only(queries.turns(session, wanted, reasons=behind.part is DetourCount.REASON))
    if behind.part is not DetourCount.REASON:
        return _of_turns(session, Turns(turns).behind(behind.kind, behind.part))
    # Which reasons may be told is decided by all groups together.
    every = turns
    if flow.group_by:
        every = _only(queries.turns(session, _wanted(flow, window_of(session, flow.asked, now=now))))
    return _of_turns(session, Turns(turns, common_reasons(every)).with_reason(behind.kind, behind.reason))


def _of_turns(session: Session, turns: Sequence[Turn]) -> list[dict[str, Any]]:
    rows = [(one.case_id, one.closing, one.at, one.seconds and round(one.seconds)) for one in turns]
    return shown_at_most(session, rows)  # type: ignore[arg-type]  # what was read has an instant


def _only(pairs: Iterable[tuple[Key, One]]) -> list[One]:
    return [one for _, one in pairs]


def _wanted(flow: Flow, window: Window) -> Wanted:
    found = flow.found
    types = [UUID(one) for one in found.types] if found.types else None
    return Wanted(flow.group_by, window, flow.zone, types, found.sources or None)


def _of_group(session: Session, flow: Flow, values: Sequence[str | None], now: datetime) -> Wanted:
    group = group_given(flow.group_by, values)
    asked = narrowed(flow.asked, group, ZoneInfo(flow.zone))
    wanted = _wanted(flow, window_of(session, asked, now=now))
    return wanted._replace(group_by=(), group=keys_of(session, group))


def _by_key(pairs: Iterable[tuple[Key | None, One]]) -> Mapping[Key, Sequence[One]]:
    found: dict[Key, list[One]] = defaultdict(list)
    for key, one in pairs:
        if key is not None:
            found[key].append(one)
    return found


def _slow(stages: Mapping[Key, Sequence[Spent]], held: Mapping[Key, Sequence[Turn]]) -> Numbers:
    def numbers(key: Key, cases: int) -> dict[str, Any]:
        holds = [one.seconds for one in Turns(held.get(key, ())).holds() if one.seconds is not None]
        return bottleneck_of(cases, stages.get(key, ()), holds)

    return numbers


def _off(turns: Mapping[Key, Sequence[Turn]], common: frozenset[str]) -> Numbers:
    return lambda key, cases: detours_of(cases, Turns(turns.get(key, ()), common))


def _shown(session: Session, wanted: Wanted, cases: Mapping[Key, int], numbers: Numbers) -> list[dict[str, Any]]:
    """A row for each group with closed cases, in the order of the dimensions' codes."""
    names = Names(session, wanted.group_by)
    names.learn(cases)
    keys = sorted(cases, key=lambda key: in_order(names.folded(key)))
    return [names.shown(names.folded(key)) | numbers(key, cases[key]) for key in keys if cases[key]]
