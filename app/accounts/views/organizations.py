"""One organisation: shown, made, changed. Closing one asks other features too and stands with cases."""

from __future__ import annotations

from flask import Response

from app.accounts import service
from app.accounts.schemas import NewOrganizationIn, OrganizationDetailOut, OrganizationPatch, OrganizationPath
from app.accounts.service import NewOrganization
from app.accounts.views.blueprint import accounts
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems


@accounts.get(
    "/organizations/<uuid:organization_id>",
    operation_id="get_organization",
    responses={200: OrganizationDetailOut, **problems(404)},
)
@needs("organizations.list")
def get_organization(path: OrganizationPath) -> Response:
    """One organisation, open or closed"""
    with read_unit() as session:
        found = service.find_organization(session, path.organization_id)
    return json_response(OrganizationDetailOut.model_validate(found), version=found.version)


@accounts.post(
    "/organizations",
    operation_id="create_organization",
    responses={200: OrganizationDetailOut, 201: OrganizationDetailOut, **problems(401, 403, 404, 409)},
)
@needs("organizations.admin")
def create_organization(body: NewOrganizationIn) -> Response:
    """Make an organisation; 200 where the same client made it before under the same id"""
    new = NewOrganization(body.code, body.name, body.kind, body.parent_id, body.area_code, body.id)
    with write_unit() as session:
        found = service.same_organization(session, new)
        status = 201 if found is None else 200
        if found is None:
            made = service.create_organization(session, new, now=clock.now(), actor_id=current_principal().id)
            found = service.find_organization(session, made)
        return answer(session, OrganizationDetailOut.model_validate(found), status, version=found.version)


@accounts.patch(
    "/organizations/<uuid:organization_id>",
    operation_id="change_organization",
    responses={200: OrganizationDetailOut, **problems(401, 403, 404, 409, 412, 428)},
)
@needs("organizations.admin")
def change_organization(path: OrganizationPath, body: OrganizationPatch) -> Response:
    """Change an organisation's name, the one above it or its ground"""
    expected = if_match()
    with write_unit() as session:
        found = service.change_organization(
            session,
            path.organization_id,
            body.changes(),
            expected=expected,
            now=clock.now(),
            actor_id=current_principal().id,
        )
        return answer(session, OrganizationDetailOut.model_validate(found), version=found.version)
