"""Oneself, organisations, users."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.accounts import queries
from app.accounts.schemas import MeOut, OrganizationsOut, OrganizationsQuery, UsersOut, UsersQuery
from app.accounts.views.blueprint import accounts
from app.accounts.views.shown import shown
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response
from app.core.paging import decode_cursor, page
from app.core.schemas import problems


@accounts.get("/me", operation_id="me", responses={200: MeOut, **problems(401)})
@needs("me.read")
def me() -> Response:
    """Who I am and what I may do where"""
    user_id = current_principal().id
    assert user_id is not None, "me.read belongs to signed-in users"
    with read_unit() as session:
        return json_response(shown(session, user_id, clock.now()))


@accounts.get(
    "/organizations", operation_id="list_organizations", responses={200: OrganizationsOut, **problems(401, 403)}
)
@needs("organizations.list")
def list_organizations(query: OrganizationsQuery) -> Response:
    """Open territories, departments and units, by code"""
    with read_unit() as session:
        rows = queries.list_organizations(
            session,
            kind=query.kind,
            parent=query.parent,
            after=_after(query.cursor),
            limit=query.limit,
            closed=query.closed,
        )
    items, cursor = page(rows, query.limit, lambda row: (row.code,))
    return _listed(OrganizationsOut, items, cursor)


@accounts.get("/users", operation_id="list_users", responses={200: UsersOut, **problems(401, 403)})
@needs("users.list")
def list_users(query: UsersQuery) -> Response:
    """Staff on the ground that my grants cover and of my organisation, by user name"""
    principal = current_principal()
    # Who has no role yet acts on no ground, and is to be found by whoever gives roles.
    everywhere = principal.may("users.read")
    with read_unit() as session:
        rows = queries.list_users(
            session,
            role=query.role,
            organization=query.organization,
            areas=[""] if everywhere else principal.areas(),
            own_organization=principal.organization_id,
            now=clock.now(),
            after=_after(query.cursor),
            limit=query.limit,
        )
    items, cursor = page(rows, query.limit, lambda row: (row.username,))
    return _listed(UsersOut, items, cursor)


def _after(cursor: str | None) -> str | None:
    return None if cursor is None else str(decode_cursor(cursor, 1)[0])


def _listed(shape: type[OrganizationsOut | UsersOut], items: Any, cursor: str | None) -> Response:
    return json_response(shape.model_validate({"items": items, "next_cursor": cursor}))
