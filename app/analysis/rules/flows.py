"""Where the time of closed cases went, and what took them off the straight way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from app.cases.rules import Action
from app.evaluation.rules.summing import Dimension
from app.sla.rules import Stage

FLOW_DIMENSIONS: tuple[Dimension, ...] = tuple(one for one in Dimension if one is not Dimension.STAGE)
"""What closed cases can be grouped by; months, days, weekdays and hours are those of the closing."""
HOLD = "hold"
REASONS_SHOWN = 10
SAID_BY = 3
"""What so many people gave as their reason is a common phrase; anything rarer may be about somebody."""


class Spent(NamedTuple):
    """What one stage took of the cases of a group: done clocks and their working seconds, how many were late."""

    stage: str
    clocks: int
    total_s: int
    median_s: float
    p90_s: float
    late: int


class Turn(NamedTuple):
    """A step off the straight way that a case of a group took.

    Shape: `seconds` of the wall clock: how long a hold was, by how much an extension moved the deadline;
           `said_by` who gave the reason, None for the system and whoever is nameless or erased;
           `closing` the marks of the closing.
    """

    case_id: str
    action: Action
    granted: bool = False
    recalled: bool = False
    seconds: float | None = None
    reason: str | None = None
    said_by: str | None = None
    at: datetime | None = None
    closing: int = 0


class DetourKind(StrEnum):
    """What a case was taken off its way by."""

    HOLD = "hold"
    EXTENSION = "extension"
    RETURN = "return"
    REWORK = "rework"
    REOPENED = "reopened"


class DetourCount(StrEnum):
    """A number of a kind: so many turns, or cases."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    TIMES = "times"
    CASES = "cases"
    MISROUTED = "misrouted"
    RECALLED = "recalled"
    TWICE = "twice"
    REASON = "reason"


_ASKING = (DetourCount.ASKED, DetourCount.GRANTED, DetourCount.REFUSED, DetourCount.CASES, DetourCount.REASON)
_HAPPENING = (DetourCount.TIMES, DetourCount.CASES, DetourCount.REASON)
PARTS: Mapping[DetourKind, tuple[DetourCount, ...]] = MappingProxyType(
    {
        DetourKind.HOLD: _ASKING,
        DetourKind.EXTENSION: _ASKING,
        DetourKind.RETURN: (*_HAPPENING, DetourCount.MISROUTED, DetourCount.RECALLED),
        DetourKind.REWORK: (*_HAPPENING, DetourCount.TWICE),
        DetourKind.REOPENED: _HAPPENING,
    }
)
"""The numbers that each kind has."""
_REASONED: Mapping[DetourKind, Action] = MappingProxyType(
    {
        DetourKind.HOLD: Action.REQUEST_HOLD,
        DetourKind.EXTENSION: Action.REQUEST_EXTENSION,
        DetourKind.RETURN: Action.RETURN,
        DetourKind.REWORK: Action.CHECK,
        DetourKind.REOPENED: Action.REOPEN,
    }
)
"""By which action it begins, with a reason."""
_DECIDED: Mapping[DetourKind, Action] = MappingProxyType(
    {DetourKind.HOLD: Action.DECIDE_HOLD, DetourKind.EXTENSION: Action.DECIDE_EXTENSION}
)


def bottleneck_of(cases: int, stages: Iterable[Spent], holds: Sequence[float]) -> dict[str, Any]:
    """Where the time of so many cases went, stage by stage in the order in which a case passes them.

    Units:  working seconds; of `holds` and in the stage `hold` seconds of the wall clock, which are no part of the
            total and have no share in it.
    """
    order = {stage.value: place for place, stage in enumerate(Stage)}
    listed = sorted(stages, key=lambda one: order[one.stage])
    total = sum(one.total_s for one in listed)
    shown = [_stage(one, one.total_s / total if total else None) for one in listed]
    if holds:
        median, p90 = quantile(holds, 0.5), quantile(holds, 0.9)
        shown.append(_stage(Spent(HOLD, len(holds), round(sum(holds)), median, p90, 0), None))
    return {"cases": cases, "total_s": total, "stages": shown}


def _stage(spent: Spent, share: float | None) -> dict[str, Any]:
    return {
        "stage": spent.stage,
        "clocks": spent.clocks,
        "total_s": spent.total_s,
        "median_s": spent.median_s,
        "p90_s": spent.p90_s,
        "mean_s": spent.total_s / spent.clocks,
        "share": share,
        "late": spent.late,
    }


def quantile(values: Iterable[float], share: float) -> float:
    """The value that this share of them does not exceed; between two of them in proportion.

    Raises: IndexError where there are none.

    Example:
        >>> quantile([4, 1, 2], 0.5), quantile([1, 2], 0.9)
        (2.0, 1.9)
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


class Turns:
    """The turns of a group of cases: each number of it is as many turns as stand behind it.

    Shape: `common` are the reasons that may be told, see `common_reasons`.
    """

    def __init__(self, turns: Iterable[Turn], common: frozenset[str] = frozenset()) -> None:
        self._by_action: dict[Action, list[Turn]] = defaultdict(list)
        for turn in turns:
            self._by_action[turn.action].append(turn)
        self._common = common

    def behind(self, kind: DetourKind, part: DetourCount) -> list[Turn]:
        """The turns that a number of a kind counts, in their order; of numbers of cases the first one of each.

        Raises: KeyError for a number that the kind does not have, and for reasons, see `with_reason`.
        """
        begun = self._by_action.get(_REASONED[kind], [])
        decided = self._by_action.get(_DECIDED[kind], []) if kind in _DECIDED else []
        granted = [one for one in decided if one.granted]
        chosen: Mapping[DetourCount, Callable[[], list[Turn]]] = {
            DetourCount.ASKED: lambda: begun,
            DetourCount.TIMES: lambda: begun,
            DetourCount.GRANTED: lambda: granted,
            DetourCount.REFUSED: lambda: [one for one in decided if not one.granted],
            DetourCount.CASES: lambda: _each(granted if kind in _DECIDED else begun),
            DetourCount.MISROUTED: lambda: [one for one in begun if not one.recalled],
            DetourCount.RECALLED: lambda: [one for one in begun if one.recalled],
            DetourCount.TWICE: lambda: _each(begun, least=2),
        }
        return chosen[part]()

    def told(self, kind: DetourKind) -> list[tuple[str | None, int]]:
        """The most frequent reasons of a kind, then under None how many others there are."""
        begun = self._by_action.get(_REASONED[kind], [])
        counted: Counter[str | None] = Counter(one.reason for one in begun if one.reason in self._common)
        first = sorted(counted.items(), key=lambda one: (-one[1], one[0] or ""))[:REASONS_SHOWN]
        rest = len(begun) - sum(number for _, number in first)
        return [*first, (None, rest)] if rest else first

    def with_reason(self, kind: DetourKind, reason: str | None) -> list[Turn]:
        """Those that gave a reason that is told, under None all others; none for a reason that is not told."""
        told = {text for text, _ in self.told(kind) if text is not None}
        begun = self._by_action.get(_REASONED[kind], [])
        if reason is None:
            return [one for one in begun if one.reason not in told]
        return [one for one in begun if one.reason == reason and reason in told]

    def holds(self) -> list[Turn]:
        """Holds that are over, with how long they were."""
        return [one for one in self.behind(DetourKind.HOLD, DetourCount.GRANTED) if one.seconds is not None]


def _each(turns: Iterable[Turn], least: int = 1) -> list[Turn]:
    """The first turn of each case that has so many of them."""
    by_case: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_case[turn.case_id].append(turn)
    return [found[0] for found in by_case.values() if len(found) >= least]


def detours_of(cases: int, turns: Turns) -> dict[str, Any]:
    """What took cases off the straight way, of so many that were closed; rates are shares of these."""

    def numbers(kind: DetourKind, *parts: DetourCount) -> dict[str, Any]:
        found = {part.value: len(turns.behind(kind, part)) for part in (*parts, DetourCount.CASES)}
        return {**found, "rate": found["cases"] / cases if cases else None}

    def asked(kind: DetourKind) -> dict[str, Any]:
        seconds = [one.seconds for one in turns.behind(kind, DetourCount.GRANTED) if one.seconds is not None]
        median = quantile(seconds, 0.5) if seconds else None
        return numbers(kind, DetourCount.ASKED, DetourCount.GRANTED, DetourCount.REFUSED) | {"median_s": median}

    return {
        "cases": cases,
        "holds": asked(DetourKind.HOLD),
        "extensions": asked(DetourKind.EXTENSION),
        "returns": numbers(DetourKind.RETURN, DetourCount.TIMES, DetourCount.MISROUTED, DetourCount.RECALLED),
        "reworks": numbers(DetourKind.REWORK, DetourCount.TIMES, DetourCount.TWICE),
        "reopened": numbers(DetourKind.REOPENED, DetourCount.TIMES),
        "reasons": [
            {"kind": kind.value, "reason": reason, "count": number}
            for kind in DetourKind
            for reason, number in turns.told(kind)
        ],
    }


def common_reasons(turns: Iterable[Turn]) -> frozenset[str]:
    """The reasons that at least three people gave in the same words."""
    said: dict[str, set[str]] = defaultdict(set)
    for turn in turns:
        if turn.reason is not None and turn.said_by is not None:
            said[turn.reason].add(turn.said_by)
    return frozenset(reason for reason, people in said.items() if len(people) >= SAID_BY)
