"""One organisation: as it is, what depends on it, and changing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from app.accounts.models import GrantRow, Organization, User
from app.core.models import table
from app.core.row_versions import row_version

OrganizationRow: TypeAlias = Row[*tuple[Any, ...]]

# Whoever moves a branch of the tree looks at it alone: two moves that are each right could make a ring together.
TREE_LOCK = 7_216_024
_MOST_NAMED = 50

_ROW = select(
    Organization.id,
    Organization.code,
    Organization.name,
    Organization.kind,
    Organization.parent_id,
    Organization.area_code,
    Organization.created_at,
    Organization.closed_at,
    row_version(Organization),
)


def organization(session: Session, organization_id: UUID) -> OrganizationRow | None:
    """(id, code, name, kind, parent_id, area_code, created_at, closed_at, version)."""
    return session.execute(_ROW.where(Organization.id == organization_id)).one_or_none()


def lock_organization(session: Session, organization_id: UUID) -> None:
    """Let nobody give the organisation anything, nor change it, until the unit of work ends."""
    session.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())


def hold_organization(session: Session, organization_id: UUID) -> Row[str, datetime | None] | None:
    """(code, closed_at) of an organisation that is about to be given something: it cannot close before that is kept."""
    query = select(Organization.code, Organization.closed_at).where(Organization.id == organization_id)
    return session.execute(query.with_for_update(read=True, key_share=True)).one_or_none()


def lock_tree(session: Session) -> None:
    """One at a time changes who is above whom, until the unit of work ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TREE_LOCK})


def above(session: Session, organization_id: UUID) -> Sequence[UUID]:
    """The organisation itself and all above it."""
    start = select(Organization.id, Organization.parent_id).where(Organization.id == organization_id)
    path = start.cte("path", recursive=True)
    parent = aliased(Organization)
    # UNION, not UNION ALL: a ring that was there before must not keep the question going for ever.
    path = path.union(select(parent.id, parent.parent_id).join(path, path.c.parent_id == parent.id))
    return session.execute(select(path.c.id)).scalars().all()


def change_organization(session: Session, organization_id: UUID, values: Mapping[str, Any]) -> None:
    session.execute(update(table(Organization)).where(Organization.id == organization_id).values(dict(values)))


def dependants(session: Session, organization_id: UUID, now: datetime) -> dict[str, list[str]]:
    """What of accounts depends on an organisation, by kind: codes below it, user names of its people, and of whoever
    holds a grant in it that is valid or will be. At most 50 of each are named.
    """
    queries: dict[str, Select[Any]] = {
        "organizations": select(Organization.code).where(
            Organization.parent_id == organization_id, Organization.closed_at.is_(None)
        ),
        "people": select(User.username).where(User.organization_id == organization_id, User.disabled_at.is_(None)),
        "grants": select(func.distinct(User.username))
        .join(GrantRow, GrantRow.user_id == User.id)
        .where(
            GrantRow.organization_id == organization_id,
            or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now),
        ),
    }
    found = {
        kind: sorted(str(name) for name in session.execute(query.limit(_MOST_NAMED)).scalars())
        for kind, query in queries.items()
    }
    return {kind: names for kind, names in found.items() if names}
