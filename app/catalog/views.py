"""The catalogue over HTTP: read by everybody, changed one thing at a time by administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from app.catalog import queries, service
from app.catalog.schemas import (
    ConditionDetailOut,
    ConditionPatch,
    ConditionPath,
    NewConditionIn,
    TypeDetailOut,
    TypePatch,
    TypePath,
    TypesPage,
    TypesQuery,
)
from app.catalog.service import ConditionTerms
from app.core import clock
from app.core.auth import current_principal, needs, public
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.paging import decode_cursor, page
from app.core.schemas import problems

catalog = APIBlueprint("catalog", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Catalogue")])


@catalog.get("/types", operation_id="list_types", responses={"200": TypesPage, **problems()})
@public
def list_types(query: TypesQuery) -> Response:
    """List types of parts and matters with their filing conditions."""
    after = [str(value) for value in decode_cursor(query.cursor, 3)] if query.cursor else None
    filters = {"scheme": query.scheme, "kind": query.kind, "class_code": query.class_code, "q": query.q}
    with read_unit() as session:
        rows = queries.list_types(session, filters, after, query.limit + 1)
    shown, next_cursor = page(rows, query.limit, lambda row: (row.scheme, row.kind, row.code))
    return json_response({"items": [row._asdict() for row in shown], "next_cursor": next_cursor})


CHANGING = problems(401, 403, 404, 409, 412, 428)


@catalog.get("/types/<uuid:type_id>", operation_id="get_type", responses={200: TypeDetailOut, **problems(404)})
@public
def get_type(path: TypePath) -> Response:
    """One type with its filing conditions in force."""
    with read_unit() as session:
        shown, version = _type(session, path.type_id)
    return json_response(shown, version=version)


@catalog.patch("/types/<uuid:type_id>", operation_id="change_type", responses={200: TypeDetailOut, **CHANGING})
@needs("catalog.admin")
def change_type(path: TypePath, body: TypePatch) -> Response:
    """Change a type's name, or whether it may be fixed on the spot; its codes stay."""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        service.change_type(session, path.type_id, body.changes(), expected=expected, now=now, actor_id=actor_id)
        shown, version = _type(session, path.type_id)
        return answer(session, shown, version=version)


@catalog.post(
    "/types/<uuid:type_id>/conditions",
    operation_id="add_condition",
    responses={201: ConditionDetailOut, **problems(401, 403, 404, 409)},
)
@needs("catalog.admin")
def add_condition(path: TypePath, body: NewConditionIn) -> Response:
    """Give a type another filing condition."""
    terms = ConditionTerms(body.text, body.limit, body.unit, body.close_text, body.row)
    with write_unit() as session:
        made = service.add_condition(session, path.type_id, terms, now=clock.now(), actor_id=current_principal().id)
        shown, version = _condition(session, made)
        return answer(session, shown, 201, version=version)


@catalog.get(
    "/conditions/<uuid:condition_id>",
    operation_id="get_condition",
    responses={200: ConditionDetailOut, **problems(404)},
)
@public
def get_condition(path: ConditionPath) -> Response:
    """One filing condition, in force or retired."""
    with read_unit() as session:
        shown, version = _condition(session, path.condition_id)
    return json_response(shown, version=version)


@catalog.patch(
    "/conditions/<uuid:condition_id>", operation_id="change_condition", responses={200: ConditionDetailOut, **CHANGING}
)
@needs("catalog.admin")
def change_condition(path: ConditionPath, body: ConditionPatch) -> Response:
    """Put a new version in the place of a filing condition: it has an id of its own, cases keep the old one."""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        made = service.change_condition(
            session, path.condition_id, body.changes(), expected=expected, now=now, actor_id=actor_id
        )
        shown, version = _condition(session, made)
        return answer(session, shown, version=version)


@catalog.post(
    "/conditions/<uuid:condition_id>/retire",
    operation_id="retire_condition",
    responses={200: ConditionDetailOut, **CHANGING},
)
@needs("catalog.admin")
def retire_condition(path: ConditionPath) -> Response:
    """File nothing more under a condition; cases that were filed under it keep it."""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        service.retire_condition(session, path.condition_id, expected=expected, now=now, actor_id=actor_id)
        shown, version = _condition(session, path.condition_id)
        return answer(session, shown, version=version)


def _type(session: Session, type_id: UUID) -> tuple[dict[str, Any], int]:
    found = service.one_type(session, type_id)
    shown = {
        **found._asdict(),
        "conditions": [row._asdict() for row in queries.conditions_in_force(session, type_id)],
    }
    return TypeDetailOut.model_validate(shown).model_dump(mode="json"), found.version


def _condition(session: Session, wanted: UUID) -> tuple[dict[str, Any], int]:
    found = service.one_condition(session, wanted)
    key = {"scheme": found.scheme, "kind": found.kind, "code": found.code}
    return ConditionDetailOut.model_validate({**found._asdict(), "type": key}).model_dump(mode="json"), found.version
