"""Indicators of every subject of a kind as an operation answers them, and the cases behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.config import config
from app.evaluation.rules.indicators import DEFINITIONS, Figure, Indicator
from app.evaluation.rules.scores import change
from app.evaluation.schemas import IndicatorCasesQuery, IndicatorsQuery
from app.evaluation.service.answers import revisions
from app.evaluation.service.asking import asked_of, other_period
from app.evaluation.service.figures import Asked, cases_behind, indicators_of

Found: TypeAlias = tuple[str, str, str, Mapping[str, Figure]]


def indicators_answer(
    session: Session, query: IndicatorsQuery, principal: Principal, *, now: datetime
) -> dict[str, Any]:
    """Indicators on the ground of somebody: {period, as_of, definitions, items}.

    Raises: BadPeriod, RevisionNotFound, FiguresNotReady.
    """
    asked, wanted = asked_of(query, query.indicator, principal, now)
    head, found = _figures(session, query, asked, wanted, now)
    other, before = _before(session, query, asked, wanted, now)
    items = [
        {
            "subject": {"code": code, "name": name},
            "indicator": indicator,
            **asdict(figure),
            **_compared_with(other, indicator, figure, before.get(key, {})),
        }
        for key, code, name, figures in found
        for indicator, figure in figures.items()
    ]
    return head | {"items": items}


def _figures(
    session: Session, query: IndicatorsQuery, asked: Asked, wanted: list[Indicator], now: datetime
) -> tuple[dict[str, str], list[Found]]:
    """(head of the answer, figures of all subjects): as they are at an instant, or as they were published."""
    if query.revision is None:
        return _head(query.period, asked), indicators_of(session, asked, wanted, now=now)
    revision = revisions.find(session, query.period, query.revision)
    return revisions.head(revision), revisions.figures(session, revision, asked, wanted)


def _before(
    session: Session, query: IndicatorsQuery, asked: Asked, wanted: list[Indicator], now: datetime
) -> tuple[str | None, dict[str, Mapping[str, Figure]]]:
    """(name of the period that is compared with, its figures by key); published ones with what was published then."""
    if query.compare is None:
        return None, {}
    other = other_period(query.period, query.compare)
    if query.revision is None:
        zone = ZoneInfo(config().city_tz)
        then = replace(asked, start=other.start(zone), end=other.end(zone))
        found = indicators_of(session, then, wanted, now=now)
    else:
        revision = revisions.find(session, query.period, query.revision)
        found = revisions.figures_then(session, revision, other.name, asked, wanted)
    return other.name, {key: figures for key, _, _, figures in found}


def indicator_cases_answer(
    session: Session, query: IndicatorCasesQuery, principal: Principal, *, now: datetime
) -> dict[str, Any]:
    """The cases behind one figure, now or as it was published: {period, as_of, definitions, items}.

    Raises: BadPeriod, SubjectNotFound, RevisionNotFound, FiguresNotReady.
    """
    asked, (indicator,) = asked_of(query, query.indicator, principal, now)
    if query.revision is not None:
        return revisions.behind(session, query, asked)
    items = cases_behind(session, asked, indicator, query.subject_code, query.side, now=now)
    return _head(query.period, asked) | {"items": items}


def _head(period: str, asked: Asked) -> dict[str, str]:
    return {"period": period, "as_of": to_rfc3339(asked.at), "definitions": str(DEFINITIONS)}


def _compared_with(
    other: str | None, indicator: str, figure: Figure, before_: Mapping[str, Figure]
) -> dict[str, dict[str, Any]]:
    """How a figure stands against that of another period; nothing where no period is compared with."""
    if other is None:
        return {}
    old = before_.get(indicator)
    value = None if old is None else old.value
    return {"compared": {"period": other, "value": value, "change": change(indicator, figure, old)}}
