"""Rankings that the city shows to everybody: as data, and as a page that needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from app.core.auth import public
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.evaluation import service
from app.evaluation.errors import BadPeriod, NotPublic
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.periods import Kind, period_of
from app.evaluation.rules.publicity import Publicity
from app.evaluation.schemas.publicity import PublicPeriodsOut, PublicRankingOut, PublicRankingQuery
from app.evaluation.service import PublicRanking
from app.evaluation.service.asking import parsed_period
from app.evaluation.views import wording
from app.evaluation.views.indicators import evaluation

pages = Blueprint("rankings", __name__)

OFTEN = "public, max-age=60"
"""What is taken back is gone within a minute wherever it was kept."""

USUAL = (Kind.MONTH, Kind.QUARTER)
"""Of these kinds the latest period is shown first."""

UNCHANGED: dict[str | int, Any] = {"304": {"description": "The caller has this answer"}}


@evaluation.get(
    "/public/periods", operation_id="list_public_periods", responses={200: PublicPeriodsOut, **UNCHANGED, **problems()}
)
@public
def list_public_periods() -> Response:
    """Published periods whose rankings everybody may see, and of which kinds of subjects."""
    with read_unit() as session:
        shown = service.publicity(session)
        found = [service.shown_revision(row) for row in service.public_periods(session, shown)]
    body = PublicPeriodsOut.model_validate({"subjects": [one.value for one in shown.subjects], "items": found})
    return _kept(json_response(body))


@evaluation.get(
    "/public/rankings",
    operation_id="get_public_ranking",
    responses={200: PublicRankingOut, **UNCHANGED, **problems(404)},
)
@public
def get_public_ranking(query: PublicRankingQuery) -> Response:
    """A ranking of areas or units as it was published, sealed; for everybody, never of people."""
    period = parsed_period(query.period)
    with read_unit() as session:
        found = service.public_ranking(session, service.publicity(session), period, Subject(query.subject))
        body = service.shown_ranking(session, found)
    return _kept(json_response(PublicRankingOut.model_validate(body)))


@pages.get("/rankings")
@public
def page() -> Response:
    """The published rankings for people, the latest month or quarter first."""
    language = wording.language_of(request)
    with read_unit() as session:
        shown = service.publicity(session)
        try:
            found = _asked(session, shown, request.args)
        except (BadPeriod, NotPublic):
            return _nothing(language, beginning=not request.args.get("period") and not request.args.get("subject"))
        return _kept(_page(session, shown, found, language))


def _asked(session: Session, shown: Publicity, given: Mapping[str, str]) -> PublicRanking:
    """The ranking that an address names; what it leaves out is the latest period and the first kind of subject.

    Raises: BadPeriod, NotPublic.
    """
    periods = service.public_periods(session, shown)
    if not periods:
        raise NotPublic("No ranking is public.")
    usual = [row for row in periods if period_of(row.period).kind in USUAL]
    period = given.get("period") or (usual or periods)[0].period
    subject = given.get("subject") or shown.subjects[0].value
    if subject not in [one.value for one in shown.subjects]:
        raise NotPublic(f"No ranking by {subject} is public.")
    return service.public_ranking(session, shown, parsed_period(period), Subject(subject))


def _page(session: Session, shown: Publicity, found: PublicRanking, language: str) -> Response:
    values = {
        "ranking": PublicRankingOut.model_validate(service.shown_ranking(session, found)),
        "city": service.city_name(session),
        "subjects": [one.value for one in shown.subjects],
        "periods": [row.period for row in service.public_periods(session, shown)],
    }
    return _html(wording.render("rankings.html", language, **values))


def _nothing(language: str, *, beginning: bool) -> Response:
    """That there is nothing here, and where something may be; the address without more is right all the same."""
    return _html(wording.render("nothing.html", language, beginning=beginning), 200 if beginning else 404)


def _html(text: str, status: int = 200) -> Response:
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-cache"}
    return Response(text, status, content_type="text/html; charset=utf-8", headers=headers)


def _kept(response: Response) -> Response:
    """The answer with what tells whether it is still the same; nothing but that where the caller has it."""
    response.headers["Cache-Control"] = OFTEN
    response.add_etag()
    response.make_conditional(request)
    return response
