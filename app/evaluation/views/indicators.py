"""Indicators of subjects, and the cases behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases.queries.visibility import BY_AREA
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
from app.evaluation.rules.indicators import AREAS, DEFINITIONS, Figure, Indicator, Subject
from app.evaluation.schemas import (
    FigureQuery,
    IndicatorCasesOut,
    IndicatorCasesQuery,
    IndicatorsOut,
    IndicatorsQuery,
)
from app.evaluation.service import Asked
from app.evaluation.views import frozen
from app.evaluation.views.comparing import compared_with, other_period, parsed_period

Found: TypeAlias = tuple[str, str, str, Mapping[str, Figure]]

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
            **compared_with(other, indicator, figure, before.get(key, {})),
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
        return _head(query.period, asked), service.indicators_of(session, asked, wanted, now=now)
    revision = frozen.find(session, query.period, query.revision)
    return frozen.head(revision), frozen.figures(session, revision, asked, wanted)


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
        found = service.indicators_of(session, then, wanted, now=now)
    else:
        revision = frozen.find(session, query.period, query.revision)
        found = frozen.figures_then(session, revision, other.name, asked, wanted)
    return other.name, {key: figures for key, _, _, figures in found}


@evaluation.get(
    "/evaluation/indicators/cases",
    operation_id="list_indicator_cases",
    responses={200: IndicatorCasesOut, **problems(401, 403, 404, 503)},
)
@needs("figures.read")
def list_indicator_cases(query: IndicatorCasesQuery) -> Response:
    """The cases behind one figure: those of its numerator, of its denominator, exempt or deferred."""
    now = clock.now()
    asked, (indicator,) = asked_of(query, query.indicator, current_principal(), now)
    if query.revision is not None:
        return frozen.cases_answer(query, asked)
    with read_unit() as session:
        items = service.cases_behind(session, asked, indicator, query.subject_code, query.side, now=now)
    return json_response(_head(query.period, asked) | {"items": items})


def _head(period: str, asked: Asked) -> dict[str, str]:
    return {"period": period, "as_of": to_rfc3339(asked.at), "definitions": str(DEFINITIONS)}


def asked_of(
    query: FigureQuery, names: str | None, principal: Principal, now: datetime
) -> tuple[Asked, list[Indicator]]:
    """What is asked for, on the ground of whoever asks.

    Raises: BadPeriod for a period that is none, an instant ahead, an indicator that the subject does not have.
    """
    zone, period, at = ZoneInfo(config().city_tz), parsed_period(query.period), query.at or now
    if at > now:
        raise BadPeriod("This instant lies ahead.", faults=[Fault("/at", "ask for an instant that is past")])
    try:
        wanted = service.wanted_indicators(query.subject, names.split(",") if names else ())
    except KeyError as error:
        detail = f"{error.args[0]} is no indicator of a {query.subject.value}"
        its = ", ".join(one.name for one in service.wanted_indicators(query.subject, ()))
        raise BadPeriod(f"{detail}.", faults=[Fault("/indicator", f"{detail}: use {its}")]) from error
    prefixes, units = ground_of(principal, query.subject)
    asked = Asked(query.subject, period.start(zone), period.end(zone), at, prefixes, units)
    return asked, wanted


def ground_of(principal: Principal, subject: Subject) -> tuple[tuple[str, ...], tuple[UUID, ...] | None]:
    """(prefixes of area codes, units or None for all) of which this principal sees figures of a kind of subject.

    Who has ground sees what lies there; who manages a unit only its own figures, as a unit.
    """
    prefixes = principal.areas(*BY_AREA)
    if prefixes:
        return prefixes, None
    units = principal.organizations(Role.UNIT_MANAGER)
    return ("",) if subject is Subject.UNIT or subject in AREAS else ("-",), units
