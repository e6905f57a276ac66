"""Closed cases of a time: where their time went, and what took them off the straight way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.analysis import queries
from app.analysis.queries.flows import Asked as Wanted
from app.analysis.rules import bottleneck_of, common_reasons, detours_of
from app.cases.rules.filters import CaseFilter
from app.evaluation.rules.summing import Dimension
from app.evaluation.service import Asked, Key, Names, in_order, window_of

One = TypeVar("One")


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
    wanted = _wanted(session, flow, now)
    stages = _by_key(queries.stage_times(session, wanted))
    holds = _by_key(queries.holds(session, wanted))
    return _shown(session, wanted, lambda key, cases: bottleneck_of(cases, stages.get(key, ()), holds.get(key, ())))


def detours(session: Session, flow: Flow, *, now: datetime) -> list[dict[str, Any]]:
    """Holds, extensions, returns, reworks and reopenings of closed cases, by group. Needs one state of the database.

    Raises: FiguresNotReady.
    """
    wanted = _wanted(session, flow, now)
    found = queries.turns(session, wanted)
    common = common_reasons(turn for _, turn in found)
    turns = _by_key(found)
    return _shown(session, wanted, lambda key, cases: detours_of(cases, turns.get(key, ()), common))


def _wanted(session: Session, flow: Flow, now: datetime) -> Wanted:
    asked, found = flow.asked, flow.found
    if found.owner is not None:
        owner = UUID(found.owner)
        mine = asked.units is None or owner in asked.units
        asked = replace(asked, units=(owner,) if mine else ())
    window = window_of(session, asked, now=now)
    types = [UUID(one) for one in found.types] if found.types else None
    return Wanted(flow.group_by, window, flow.zone, types, found.sources or None)


def _by_key(pairs: Iterable[tuple[Key, One]]) -> Mapping[Key, Sequence[One]]:
    found: dict[Key, list[One]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return found


def _shown(session: Session, wanted: Wanted, numbers: Callable[[Key, int], dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each group with closed cases, in the order of the dimensions' codes."""
    cases = queries.closed_cases(session, wanted)
    names = Names(session, wanted.group_by)
    names.learn(cases)
    keys = sorted(cases, key=lambda key: in_order(names.folded(key)))
    return [names.shown(names.folded(key)) | numbers(key, cases[key]) for key in keys if cases[key]]
