"""One member of staff and their grants. Who leaves may leave cases behind: that stands with cases."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import Row

from app.accounts import service
from app.accounts.queries import staff as queries
from app.accounts.schemas import (
    GrantsOut,
    GrantsQuery,
    NewGrantIn,
    NewUserIn,
    UserOut,
    UserPatch,
    UserPath,
)
from app.accounts.service import NewGrant
from app.accounts.views.blueprint import accounts
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.paging import edge_of, page
from app.core.schemas import problems

CHANGING = problems(401, 403, 404, 409, 412, 428)


@accounts.get("/users/<uuid:user_id>", operation_id="get_user", responses={200: UserOut, **problems(401, 403, 404)})
@needs("users.read")
def get_user(path: UserPath) -> Response:
    """One member of staff, with the grants that are valid or will be"""
    with read_unit() as session:
        shown, version = service.shown_member(session, path.user_id, clock.now())
    return json_response(shown, version=version)


@accounts.post(
    "/users",
    operation_id="create_user",
    responses={200: UserOut, 201: UserOut, **problems(401, 403, 404, 409)},
)
@needs("users.admin")
def create_user(body: NewUserIn) -> Response:
    """Make a member of staff, without any grant yet; 200 where the same client made them before under the same id"""
    now = clock.now()
    asked: dict[str, Any] = {"username": body.username, "name": body.name, "organization_id": body.organization_id}
    with write_unit() as session:
        found = service.same_user(session, body.id, **asked)
        if found is None:
            actor_id = current_principal().id
            made = service.create_user(
                session, **asked, password=body.password, user_id=body.id, now=now, actor_id=actor_id
            )
        shown, version = service.shown_member(session, made if found is None else found.id, now)
        return answer(session, shown, 201 if found is None else 200, version=version)


@accounts.patch("/users/<uuid:user_id>", operation_id="change_user", responses={200: UserOut, **CHANGING})
@needs("users.admin")
def change_user(path: UserPath, body: UserPatch) -> Response:
    """Change somebody's name or the organisation they belong to"""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        service.change_user(session, path.user_id, body.changes(), expected=expected, now=now, actor_id=actor_id)
        shown, version = service.shown_member(session, path.user_id, now)
        return answer(session, shown, version=version)


@accounts.post("/users/<uuid:user_id>/enable", operation_id="enable_user", responses={200: UserOut, **CHANGING})
@needs("users.admin")
def enable_user(path: UserPath) -> Response:
    """Let somebody in again who was shut out, with the grants that are still valid"""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        service.enable_user(session, path.user_id, expected=expected, now=now, actor_id=actor_id)
        shown, version = service.shown_member(session, path.user_id, now)
        return answer(session, shown, version=version)


@accounts.get(
    "/users/<uuid:user_id>/grants", operation_id="list_grants", responses={200: GrantsOut, **problems(401, 403, 404)}
)
@needs("users.read")
def list_grants(path: UserPath, query: GrantsQuery) -> Response:
    """Somebody's grants, those that began last first; of all times, or those valid at an instant"""
    after = edge_of(query.cursor)
    with read_unit() as session:
        service.find_member(session, path.user_id)
        rows = queries.grants_page(session, path.user_id, at=query.at, after=after, limit=query.limit)
    items, cursor = page(rows, query.limit, _place)
    return json_response(GrantsOut.model_validate({"items": items, "next_cursor": cursor}))


def _place(row: Row[*tuple[Any, ...]]) -> tuple[str, str]:
    return row.valid_from.isoformat(), str(row.id)


@accounts.post(
    "/users/<uuid:user_id>/grants",
    operation_id="add_grant",
    responses={201: UserOut, **problems(401, 403, 404, 409)},
)
@needs("users.admin")
def add_grant(path: UserPath, body: NewGrantIn) -> Response:
    """Give somebody a role in an organisation over an area, for a time; what they have already is not given twice"""
    now = clock.now()
    new = NewGrant(body.role, body.organization_id, body.area_code, body.valid_from or now, body.valid_to)
    with write_unit() as session:
        service.grant(session, path.user_id, new, now=now, actor_id=current_principal().id)
        shown, version = service.shown_member(session, path.user_id, now)
        return answer(session, shown, 201, version=version)
