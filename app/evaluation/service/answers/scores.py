"""Scores and ranks of every subject of a kind as an operation answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.config import config
from app.evaluation.schemas.scores import RankedOut, RankingQuery, ScoreListQuery, ScoresQuery
from app.evaluation.service.answers import revisions
from app.evaluation.service.asking import asked_of, other_period
from app.evaluation.service.definitions import name_of_score
from app.evaluation.service.figures import Asked
from app.evaluation.service.frozen import Ground, published_before, rows_of, seen
from app.evaluation.service.scores import Row, compared, in_order_of_ranks, scores_of

RANKED = frozenset(RankedOut.model_fields)


def scores_answer(session: Session, query: ScoreListQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The scores that somebody may see, with their parts: {period, as_of, revision, definition, items}.

    Raises: BadPeriod, RevisionNotFound, FiguresNotReady.
    """
    asked, _ = asked_of(query, None, principal, now)
    head, rows = _rows(session, query, asked, now)
    wanted = [row for row in rows if query.code in {None, row.code}]
    items = _compared(session, query, asked, wanted, now)
    return head | {"items": [item | {"parts": _parts(row)} for item, row in zip(items, wanted, strict=True)]}


def ranking_answer(session: Session, query: RankingQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The ranks that somebody may see: {period, as_of, revision, definition, items}.

    Raises: BadPeriod, RevisionNotFound, FiguresNotReady.
    """
    asked, _ = asked_of(query, None, principal, now)
    head, rows = _rows(session, query, asked, now)
    wanted = [row for row in rows if query.group in {None, row.placed["group"]}]
    items = _compared(session, query, asked, in_order_of_ranks(wanted), now)
    return head | {"items": [{name: value for name, value in item.items() if name in RANKED} for item in items]}


def _rows(session: Session, query: ScoresQuery, asked: Asked, now: datetime) -> tuple[dict[str, Any], list[Row]]:
    """(head of the answer, the rows that are mine to see)."""
    if query.revision is not None:
        revision = revisions.find(session, query.period, query.revision)
        versions = revision.manifest["inputs"]["definitions"]
        head = {"as_of": to_rfc3339(revision.as_of), "revision": revision.revision}
        rows = revisions.rows(session, revision, asked.subject, asked)
    else:
        versions, rows = _live(session, asked, now)
        head = {"as_of": to_rfc3339(asked.at), "revision": None}
    definition = versions[name_of_score(asked.subject)]
    return {"period": query.period, **head, "definition": definition}, rows


def _parts(row: Row) -> list[dict[str, Any]]:
    """The parts of a score, each with what was counted for it."""
    return [
        part | {"numerator": figure.numerator, "denominator": figure.denominator}
        for part in row.placed["parts"]
        for figure in [row.figures[part["indicator"]]]
    ]


def _live(session: Session, asked: Asked, now: datetime) -> tuple[Mapping[str, int], list[Row]]:
    span = (asked.start, asked.end)
    by, rows = scores_of(session, asked.subject, span, asked.at, now=now)
    mine = seen(session, asked.subject, Ground(asked.prefixes, asked.units), span, asked.at)
    return by.versions, [row for row in rows if mine(row.key)]


def _compared(
    session: Session, query: ScoresQuery, asked: Asked, rows: list[Row], now: datetime
) -> list[dict[str, Any]]:
    items = [{"subject": {"code": row.code, "name": row.name}, **row.placed} for row in rows]
    if query.compare is None:
        return items
    other = other_period(query.period, query.compare)
    if query.revision is None:
        zone = ZoneInfo(config().city_tz)
        _, before = _live(session, replace(asked, start=other.start(zone), end=other.end(zone)), now)
    else:
        revision = revisions.find(session, query.period, query.revision)
        then = published_before(session, other.name, revision.published_at)
        before = [] if then is None else rows_of(session, then, asked.subject)
    old = {row.key: row.placed for row in before}
    return [
        item | {"compared": compared(row.placed, old.get(row.key), other.name)}
        for item, row in zip(items, rows, strict=True)
    ]
