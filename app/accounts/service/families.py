"""Token families: one per sign-in; its access tokens live as long as it, its refresh tokens are used once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.accounts.queries import sign_in as queries
from app.accounts.rules import Role, UserKind, verbs_of
from app.core.auth import Grant, Principal

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the tokens of an answer say; the views sign them."""

    user_id: UUID
    family_id: UUID
    refresh_jti: UUID
    issued_at: datetime
    access_expires_at: datetime
    refresh_expires_at: datetime


def start(session: Session, user_id: UUID, *, now: datetime) -> Tokens:
    """A new family with its first tokens."""
    family_id = queries.add_family(session, user_id, now=now, expires_at=now + REFRESH_LIFE)
    return _next(session, user_id, family_id, now)


def refresh(session: Session, jti: UUID, *, now: datetime) -> Tokens | None:
    """The next tokens of a family for a refresh token that was not used before.

    A used one revokes its family: either a thief or the owner holds a copy, and nobody can tell which. It does not
    raise (the revocation must be kept): None means that the token is worth nothing.
    """
    used = queries.use_refresh_token(session, jti, now)
    if used is not None:
        return _next(session, used.user_id, used.family_id, now)
    family_id = queries.family_of_used(session, jti)
    if family_id is not None:
        queries.revoke_family(session, family_id, reason="reuse", now=now)
    return None


def end(session: Session, family_id: UUID, *, now: datetime) -> None:
    """Sign out: the family's access and refresh tokens are worth nothing from now on. Repeating it is harmless."""
    queries.revoke_family(session, family_id, reason="logout", now=now)


def _next(session: Session, user_id: UUID, family_id: UUID, now: datetime) -> Tokens:
    # Random, not time-ordered: the id is all that tells one refresh token of a family from another.
    jti = uuid4()
    queries.add_refresh_token(session, family_id, jti, now + REFRESH_LIFE)
    return Tokens(user_id, family_id, jti, now, now + ACCESS_LIFE, now + REFRESH_LIFE)


def principal(
    session: Session, user_id: UUID, family_id: UUID, *, address: str | None, now: datetime
) -> Principal | None:
    """Whom an access token stands for now; None where its family was revoked or the user disabled. One statement."""
    row = queries.bearer(session, user_id, family_id, now)
    return None if row is None else _principal(row, address)


def absent_principal(session: Session, user_id: UUID, *, now: datetime) -> Principal | None:
    """Whom a user is now, for a job that works for them after they left; None where the user is disabled."""
    row = queries.standing(session, user_id, now)
    return None if row is None else _principal(row, None)


def _principal(row: queries.BearerRow, address: str | None) -> Principal:
    grants = tuple(Grant(role, UUID(organization), area) for role, organization, area in row.grants or ())
    roles = {grant.role for grant in grants}
    if row.kind == UserKind.CITIZEN:
        roles = {Role.CITIZEN.value}
    return Principal(
        id=row.id,
        kind=row.kind,
        name=row.name,
        organization_id=row.organization_id,
        grants=grants,
        verbs=verbs_of(roles),
        address=address,
    )


def anonymous(address: str | None) -> Principal:
    """Somebody who is not signed in."""
    return Principal(
        id=None,
        kind="anonymous",
        name="",
        organization_id=None,
        grants=(),
        verbs=verbs_of((), signed_in=False),
        address=address,
    )


def system() -> Principal:
    """The system itself: what the clock does, not a person."""
    return Principal(
        id=None,
        kind="system",
        name="system",
        organization_id=None,
        grants=(),
        verbs=verbs_of((Role.SYSTEM,)),
        address=None,
    )
