"""Who is asking, and what a view needs. Knows no feature: ``accounts`` installs how a token becomes a principal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from flask import Flask, Request, current_app, g, request

from app.core.errors import Forbidden, Unauthenticated


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in an organisation over an area subtree; ``area_code`` is a prefix of area codes."""

    role: str
    organization_id: UUID
    area_code: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts: a member of staff, a citizen, somebody anonymous, or the system itself."""

    id: UUID | None
    kind: str
    name: str
    organization_id: UUID | None
    grants: tuple[Grant, ...]
    verbs: frozenset[str]
    address: str | None = None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def key(self) -> str:
        """What tells this principal's things apart from others': the user, or for anonymous callers the address."""
        return f"user:{self.id}" if self.id else f"address:{self.address}"

    @property
    def is_staff(self) -> bool:
        return self.kind in {"staff", "system"}

    def areas(self, *roles: str) -> tuple[str, ...]:
        """The area codes over which the principal has one of the roles (any role when none is named)."""
        return tuple(sorted({g.area_code for g in self.grants if not roles or g.role in roles}))

    def organizations(self, *roles: str) -> tuple[UUID, ...]:
        """The organisations in which the principal has one of the roles."""
        return tuple({g.organization_id: None for g in self.grants if not roles or g.role in roles})

    def may(self, verb: str) -> bool:
        return verb in self.verbs


class Authenticator(Protocol):
    """How ``accounts`` turns a request into a principal."""

    def authenticate(self, token: str, address: str) -> Principal: ...

    def anonymous(self, address: str) -> Principal: ...


class TokenMissing(Unauthenticated):
    slug = "token-missing"
    title = "Sign in first"


class NotAllowed(Forbidden):
    slug = "not-allowed"
    title = "Your role does not allow this"


_View = TypeVar("_View", bound=Callable[..., Any])
PUBLIC = "*"


def needs(verb: str) -> Callable[[_View], _View]:
    """Mark a view: only a principal with this verb may call it. Checked before the input is read."""

    def mark(view: _View) -> _View:
        view.__needs__ = verb  # type: ignore[attr-defined]
        return view

    return mark


def public(view: _View) -> _View:
    """Mark a view that anybody may call; who calls is known all the same."""
    view.__needs__ = PUBLIC  # type: ignore[attr-defined]
    return view


def install_authenticator(app: Flask, authenticator: Authenticator) -> None:
    """Use this authenticator for the app's requests."""
    app.extensions["fieldgrid.authenticator"] = authenticator


def bearer_token(incoming: Request) -> str | None:
    """The token of ``Authorization: Bearer …``, or None."""
    scheme, _, token = incoming.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def authorize() -> None:
    """Before every request: who is it, and does the view's verb belong to them?

    Raises: TokenMissing, NotAllowed, and what the authenticator raises for a bad token.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    verb = getattr(view, "__needs__", None)
    if verb is None:
        return
    authenticator: Authenticator = current_app.extensions["fieldgrid.authenticator"]
    address = request.remote_addr or "unknown"
    token = bearer_token(request)
    g.principal = authenticator.authenticate(token, address) if token else authenticator.anonymous(address)
    if verb == PUBLIC or g.principal.may(verb):
        return
    if token is None:
        raise TokenMissing("This needs a signed-in user: send Authorization: Bearer <access_token> from /auth/login.")
    raise NotAllowed(f"This needs the permission {verb}, which none of your grants has.", verb=verb)


def authenticate_again() -> Principal:
    """Who a request that lasts is made by now: what they may do has changed perhaps.

    Raises: what the authenticator raises when the token ended or the sign-in was revoked.
    """
    authenticator: Authenticator = current_app.extensions["fieldgrid.authenticator"]
    token, address = bearer_token(request), request.remote_addr or "unknown"
    g.principal = authenticator.authenticate(token, address) if token else authenticator.anonymous(address)
    return current_principal()


def current_principal() -> Principal:
    """Who makes this request."""
    principal: Principal = g.principal
    return principal
