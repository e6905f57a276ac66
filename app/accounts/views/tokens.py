"""Signed tokens: the only code that knows Flask-JWT-Extended.

A token says who it is for and which sign-in it came of; what they may do is looked up.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, decode_token
from jwt.exceptions import PyJWTError

from app.accounts.errors import TokenExpired, TokenInvalid
from app.accounts.service import Tokens

ACCESS = "access"
REFRESH = "refresh"
ISSUER = "fieldgrid"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token of ours says; its signature was right."""

    kind: str
    jti: UUID
    user_id: UUID
    family_id: UUID
    expires_at: datetime


def install(app: Flask) -> None:
    """Let this app sign and read tokens, with a key that is used for nothing else."""
    key = hmac.new(app.config["SECRET_KEY"].encode(), b"fieldgrid accounts tokens", hashlib.sha256).hexdigest()
    app.config.update(
        JWT_SECRET_KEY=key,
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_NBF=False,
        JWT_TOKEN_LOCATION=["headers"],
        # Tokens travel in headers only, which no foreign page can set: a claim against forged requests is not needed.
        JWT_COOKIE_CSRF_PROTECT=False,
    )
    JWTManager(app)


def signed(tokens: Tokens) -> tuple[str, str]:
    """The access token and the refresh token of an answer."""
    common = {"fam": str(tokens.family_id), "iat": int(tokens.issued_at.timestamp())}
    access = {**common, "exp": int(tokens.access_expires_at.timestamp())}
    refresh = {**common, "exp": int(tokens.refresh_expires_at.timestamp()), "jti": str(tokens.refresh_jti)}
    who = str(tokens.user_id)
    return (
        create_access_token(who, additional_claims=access, expires_delta=False),
        create_refresh_token(who, additional_claims=refresh, expires_delta=False),
    )


def read(token: str) -> Claims:
    """What a token says, whenever it ends.

    Raises: TokenInvalid for anything that was not signed here with these claims.
    """
    return _read(token, current_app.config["JWT_SECRET_KEY"])


@lru_cache(maxsize=4096)
def _read(token: str, _key: str) -> Claims:
    """A signature that was right once stays right, so each token is verified once per process; only those are kept."""
    try:
        # The library compares with the machine's clock; ours is compared by `unexpired`, so that one clock decides.
        said: dict[str, Any] = decode_token(token, allow_expired=True)
        return Claims(
            kind=str(said["type"]),
            jti=UUID(said["jti"]),
            user_id=UUID(said["sub"]),
            family_id=UUID(said["fam"]),
            expires_at=datetime.fromtimestamp(said["exp"], UTC),
        )
    except (PyJWTError, LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise TokenInvalid("The token is not one of ours or was changed: sign in again.") from error


def unexpired(claims: Claims, kind: str, now: datetime) -> Claims:
    """The claims, if they are of this kind of token and it has not ended.

    Raises: TokenInvalid, TokenExpired.
    """
    if claims.kind != kind:
        raise TokenInvalid(f"This needs {'an' if kind == ACCESS else 'a'} {kind} token, not one of type {claims.kind}.")
    if claims.expires_at <= now:
        advice = "use the refresh token at /auth/refresh" if kind == ACCESS else "sign in again"
        raise TokenExpired(f"The token ended at {claims.expires_at:%Y-%m-%dT%H:%M:%SZ}: {advice}.")
    return claims
