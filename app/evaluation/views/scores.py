"""Scores and rankings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy.orm import Session

from app.core import clock
from app.core.auth import Principal, current_principal, needs
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation import service
from app.evaluation.schemas.scores import RankedOut, RankingOut, RankingQuery, ScoreListQuery, ScoresOut, ScoresQuery
from app.evaluation.service import Asked, Ground, Row
from app.evaluation.views import frozen
from app.evaluation.views.comparing import other_period
from app.evaluation.views.indicators import asked_of, evaluation

ANSWERS = problems(401, 403, 404, 503)
RANKED = frozenset(RankedOut.model_fields)


@evaluation.get("/evaluation/scores", operation_id="list_scores", responses={200: ScoresOut, **ANSWERS})
@needs("figures.read")
def list_scores(query: ScoreListQuery) -> Response:
    """Scores of every subject of a kind that is mine to see, with their parts; of the whole city, whoever reads."""
    now = clock.now()
    asked, _ = asked_of(query, None, current_principal(), now)
    with read_unit() as session:
        head, rows = _rows(session, query, asked, now)
        wanted = [row for row in rows if query.code in {None, row.code}]
        items = _compared(session, query, asked, wanted, now)
    items = [item | {"parts": _parts(row)} for item, row in zip(items, wanted, strict=True)]
    return json_response(head | {"items": items})


@evaluation.get("/evaluation/ranking", operation_id="list_ranking", responses={200: RankingOut, **ANSWERS})
@needs("figures.read")
def list_ranking(query: RankingQuery) -> Response:
    """Ranks within peer groups, the first ones first; equals share a rank and the next ones are skipped (并列)."""
    with read_unit() as session:
        found = ranking_answer(session, query, current_principal(), now=clock.now())
    return json_response(found)


def ranking_answer(session: Session, query: RankingQuery, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The ranks that somebody may see: {period, as_of, revision, definition, items}.

    Raises: BadPeriod, RevisionNotFound, FiguresNotReady.
    """
    asked, _ = asked_of(query, None, principal, now)
    head, rows = _rows(session, query, asked, now)
    wanted = [row for row in rows if query.group in {None, row.placed["group"]}]
    items = _compared(session, query, asked, service.in_order_of_ranks(wanted), now)
    return head | {"items": [{name: value for name, value in item.items() if name in RANKED} for item in items]}


def _rows(session: Session, query: ScoresQuery, asked: Asked, now: datetime) -> tuple[dict[str, Any], list[Row]]:
    """(head of the answer, the rows that are mine to see)."""
    if query.revision is not None:
        revision = frozen.find(session, query.period, query.revision)
        versions = revision.manifest["inputs"]["definitions"]
        head = {"as_of": to_rfc3339(revision.as_of), "revision": revision.revision}
        rows = frozen.rows(session, revision, asked.subject, asked)
    else:
        versions, rows = _live(session, asked, now)
        head = {"as_of": to_rfc3339(asked.at), "revision": None}
    definition = versions[service.name_of_score(asked.subject)]
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
    by, rows = service.scores_of(session, asked.subject, span, asked.at, now=now)
    mine = service.seen(session, asked.subject, Ground(asked.prefixes, asked.units), span, asked.at)
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
        revision = frozen.find(session, query.period, query.revision)
        then = service.published_before(session, other.name, revision.published_at)
        before = [] if then is None else service.rows_of(session, then, asked.subject)
    old = {row.key: row.placed for row in before}
    return [
        item | {"compared": service.compared(row.placed, old.get(row.key), other.name)}
        for item, row in zip(items, rows, strict=True)
    ]
