"""Scores, grades and ranks of subjects. They are those of the whole city, whoever reads them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.evaluation.rules.indicators import PEOPLE, Figure, Subject
from app.evaluation.rules.scores import (
    Composite,
    Score,
    Unranked,
    grade_of,
    group_of,
    number,
    ranks,
    score,
    unranked,
)
from app.evaluation.service.definitions import Regime, regime
from app.evaluation.service.figures import Asked, indicators_of, wanted_indicators

WHOLE = ("",)
"""The ground of the whole city, as a prefix of its codes."""


class Row(NamedTuple):
    """A subject with its figures; `placed` is its score, grade and rank as JSON."""

    key: str
    code: str
    name: str
    figures: Mapping[str, Figure]
    placed: dict[str, Any]


def scores_of(
    session: Session, subject: Subject, span: tuple[datetime, datetime], at: datetime, *, now: datetime
) -> tuple[Regime, list[Row]]:
    """The score, grade and rank of every subject of a kind, in the order of the codes, by what is in force.

    Shape: `span` is half-open.
    Raises: FiguresNotReady.
    """
    found = regime(session)
    wanted = wanted_indicators(subject, found.composites[subject].indicators)
    asked = Asked(subject, *span, at, WHOLE)
    return found, placed(subject, indicators_of(session, asked, wanted, now=now), found)


def placed(subject: Subject, rows: Iterable[tuple[str, str, str, Mapping[str, Figure]]], by: Regime) -> list[Row]:
    """These subjects with their scores, and their ranks among their peers."""
    composite = by.composites[subject]
    scored = [(row, score(composite, row[3])) for row in rows]
    groups: dict[str, list[int]] = defaultdict(list)
    for place, ((key, code, _, _), _) in enumerate(scored):
        groups[group_of(by.groups, subject, key if subject in PEOPLE else code)].append(place)
    found: dict[int, Row] = {}
    for group, places in groups.items():
        found |= _ranked(group, {place: scored[place] for place in places}, composite, by)
    return [found[place] for place in sorted(found)]


def _ranked(
    group: str,
    scored: Mapping[int, tuple[tuple[str, str, str, Mapping[str, Figure]], Score]],
    by: Composite,
    all_: Regime,
) -> dict[int, Row]:
    """One peer group with its ranks."""
    apart = {place: unranked(one, by) for place, (_, one) in scored.items()}
    given = dict(
        zip(scored, ranks(None if apart[place] else one.value for place, (_, one) in scored.items()), strict=True)
    )
    sharing = Counter(rank for rank in given.values() if rank is not None)
    found = {}
    for place, ((key, code, name, figures), one) in scored.items():
        rank = given[place]
        ranking = {
            "group": group,
            "rank": rank,
            "of": sharing.total(),
            "tied": rank is not None and sharing[rank] > 1,
            "unranked": _text(apart[place]),
        }
        found[place] = Row(key, code, name, figures, ranking | _shown(one, figures, by, all_))
    return found


def _text(reason: Unranked | None) -> str | None:
    return None if reason is None else reason.value


def _shown(one: Score, figures: Mapping[str, Figure], composite: Composite, by: Regime) -> dict[str, Any]:
    grade = grade_of(one.value, by.grades)
    return {
        "score": None if one.value is None else float(one.value),
        "grade": None if grade is None else {"code": grade.code, "colour": grade.colour},
        "weight": float(one.weight),
        "left_out": list(one.left_out),
        "sample": one.sample,
        "minimum_sample": composite.minimum_sample,
        "parts": [
            {
                "indicator": part.indicator,
                "weight": float(part.weight),
                "value": figures[part.indicator].value,
                "points": None if (points := one.points[part.indicator]) is None else float(points),
            }
            for part in composite.parts
        ],
    }


def compared(now: Mapping[str, Any], before: Mapping[str, Any] | None, period: str) -> dict[str, Any]:
    """How a placed subject stands against another period: change in points, and by how many ranks it rose."""
    old = {} if before is None else before
    both = now["score"] is not None and old.get("score") is not None
    ranked = now["rank"] is not None and old.get("rank") is not None and old["group"] == now["group"]
    return {
        "period": period,
        "score": old.get("score"),
        "change": float(number(now["score"]) - number(old["score"])) if both else None,
        "rank": old.get("rank"),
        "moved": old["rank"] - now["rank"] if ranked else None,
    }


def in_order_of_ranks(rows: Sequence[Row]) -> list[Row]:
    """Group by group, the first ones first; those without a rank at the end, by code."""
    return sorted(rows, key=lambda row: (row.placed["group"], row.placed["rank"] or len(rows) + 1, row.code))
