"""What the city decides about figures: weights, grades, peer groups, when a period may be published."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import Body, problems
from app.evaluation import service
from app.evaluation.queries import Kept, definitions
from app.evaluation.schemas.publicity import PublishingIn, PublishingOut
from app.evaluation.schemas.scores import (
    CompositeIn,
    CompositeOut,
    DefinitionsOut,
    GradesIn,
    GradesOut,
    PeersIn,
    PeersOut,
    SubjectPath,
    VersionQuery,
)
from app.evaluation.views.ground import require_whole_city
from app.evaluation.views.indicators import evaluation

READING = problems(401, 403, 404)
CHANGING = problems(401, 403, 412, 428)


@evaluation.get(
    "/evaluation/definitions", operation_id="list_definitions", responses={200: DefinitionsOut, **problems(401, 403)}
)
@needs("figures.read")
def list_definitions() -> Response:
    """What is in force, by name"""
    with read_unit() as session:
        found = definitions(session)
    items = [
        {"name": one.name, "version": one.version, "in_force": True, "made_at": one.made_at.isoformat()}
        for one in found.values()
    ]
    return json_response(DefinitionsOut.model_validate({"items": items}))


@evaluation.get(
    "/evaluation/definitions/scores/<subject>",
    operation_id="get_score_definition",
    responses={200: CompositeOut, **READING},
)
@needs("figures.read")
def get_score_definition(path: SubjectPath, query: VersionQuery) -> Response:
    """What the score of a kind of subject is made of, as it is in force or as a version said"""
    return _found(service.name_of_score(path.subject), query.version, CompositeOut)


@evaluation.put(
    "/evaluation/definitions/scores/<subject>",
    operation_id="put_score_definition",
    responses={200: CompositeOut, **CHANGING},
)
@needs("figures.define")
def put_score_definition(path: SubjectPath, body: CompositeIn) -> Response:
    """Say what a score is made of from now on; what was published stays as it was scored"""
    change = _change(if_match())
    with write_unit() as session:
        require_whole_city(session)
        kept = service.put_score(session, path.subject, _content(body), **change)
        return answer(session, _shown(kept, CompositeOut), version=kept.version)


@evaluation.get("/evaluation/definitions/grades", operation_id="get_grades", responses={200: GradesOut, **READING})
@needs("figures.read")
def get_grades(query: VersionQuery) -> Response:
    """Which scores have which grade and colour"""
    return _found(service.GRADES, query.version, GradesOut)


@evaluation.put("/evaluation/definitions/grades", operation_id="put_grades", responses={200: GradesOut, **CHANGING})
@needs("figures.define")
def put_grades(body: GradesIn) -> Response:
    """Say which scores have which grade and colour from now on"""
    change = _change(if_match())
    with write_unit() as session:
        require_whole_city(session)
        kept = service.put_grades(session, _content(body), **change)
        return answer(session, _shown(kept, GradesOut), version=kept.version)


@evaluation.get("/evaluation/definitions/peers", operation_id="get_peers", responses={200: PeersOut, **READING})
@needs("figures.read")
def get_peers(query: VersionQuery) -> Response:
    """Who is compared with whom"""
    with read_unit() as session:
        kept = service.find_definition(session, service.PEERS, query.version)
        shown = _shown(kept._replace(content=service.shown_peers(session, kept.content)), PeersOut)
    return json_response(shown, version=kept.version)


@evaluation.put("/evaluation/definitions/peers", operation_id="put_peers", responses={200: PeersOut, **CHANGING})
@needs("figures.define")
def put_peers(body: PeersIn) -> Response:
    """Say who is compared with whom from now on"""
    change = _change(if_match())
    with write_unit() as session:
        require_whole_city(session)
        kept = service.put_peers(session, _content(body), **change)
        shown = _shown(kept._replace(content=service.shown_peers(session, kept.content)), PeersOut)
        return answer(session, shown, version=kept.version)


@evaluation.get(
    "/evaluation/definitions/publishing", operation_id="get_publishing", responses={200: PublishingOut, **READING}
)
@needs("figures.read")
def get_publishing(query: VersionQuery) -> Response:
    """How long after its end a period may be reviewed at the earliest, and which rankings everybody may see"""
    return _found(service.PUBLISHING, query.version, PublishingOut)


@evaluation.put(
    "/evaluation/definitions/publishing", operation_id="put_publishing", responses={200: PublishingOut, **CHANGING}
)
@needs("figures.define")
def put_publishing(body: PublishingIn) -> Response:
    """Say how long after its end a period may be reviewed at the earliest, and which rankings everybody may see"""
    change = _change(if_match())
    with write_unit() as session:
        require_whole_city(session)
        kept = service.put_publishing(session, _content(body), **change)
        return answer(session, _shown(kept, PublishingOut), version=kept.version)


def _change(expected: int | None) -> dict[str, Any]:
    actor_id: UUID | None = current_principal().id
    return {"expected": expected, "now": clock.now(), "actor_id": actor_id}


def _content(body: Body) -> dict[str, Any]:
    """The definition as it is kept: JSON, which says a number as it was written."""
    return body.model_dump(mode="json")


def _found(name: str, version: int | None, shape: Any) -> Response:
    with read_unit() as session:
        kept = service.find_definition(session, name, version)
    return json_response(_shown(kept, shape), version=kept.version)


def _shown(kept: Kept, shape: Any) -> Any:
    head = {"name": kept.name, "version": kept.version, "in_force": kept.in_force, "made_at": kept.made_at}
    return shape.model_validate(head | kept.content)
