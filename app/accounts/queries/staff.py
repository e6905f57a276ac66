"""One member of staff: as they are, their grants, and whether anybody could administer without them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, or_, select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, Organization, User
from app.accounts.queries.visibility import live_grants
from app.accounts.rules import Role, UserKind
from app.core.models import table
from app.core.row_versions import row_version

# Two administrators who shut each other out at once must not both succeed.
ADMIN_LOCK = 7_216_025

_MEMBER = (
    select(
        User.id,
        User.username,
        User.name,
        User.password_hash.is_not(None).label("has_password"),
        User.disabled_at,
        User.created_at,
        Organization.id.label("organization_id"),
        Organization.code.label("organization_code"),
        Organization.name.label("organization_name"),
        Organization.kind.label("organization_kind"),
        row_version(User),
    )
    .join(Organization, Organization.id == User.organization_id)
    .where(User.kind == UserKind.STAFF)
)
_GRANT = select(
    GrantRow.id,
    GrantRow.role,
    GrantRow.organization_id,
    Organization.code.label("organization_code"),
    GrantRow.area_code,
    GrantRow.valid_from,
    GrantRow.valid_to,
).join(Organization, Organization.id == GrantRow.organization_id)
_NEWEST = (GrantRow.valid_from.desc(), GrantRow.id.desc())


def member(session: Session, user_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """(id, username, name, has_password, disabled_at, created_at, organization_…, version) of a member of staff."""
    return session.execute(_MEMBER.where(User.id == user_id)).one_or_none()


def grants_to_come(session: Session, user_id: UUID, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The user's grants that are valid or will be, by role and area:
    (id, role, organization_id, organization_code, area_code, valid_from, valid_to).
    """
    live = or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now)
    query = _GRANT.where(GrantRow.user_id == user_id, live)
    return session.execute(query.order_by(GrantRow.role, GrantRow.area_code, GrantRow.valid_from, GrantRow.id)).all()


def grants_page(
    session: Session, user_id: UUID, *, at: datetime | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The user's grants, those that begin last first, one more than `limit` where there are more.

    at: only those valid at this instant. after: (valid_from, id) of the last one of the page before.
    """
    query = _GRANT.where(GrantRow.user_id == user_id).order_by(*_NEWEST).limit(limit + 1)
    if at is not None:
        query = query.where(live_grants(at))
    if after is not None:
        begins, grant_id = after
        query = query.where(
            or_(GrantRow.valid_from < begins, and_(GrantRow.valid_from == begins, GrantRow.id < grant_id))
        )
    return session.execute(query).all()


def grant_of(session: Session, user_id: UUID, grant_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """One grant of a user: (id, role, organization_id, organization_code, area_code, valid_from, valid_to)."""
    return session.execute(_GRANT.where(GrantRow.user_id == user_id, GrantRow.id == grant_id)).one_or_none()


def touch(session: Session, user_id: UUID) -> None:
    """Grants are part of what is shown of a user: the user's version moves with them."""
    users = table(User)
    session.execute(update(users).where(users.c.id == user_id).values(name=users.c.name))


def lock_admins(session: Session) -> None:
    """One at a time takes away who administers, until the unit of work ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADMIN_LOCK})


def is_admin(session: Session, user_id: UUID, now: datetime) -> bool:
    """Whether the user administers now."""
    return bool(session.scalar(select(exists().where(User.id == user_id, *_administering(now)))))


def others_administer(session: Session, user_id: UUID, now: datetime) -> bool:
    """Whether anybody but this user administers now."""
    return bool(session.scalar(select(exists().where(User.id != user_id, *_administering(now)))))


def _administering(now: datetime) -> list[Any]:
    return [
        GrantRow.user_id == User.id,
        GrantRow.role == Role.ADMIN,
        live_grants(now),
        User.disabled_at.is_(None),
    ]
