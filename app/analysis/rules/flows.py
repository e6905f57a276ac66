"""Where the time of closed cases went, and what took them off the straight way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
           `said_by` who gave the reason, None for the system and whoever is nameless or erased.
    """

    case_id: str
    action: Action
    granted: bool = False
    recalled: bool = False
    seconds: float | None = None
    reason: str | None = None
    said_by: str | None = None


class Kind(StrEnum):
    """What a case was taken off its way by."""

    HOLD = "hold"
    EXTENSION = "extension"
    RETURN = "return"
    REWORK = "rework"
    REOPENED = "reopened"


_REASONED: Mapping[Action, Kind] = MappingProxyType(
    {
        Action.REQUEST_HOLD: Kind.HOLD,
        Action.REQUEST_EXTENSION: Kind.EXTENSION,
        Action.RETURN: Kind.RETURN,
        Action.CHECK: Kind.REWORK,
        Action.REOPEN: Kind.REOPENED,
    }
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


@dataclass(frozen=True, slots=True)
class _Turns:
    """The turns of one group, by action."""

    cases: int
    by_action: Mapping[Action, Sequence[Turn]]

    def granted(self, decision: Action) -> list[Turn]:
        return [one for one in self.by_action.get(decision, ()) if one.granted]

    def asked(self, request: Action, decision: Action) -> dict[str, Any]:
        granted = self.granted(decision)
        seconds = [one.seconds for one in granted if one.seconds is not None]
        return {
            "asked": len(self.by_action.get(request, ())),
            "granted": len(granted),
            "refused": len(self.by_action.get(decision, ())) - len(granted),
            **self._cases(granted),
            "median_s": quantile(seconds, 0.5) if seconds else None,
        }

    def times(self, action: Action) -> dict[str, Any]:
        found = self.by_action.get(action, ())
        return {"times": len(found), **self._cases(found)}

    def _cases(self, turns: Iterable[Turn]) -> dict[str, Any]:
        cases = len({one.case_id for one in turns})
        return {"cases": cases, "rate": cases / self.cases if self.cases else None}


def detours_of(cases: int, turns: Iterable[Turn], common: frozenset[str]) -> dict[str, Any]:
    """What took cases off the straight way, of so many that were closed; rates are shares of these.

    Shape: `common` are the reasons that may be told, see `common_reasons`; all others are counted under None.
    """
    by_action: dict[Action, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_action[turn.action].append(turn)
    group = _Turns(cases, by_action)
    returned = by_action.get(Action.RETURN, [])
    recalled = sum(one.recalled for one in returned)
    failed = Counter(one.case_id for one in by_action.get(Action.CHECK, []))
    return {
        "cases": cases,
        "holds": group.asked(Action.REQUEST_HOLD, Action.DECIDE_HOLD),
        "extensions": group.asked(Action.REQUEST_EXTENSION, Action.DECIDE_EXTENSION),
        "returns": group.times(Action.RETURN) | {"misrouted": len(returned) - recalled, "recalled": recalled},
        "reworks": group.times(Action.CHECK) | {"twice": sum(times > 1 for times in failed.values())},
        "reopened": group.times(Action.REOPEN),
        "reasons": _reasons(by_action, common),
    }


def common_reasons(turns: Iterable[Turn]) -> frozenset[str]:
    """The reasons that at least three people gave in the same words."""
    said: dict[str, set[str]] = defaultdict(set)
    for turn in turns:
        if turn.reason is not None and turn.said_by is not None:
            said[turn.reason].add(turn.said_by)
    return frozenset(reason for reason, people in said.items() if len(people) >= SAID_BY)


def _reasons(by_action: Mapping[Action, Sequence[Turn]], common: frozenset[str]) -> list[dict[str, Any]]:
    """The most frequent reasons of each kind, then all others of it together."""
    listed: list[dict[str, Any]] = []
    for action, kind in _REASONED.items():
        turns = by_action.get(action, ())
        told = Counter(one.reason for one in turns if one.reason in common)
        first = sorted(told.items(), key=lambda one: (-one[1], one[0] or ""))[:REASONS_SHOWN]
        rest = len(turns) - sum(number for _, number in first)
        counted = [*first, (None, rest)] if rest else first
        listed += [{"kind": kind.value, "reason": reason, "count": number} for reason, number in counted]
    return listed
