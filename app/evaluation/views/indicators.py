"""Indicators of subjects, and the cases behind each."""

from __future__ import annotations

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation.schemas import IndicatorCasesOut, IndicatorCasesQuery, IndicatorsOut, IndicatorsQuery
from app.evaluation.service.answers import indicator_cases_answer, indicators_answer

evaluation = APIBlueprint("evaluation", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Evaluation")])


@evaluation.get(
    "/evaluation/indicators",
    operation_id="list_indicators",
    responses={200: IndicatorsOut, **problems(401, 403, 404, 503)},
)
@needs("figures.read")
def list_indicators(query: IndicatorsQuery) -> Response:
    """Indicators of every subject of a kind that is mine to see, each with numerator and denominator."""
    with read_unit() as session:
        found = indicators_answer(session, query, current_principal(), now=clock.now())
    return json_response(found)


@evaluation.get(
    "/evaluation/indicators/cases",
    operation_id="list_indicator_cases",
    responses={200: IndicatorCasesOut, **problems(401, 403, 404, 503)},
)
@needs("figures.read")
def list_indicator_cases(query: IndicatorCasesQuery) -> Response:
    """The cases behind one figure: those of its numerator, of its denominator, exempt or deferred."""
    with read_unit() as session:
        found = indicator_cases_answer(session, query, current_principal(), now=clock.now())
    return json_response(found)
