"""Scores and rankings."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation.schemas.scores import RankingOut, RankingQuery, ScoreListQuery, ScoresOut
from app.evaluation.service.answers import ranking_answer, scores_answer
from app.evaluation.views.indicators import evaluation

ANSWERS = problems(401, 403, 404, 503)


@evaluation.get("/evaluation/scores", operation_id="list_scores", responses={200: ScoresOut, **ANSWERS})
@needs("figures.read")
def list_scores(query: ScoreListQuery) -> Response:
    """Scores of every subject of a kind that is mine to see, with their parts; of the whole city, whoever reads."""
    with read_unit() as session:
        found = scores_answer(session, query, current_principal(), now=clock.now())
    return json_response(found)


@evaluation.get("/evaluation/ranking", operation_id="list_ranking", responses={200: RankingOut, **ANSWERS})
@needs("figures.read")
def list_ranking(query: RankingQuery) -> Response:
    """Ranks within peer groups, the first ones first; equals share a rank and the next ones are skipped (并列)."""
    with read_unit() as session:
        found = ranking_answer(session, query, current_principal(), now=clock.now())
    return json_response(found)
