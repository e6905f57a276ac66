"""Summaries for SLA reports: counts, rates and times by any dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import add
from typing import Any

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.queries.summing import Sums
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.summing import ROLLED, STAGES, Dimension, Layout, kinds_for
from app.evaluation.service.figures import Asked, window_of
from app.evaluation.service.naming import Key, Names, in_order
from app.evaluation.service.rolling import Parts, one_by_one, parts_of

DISTRICT_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """What is asked for: of which time and ground, grouped by what, with times or without."""

    asked: Asked
    group_by: tuple[Dimension, ...]
    zone: str
    times: bool = False


def summarize(session: Session, wanted: Summary, *, now: datetime) -> list[dict[str, Any]]:
    """A row for every group with anything in it, in the order of the dimensions' codes.

    Raises: FiguresNotReady.
    """
    asked, group_by = wanted.asked, wanted.group_by
    window = window_of(session, asked, now=now)
    layout = Layout(group_by)
    parts = _parts(session, wanted, kinds_for(group_by))
    stretches = [(one.counted.value, one.start, one.end) for one in parts.stretches]
    rows = queries.sums(session, group_by, window, Sums(parts.months, stretches, layout.counts), wanted.zone)
    names = Names(session, group_by)
    names.learn(key for key, _ in rows)
    groups: dict[Key, tuple[int, ...]] = {}
    for key, numbers in rows:
        folded = names.folded(key)
        groups[folded] = tuple(map(add, groups[folded], numbers)) if folded in groups else numbers
    found = _times(session, wanted, window) if wanted.times else {}
    names.learn(found)
    times = {names.folded(key): both for key, both in found.items()}
    return [
        names.shown(key) | layout.shown(groups[key]) | _timed(times, key, wanted)
        for key in sorted(groups, key=in_order)
    ]


def _parts(session: Session, wanted: Summary, kinds: frozenset[Counted]) -> Parts:
    asked = wanted.asked
    rolls = ROLLED.issuperset(wanted.group_by) and all(len(prefix) <= DISTRICT_DIGITS for prefix in asked.prefixes)
    if rolls:
        return parts_of(session, kinds, asked.start, asked.end, asked.at, wanted.zone)
    return one_by_one(kinds, asked.start, asked.end)


def _times(session: Session, wanted: Summary, window: Any) -> dict[Key, tuple[float, float]]:
    by_stage = Dimension.STAGE in wanted.group_by
    counted = list(STAGES) if by_stage else [Counted.HANDLING]
    return queries.times(session, wanted.group_by, [kind.value for kind in counted], window, wanted.zone)


def _timed(times: Mapping[Key, tuple[float, float]], key: Key, wanted: Summary) -> dict[str, float | None]:
    if not wanted.times:
        return {}
    median, p90 = times.get(key, (None, None))
    return {"median_s": median, "p90_s": p90}
