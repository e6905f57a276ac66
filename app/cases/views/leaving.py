"""People shut out or relieved of a role, organisations closed: what they leave behind is told and given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.accounts.schemas import GrantPath, LeavingOut, OrganizationDetailOut, OrganizationPath, UserPath
from app.accounts.service import shown_member
from app.cases.service import leaving
from app.cases.views.cases import cases
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.http import answer, if_match, write_unit
from app.core.schemas import problems

CHANGING = problems(401, 403, 404, 409, 412, 428)


@cases.post("/users/<uuid:user_id>/disable", operation_id="disable_user", responses={200: LeavingOut, **CHANGING})
@needs("users.admin")
def disable_user(path: UserPath) -> Response:
    """Shut somebody out at once: every sign-in of theirs ends, and the cases they had in person are given back"""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        left = leaving.disable_user(session, path.user_id, expected=expected, now=now, actor_id=actor_id)
        shown, version = _shown(session, path, left, now)
        return answer(session, shown, version=version)


@cases.post(
    "/users/<uuid:user_id>/grants/<uuid:grant_id>/end",
    operation_id="end_grant",
    responses={200: LeavingOut, **CHANGING},
)
@needs("users.admin")
def end_grant(path: GrantPath) -> Response:
    """End a grant from now on; the next request of its holder lacks it, and cases that need it are given back"""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        left = leaving.end_grant(session, path.user_id, path.grant_id, expected=expected, now=now, actor_id=actor_id)
        shown, version = _shown(session, path, left, now)
        return answer(session, shown, version=version)


def _shown(session: Session, path: UserPath, left: list[str], now: datetime) -> tuple[dict[str, Any], int]:
    shown, version = shown_member(session, path.user_id, now)
    return LeavingOut(**dict(shown), left_open=left).model_dump(mode="json"), version


@cases.post(
    "/organizations/<uuid:organization_id>/close",
    operation_id="close_organization",
    responses={200: OrganizationDetailOut, **CHANGING},
)
@needs("organizations.admin")
def close_organization(path: OrganizationPath) -> Response:
    """Close an organisation that nothing depends on any more; the refusal lists what does, and what to do about it"""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        found = leaving.close_organization(session, path.organization_id, expected=expected, now=now, actor_id=actor_id)
        return answer(session, OrganizationDetailOut.model_validate(found), version=found.version)
