"""Periods: reviewed, published, revised, and what was published of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import Response
from sqlalchemy.orm import Session

from app.cases.queries.visibility import BY_AREA
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.db import read_unit, snapshot_unit, unit_of_work
from app.core.http import accepted_language, answer, if_match, json_response, write_unit
from app.core.languages import language_of
from app.core.schemas import problems
from app.evaluation import service
from app.evaluation.rules.freezing import PeriodState, figure_of
from app.evaluation.rules.periods import Period
from app.evaluation.schemas.periods import (
    PeriodDetailOut,
    PeriodPath,
    PeriodQuery,
    PeriodsOut,
    PeriodsQuery,
    ReviewIn,
    ReviseIn,
)
from app.evaluation.service import Draft, Standing
from app.evaluation.service.asking import parsed_period
from app.evaluation.views.ground import require_whole_city, sees_whole_city
from app.evaluation.views.indicators import evaluation

log = structlog.get_logger()
CHANGING = problems(401, 403, 409, 412, 428)


@evaluation.get(
    "/evaluation/periods", operation_id="list_periods", responses={200: PeriodsOut, **problems(401, 403, 503)}
)
@needs("figures.read")
def list_periods(query: PeriodsQuery) -> Response:
    """The months, quarters and the year, and whatever else was reviewed, each with how far it is; the newest first."""
    now, zone = clock.now(), _zone()
    today = now.astimezone(zone).date()
    with read_unit() as session:
        found = service.standings(session, query.year or today.year, today)
        items = _heads(session, found, now)
    return json_response({"items": items})


@evaluation.get(
    "/evaluation/periods/<period>",
    operation_id="get_period",
    responses={200: PeriodDetailOut, **problems(401, 403, 404, 503)},
)
@needs("figures.read")
def get_period(path: PeriodPath, query: PeriodQuery) -> Response:
    """How far a period is, its revisions, and what one of them changed."""
    period = parsed_period(path.period)
    with read_unit() as session:
        shown, version = _detail(session, period, query.revision)
    return json_response(shown, version=version)


@evaluation.post(
    "/evaluation/periods/<period>/review",
    operation_id="review_period",
    responses={200: PeriodDetailOut, 202: PeriodDetailOut, **problems(401, 403, 409, 412, 428, 503)},
)
@needs("figures.review")
def review_period(path: PeriodPath, body: ReviewIn) -> Response:
    """Freeze the period as it is now and say that it may be published so; again as often as needed.

    Of a large city the worker does it (202): the period shows how far it is. Everything is reckoned from one state of
    the database and kept bit by bit.
    """
    del body
    period, expected, now = parsed_period(path.period), if_match(), clock.now()
    actor_id = current_principal().id
    with read_unit() as session:
        require_whole_city(session)
        for_the_worker = service.is_for_the_worker(session, period, _zone(), now)
    draft = None if for_the_worker else _frozen(period, now)
    with write_unit() as session:
        if draft is None:
            service.ask_review(session, period, _zone(), expected=expected, actor_id=actor_id, now=now)
        else:
            service.review(session, period, draft, expected=expected, actor_id=actor_id)
        shown, version = _detail(session, period, None)
        return answer(session, shown, 202 if draft is None else 200, version=version)


def _frozen(period: Period, now: datetime) -> Draft:
    """What a review freezes now, kept."""
    draft_id = service.new_draft()
    with snapshot_unit() as session:
        frozen = service.frozen_now(session, period, _zone(), now)
        kept = service.keep_frozen(unit_of_work, frozen, draft_id, period)
    log.info("evaluation.reviewed", period=period.name, chunks=kept)
    return Draft(draft_id, frozen, kept)


@evaluation.post(
    "/evaluation/periods/<period>/publish",
    operation_id="publish_period",
    responses={200: PeriodDetailOut, **CHANGING},
)
@needs("figures.publish")
def publish_period(path: PeriodPath, body: ReviewIn) -> Response:
    """Publish what somebody else reviewed; it never changes again."""
    del body
    change = _change(if_match())
    with write_unit() as session:
        shown, version = _published(session, path, None, **change)
        return answer(session, shown, version=version)


@evaluation.post(
    "/evaluation/periods/<period>/revise",
    operation_id="revise_period",
    responses={200: PeriodDetailOut, **CHANGING},
)
@needs("figures.publish")
def revise_period(path: PeriodPath, body: ReviseIn) -> Response:
    """Publish what somebody else reviewed again as the next revision, and say why; the ones before stay."""
    change = _change(if_match())
    with write_unit() as session:
        shown, version = _published(session, path, body.reason, **change)
        return answer(session, shown, version=version)


def _change(expected: int | None) -> dict[str, Any]:
    return {"expected": expected, "actor_id": current_principal().id, "now": clock.now()}


def _published(session: Session, path: PeriodPath, reason: str | None, **change: Any) -> tuple[dict[str, Any], int]:
    period = parsed_period(path.period)
    require_whole_city(session)
    service.publish(session, period, reason, **change)
    return _detail(session, period, None)


def _zone() -> ZoneInfo:
    return ZoneInfo(config().city_tz)


def _heads(session: Session, found: list[Standing], now: datetime) -> list[dict[str, Any]]:
    zone = _zone()
    days = int(service.find_definition(session, service.PUBLISHING).content["earliest_days"])
    stale = service.stale(session, found, zone, now)
    made = service.shown_reviews(session, [one.period.name for one in found], now=now)
    return [
        {
            "period": one.period.name,
            "state": PeriodState.REVIEW.value if _is_made(made.get(one.period.name)) else one.state.value,
            "version": one.version,
            "ready_at": to_rfc3339(service.ready_at(one.period, zone, days)),
            "revision": None if one.newest is None else one.newest.revision,
            "as_of": None if one.newest is None else to_rfc3339(one.newest.as_of),
            "published_at": None if one.newest is None else to_rfc3339(one.newest.published_at),
            "stale": None if one.newest is None else asdict(stale[one.period.name]),
            "reckoning": made.get(one.period.name),
        }
        for one in found
    ]


def _is_made(reckoning: Mapping[str, Any] | None) -> bool:
    return reckoning is not None and not reckoning["again"]


def _detail(session: Session, period: Period, revision: int | None) -> tuple[dict[str, Any], int]:
    """(the period with its revisions, its version)."""
    found, whole = service.standing(session, period), sees_whole_city(session, *BY_AREA)
    (head,) = _heads(session, [found], clock.now())
    wanted = found.newest if revision is None else service.find_revision(session, period, revision)
    shown = {
        **head,
        "review": _review(session, found, whole=whole),
        "revisions": [_revision(one) for one in found.revisions],
        "shown": None if wanted is None else _shown(session, wanted, whole=whole),
    }
    return shown, found.version


def _review(session: Session, found: Standing, *, whole: bool) -> dict[str, Any] | None:
    row, language = found.row, language_of(None, accepted_language())
    if row is None or row.draft_id is None:
        return None
    return {
        "as_of": to_rfc3339(row.as_of),
        "by": {"id": str(row.reviewed_by), "name": service.user_name(session, row.reviewed_by)},
        "inputs": row.inputs,
        "diff": _named(session, service.draft_diff(session, row)) if whole else None,
        "proposed_reason": service.proposed_reason(session, found, language) if whole else None,
    }


def _revision(row: Any) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "as_of": to_rfc3339(row.as_of),
        "reason": row.reason,
        "reviewed_by": {"id": str(row.reviewed_by), "name": row.reviewer_name},
        "reviewed_at": to_rfc3339(row.reviewed_at),
        "published_by": {"id": str(row.published_by), "name": row.publisher_name},
        "published_at": to_rfc3339(row.published_at),
        "sha256": row.sha256,
    }


def _shown(session: Session, row: Any, *, whole: bool) -> dict[str, Any]:
    diff = _named(session, service.revision_diff(session, row)) if whole else None
    return _revision(row) | {"inputs": row.manifest["inputs"], "parts": row.manifest["parts"], "diff": diff}


def _named(session: Session, diff: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A diff with codes, names and figures as everywhere else."""
    if diff is None:
        return None
    figures = [
        change | {side: _figure(change[side]) for side in ("old", "new")}
        for change in service.named_changes(session, diff["figures"])
    ]
    return {**diff, "figures": figures, "scores": service.named_changes(session, diff["scores"])}


def _figure(row: list[Any] | None) -> dict[str, Any] | None:
    return None if row is None else asdict(figure_of(row))
