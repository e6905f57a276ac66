"""Summaries for SLA reports: counts, rates and times by any dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import add
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from app.evaluation import queries
from app.evaluation.queries.figures import Window
from app.evaluation.queries.summing import Sums
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.summing import ROLLED, STAGES, Dimension, Layout, kinds_for
from app.evaluation.service.figures import Asked, window_of
from app.evaluation.service.naming import Key, Names, in_order
from app.evaluation.service.rolling import Parts, one_by_one, parts_of

DISTRICT_DIGITS = 6
Counts: TypeAlias = tuple[Key, tuple[int, ...]]
Times: TypeAlias = Mapping[Key, tuple[float, float]]


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
    window = window_of(session, wanted.asked, now=now)
    (rows,) = summaries(session, wanted.asked, {wanted.group_by: wanted.times}, window, wanted.zone)
    return rows


def summaries(
    session: Session, asked: Asked, groupings: Mapping[tuple[Dimension, ...], bool], window: Window, zone: str
) -> list[list[dict[str, Any]]]:
    """What `summarize` says of each of several groupings, with times or without, in their order.

    Shape: with `stage` there is no other grouping beside it, as its counts are of another kind.
    What cannot be read from sums of months is read from the entries once for all of them, and so are times.
    """
    layout = Layout(next(iter(groupings), ()))
    rolled = [one for one in groupings if _rolls(asked, one)]
    sums = {one: _sums(session, asked, one, layout, window, zone) for one in rolled}
    if read := [one for one in groupings if one not in sums]:
        stretches = one_by_one(kinds_for(read[0]), asked.start, asked.end)
        sums |= zip(read, queries.sums_together(session, read, window, _asked(stretches, layout), zone), strict=True)
    timed = [one for one, times in groupings.items() if times]
    times = dict(zip(timed, _times(session, timed, window, zone), strict=True)) if timed else {}
    return [_rows(session, one, sums[one], layout, times.get(one)) for one in groupings]


def _rolls(asked: Asked, group_by: tuple[Dimension, ...]) -> bool:
    """Whether the sums of months know enough."""
    return ROLLED.issuperset(group_by) and all(len(prefix) <= DISTRICT_DIGITS for prefix in asked.prefixes)


def _sums(
    session: Session, asked: Asked, group_by: tuple[Dimension, ...], layout: Layout, window: Window, zone: str
) -> list[Counts]:
    parts = parts_of(session, kinds_for(group_by), asked.start, asked.end, asked.at, zone)
    return queries.sums(session, group_by, window, _asked(parts, layout), zone)


def _asked(parts: Parts, layout: Layout) -> Sums:
    return Sums(parts.months, [(one.counted.value, one.start, one.end) for one in parts.stretches], layout.counts)


def _times(session: Session, timed: Sequence[tuple[Dimension, ...]], window: Window, zone: str) -> Sequence[Times]:
    counted = list(STAGES) if Dimension.STAGE in timed[0] else [Counted.HANDLING]
    return queries.times(session, timed, [kind.value for kind in counted], window, zone)


def _rows(
    session: Session, group_by: tuple[Dimension, ...], found: Sequence[Counts], layout: Layout, times: Times | None
) -> list[dict[str, Any]]:
    names = Names(session, group_by)
    names.learn(key for key, _ in found)
    groups: dict[Key, tuple[int, ...]] = {}
    for key, numbers in found:
        folded = names.folded(key)
        groups[folded] = tuple(map(add, groups[folded], numbers)) if folded in groups else numbers
    measured = {} if times is None else _folded(names, times)
    return [
        names.shown(key) | layout.shown(groups[key]) | ({} if times is None else _timed(measured.get(key)))
        for key in sorted(groups, key=in_order)
    ]


def _folded(names: Names, times: Times) -> Times:
    names.learn(times)
    return {names.folded(key): both for key, both in times.items()}


def _timed(both: tuple[float, float] | None) -> dict[str, float | None]:
    median, p90 = both or (None, None)
    return {"median_s": median, "p90_s": p90}
