"""Signing in, going on and signing out. A refused try is kept first and told after: an error would undo the count.

Tokens are never stored, so these calls keep no answer for an Idempotency-Key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.accounts import service
from app.accounts.errors import TokenInvalid, WrongCode, WrongCredentials
from app.accounts.rules import CODE_LIFE
from app.accounts.schemas import CodeSentOut, LoginBody, PhoneBody, PhoneCodeBody, RefreshBody, TokensOut
from app.accounts.service import ACCESS_LIFE, Tokens
from app.accounts.views import tokens
from app.accounts.views.blueprint import accounts
from app.accounts.views.shown import shown
from app.core import clock
from app.core.auth import TokenMissing, bearer_token, public
from app.core.db import unit_of_work
from app.core.http import json_response
from app.core.intake import takes
from app.core.schemas import problems

# Anything with a token in it must not be kept by a proxy or a browser (RFC 6749 §5.1).
_UNKEPT = {"Cache-Control": "no-store"}
_OPTIONAL_BODY = {
    "requestBody": {
        "required": False,
        "description": "The refresh token, unless it is in the Authorization header",
        "content": {"application/json": {"schema": RefreshBody.model_json_schema()}},
    }
}


@accounts.post("/auth/login", operation_id="login", responses={200: TokensOut, **problems(401, 429, 503)})
@public
def login(body: LoginBody) -> Response:
    """Sign in by user name and password"""
    now = clock.now()
    with unit_of_work() as session:
        attempt = service.admit(session, body.username, request.remote_addr, now=now)
    matches = service.password_matches(attempt.or_wait().password_hash, body.password)
    with unit_of_work() as session:
        signed_in = service.conclude(session, attempt, matches=matches, now=now)
        if signed_in is not None:
            service.rehash(session, attempt, body.password)
            return _answer(session, signed_in, now)
    raise WrongCredentials("User name or password is wrong.")


@accounts.post(
    "/auth/refresh",
    operation_id="refresh",
    responses={200: TokensOut, **problems(401)},
    openapi_extensions=_OPTIONAL_BODY,
)
@takes()
@public
def refresh() -> Response:
    """Get new tokens for a refresh token, which works once"""
    now = clock.now()
    claims = tokens.unexpired(tokens.read(_given_token()), tokens.REFRESH, now)
    with unit_of_work() as session:
        renewed = service.refresh(session, claims.jti, now=now)
        if renewed is not None:
            return _answer(session, renewed, now)
    raise TokenInvalid("This refresh token was used before or its sign-in was ended: sign in again.")


@accounts.post(
    "/auth/logout", operation_id="logout", responses={204: None, **problems(401)}, openapi_extensions=_OPTIONAL_BODY
)
@takes()
@public
def logout() -> Response:
    """End a sign-in: its access and refresh tokens are worth nothing from then on"""
    claims = tokens.read(_given_token())
    with unit_of_work() as session:
        service.end(session, claims.family_id, now=clock.now())
    return json_response(None, 204)


@accounts.post("/auth/citizen/code", operation_id="send_code", responses={202: CodeSentOut, **problems(429)})
@public
def send_code(body: PhoneBody) -> Response:
    """Send a one-time code to a citizen's phone"""
    with unit_of_work() as session:
        service.send_code(session, body.phone, request.remote_addr, now=clock.now())
    return json_response(CodeSentOut(expires_in=int(CODE_LIFE.total_seconds())), 202)


@accounts.post("/auth/citizen/login", operation_id="citizen_login", responses={200: TokensOut, **problems(401, 429)})
@public
def citizen_login(body: PhoneCodeBody) -> Response:
    """Sign in as a citizen by phone and code"""
    now = clock.now()
    address = request.remote_addr
    with unit_of_work() as session:
        attempt = service.admit_phone(session, body.phone, address, now=now)
    attempt.or_wait()
    with unit_of_work() as session:
        signed_in = service.citizen_sign_in(session, attempt, body.phone, body.code, address, now=now)
        if signed_in is not None:
            return _answer(session, signed_in, now)
    raise WrongCode("The code is wrong, used or older than ten minutes: ask for a new one.")


def _given_token() -> str:
    content: Any = request.get_json() if request.mimetype == "application/json" else {}
    token = RefreshBody.model_validate(content).refresh_token or bearer_token(request)
    if token is None:
        raise TokenMissing('Send the token as {"refresh_token": …} or as Authorization: Bearer ….')
    return token


def _answer(session: Session, made: Tokens, now: datetime) -> Response:
    access, refresh_token = tokens.signed(made)
    out: BaseModel = TokensOut(
        access_token=access,
        refresh_token=refresh_token,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        user=shown(session, made.user_id, now),
    )
    return json_response(out, headers=_UNKEPT)
