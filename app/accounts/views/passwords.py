"""Passwords: set by an administrator, by oneself, or by a one-time link.

The answers about links are never kept for an Idempotency-Key, because they hold what must not be stored.
"""

from __future__ import annotations

from flask import Response, request

from app.accounts import service
from app.accounts.schemas import LinkOut, OwnPasswordIn, PasswordIn, RedeemIn, UserOut, UserPath
from app.accounts.views.blueprint import accounts
from app.core import clock
from app.core.auth import current_principal, needs, public
from app.core.db import read_unit, unit_of_work
from app.core.http import answer, if_match, json_response, write_unit
from app.core.schemas import problems

_UNKEPT = {"Cache-Control": "no-store"}


@accounts.post(
    "/users/<uuid:user_id>/password",
    operation_id="set_password",
    responses={200: UserOut, **problems(401, 403, 404, 412, 428)},
)
@needs("users.admin")
def set_password(path: UserPath, body: PasswordIn) -> Response:
    """Give somebody a new password; all their sign-ins end"""
    now, expected, actor_id = clock.now(), if_match(), current_principal().id
    with write_unit() as session:
        service.reset_password(session, path.user_id, body.password, now=now, actor_id=actor_id, expected=expected)
        shown, version = service.shown_member(session, path.user_id, now)
        return answer(session, shown, version=version)


@accounts.post(
    "/users/<uuid:user_id>/one-time-link",
    operation_id="make_link",
    responses={201: LinkOut, **problems(401, 403, 404)},
)
@needs("users.admin")
def make_link(path: UserPath) -> Response:
    """Make a link by which somebody chooses their password, once and within three days; it is shown this once"""
    with unit_of_work() as session:
        made = service.make_link(session, path.user_id, now=clock.now(), actor_id=current_principal().id)
    return json_response(LinkOut(token=made.token, expires_at=made.expires_at), 201, headers=_UNKEPT)


@accounts.post("/auth/password", operation_id="redeem_link", responses={204: None, **problems(401)})
@public
def redeem_link(body: RedeemIn) -> Response:
    """Choose a password by a one-time link; then sign in with it"""
    with unit_of_work() as session:
        service.redeem_link(session, body.token, body.password, now=clock.now())
    return json_response(None, 204)


@accounts.post(
    "/me/password", operation_id="change_own_password", responses={204: None, **problems(401, 403, 404, 429, 503)}
)
@needs("me.password")
def change_own_password(body: OwnPasswordIn) -> Response:
    """Change one's own password; all one's sign-ins end, this one too. A wrong old one counts as a failed sign-in"""
    now, user_id = clock.now(), current_principal().id
    assert user_id is not None, "me.password belongs to signed-in users"
    with read_unit() as session:
        username = service.find_member(session, user_id).username
    with unit_of_work() as session:
        attempt = service.admit(session, username, request.remote_addr, now=now)
    matches = service.password_matches(attempt.or_wait().password_hash, body.old)
    if not matches:
        with unit_of_work() as session:
            service.conclude(session, attempt, matches=False, now=now)
    with unit_of_work() as session:
        service.change_own_password(session, user_id, matches=matches, new=body.new, now=now)
    return json_response(None, 204)
