"""Indicators of subjects, and the cases behind each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.accounts.rules import Role
from app.core import clock
from app.core.auth import Principal, current_principal, needs
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import Fault
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation import service
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.indicators import AREAS, DEFINITIONS, Indicator, Subject
from app.evaluation.rules.periods import Period, period_of
from app.evaluation.schemas import (
    FigureQuery,
    IndicatorCasesOut,
    IndicatorCasesQuery,
    IndicatorsOut,
    IndicatorsQuery,
)
from app.evaluation.service import Asked

evaluation = APIBlueprint("evaluation", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Evaluation")])

BY_GROUND = (
    Role.OPERATOR,
    Role.SHIFT_LEADER,
    Role.DISPATCHER,
    Role.SUPERVISOR,
    Role.EVALUATOR,
    Role.AUDITOR,
    Role.ADMIN,
)
"""Whose figures are those of their ground; a manager's are those of the unit, wherever it works."""


@evaluation.get(
    "/evaluation/indicators",
    operation_id="list_indicators",
    responses={200: IndicatorsOut, **problems(401, 403, 503)},
)
@needs("figures.read")
def list_indicators(query: IndicatorsQuery) -> Response:
    """Indicators of every subject of a kind that is mine to see, each with numerator and denominator."""
    now = clock.now()
    asked, wanted = asked_of(query, query.indicator, now)
    with read_unit() as session:
        found = service.indicators_of(session, asked, wanted, now=now)
    items = [
        {
            "subject": {"code": code, "name": name},
            "indicator": indicator,
            "numerator": figure.numerator,
            "denominator": figure.denominator,
            "value": figure.value,
            "exempt": figure.exempt,
            "deferred": figure.deferred,
        }
        for _, code, name, figures in found
        for indicator, figure in figures.items()
    ]
    return json_response(_head(query.period, asked) | {"items": items})


@evaluation.get(
    "/evaluation/indicators/cases",
    operation_id="list_indicator_cases",
    responses={200: IndicatorCasesOut, **problems(401, 403, 404, 503)},
)
@needs("figures.read")
def list_indicator_cases(query: IndicatorCasesQuery) -> Response:
    """The cases behind one figure: those of its numerator, of its denominator, exempt or deferred."""
    now = clock.now()
    asked, (indicator,) = asked_of(query, query.indicator, now)
    with read_unit() as session:
        items = service.cases_behind(session, asked, indicator, query.subject_code, query.side, now=now)
    return json_response(_head(query.period, asked) | {"items": items})


def _head(period: str, asked: Asked) -> dict[str, str]:
    return {"period": period, "as_of": to_rfc3339(asked.at), "definitions": str(DEFINITIONS)}


def asked_of(query: FigureQuery, names: str | None, now: datetime) -> tuple[Asked, list[Indicator]]:
    """What is asked for, on the ground of whoever asks.

    Raises: BadPeriod for a period that is none, an instant ahead, an indicator that the subject does not have.
    """
    zone, period, at = ZoneInfo(config().city_tz), _period(query.period), query.at or now
    if at > now:
        raise BadPeriod("This instant lies ahead.", faults=[Fault("/at", "ask for an instant that is past")])
    try:
        wanted = service.wanted_indicators(query.subject, names.split(",") if names else ())
    except KeyError as error:
        detail = f"{error.args[0]} is no indicator of a {query.subject.value}"
        raise BadPeriod(detail, faults=[Fault("/indicator", detail)]) from error
    prefixes, units = ground_of(current_principal(), query.subject)
    asked = Asked(query.subject, period.start(zone), period.end(zone), at, prefixes, units)
    return asked, wanted


def _period(name: str) -> Period:
    try:
        return period_of(name)
    except ValueError as error:
        raise BadPeriod(str(error), faults=[Fault("/period", str(error))]) from error


def ground_of(principal: Principal, subject: Subject) -> tuple[tuple[str, ...], tuple[UUID, ...] | None]:
    """(prefixes of area codes, units or None for all) of which this principal sees figures of a kind of subject.

    Who has ground sees what lies there; who manages a unit only its own figures, as a unit.
    """
    prefixes = principal.areas(*BY_GROUND)
    if prefixes:
        return prefixes, None
    units = principal.organizations(Role.UNIT_MANAGER)
    return ("",) if subject is Subject.UNIT or subject in AREAS else ("-",), units
