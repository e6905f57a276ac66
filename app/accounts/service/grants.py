"""Grants: given, ended, moved to the areas that took the place of retired ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.errors import BadGrant, GrantNotFound, LastAdmin, UserNotFound
from app.accounts.models import User
from app.accounts.queries import changes
from app.accounts.queries import staff as queries
from app.accounts.rules import STAFF_ROLES, Role
from app.accounts.service import organizations
from app.core import audit
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.row_versions import check_version


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be made. area_code: prefix of area codes, "" is everything; valid_to: exclusive, None is open."""

    role: Role | str
    organization_id: UUID
    area_code: str
    valid_from: datetime
    valid_to: datetime | None = None


def grant(session: Session, user_id: UUID, new: NewGrant, *, now: datetime, actor_id: UUID | None = None) -> UUID:
    """Give a user a role in an organisation over an area subtree; the grant's id.

    Repeating it is harmless: only times at which the same thing is not granted yet are added.
    Raises: BadGrant, UserNotFound, OrganizationNotFound, OrganizationClosed.
    """
    _check(new)
    locked(session, user_id)
    organizations.hold(session, new.organization_id, "/organization_id")
    row: dict[str, Any] = {
        "user_id": user_id,
        "role": str(new.role),
        "organization_id": new.organization_id,
        "area_code": new.area_code,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
    }
    added = _add_grants(session, row)
    if not added:
        return changes.times_granted(session, row)[0][0]
    queries.touch(session, user_id)
    after = {
        "role": row["role"],
        "organization_id": str(new.organization_id),
        "area_code": new.area_code,
        "valid_from": new.valid_from.isoformat(),
        "valid_to": new.valid_to and new.valid_to.isoformat(),
    }
    note(session, "grant.add", user_id, {"after": after}, actor_id, now)
    return added[0]


def _check(new: NewGrant) -> None:
    if new.role not in STAFF_ROLES:
        known = ", ".join(sorted(STAFF_ROLES))
        raise BadGrant(f"{new.role} cannot be granted: choose one of {known}.", faults=[Fault("/role", known)])
    if new.area_code and not (new.area_code.isascii() and new.area_code.isalnum()):
        raise BadGrant("An area code has letters and digits only.", faults=[Fault("/area_code", "letters and digits")])
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise BadGrant("A grant must end after it begins.", faults=[Fault("/valid_to", "after valid_from")])


def revoke(
    session: Session,
    user_id: UUID,
    role: Role | str,
    area_code: str | None = None,
    *,
    now: datetime,
    actor_id: UUID | None = None,
) -> int:
    """End a user's valid grants of a role, on one area or on all; how many. The next request already lacks them.

    Raises: UserNotFound, LastAdmin.
    """
    locked(session, user_id)
    if role == Role.ADMIN:
        queries.lock_admins(session)
    was_admin = role == Role.ADMIN and queries.is_admin(session, user_id, now)
    ended = changes.end_grants(session, user_id, str(role), area_code, now=now)
    if was_admin:
        keep_an_admin(session, user_id, now)
    if ended:
        queries.touch(session, user_id)
        detail = {"role": str(role), "area_code": area_code, "grants": [str(one) for one in ended]}
        note(session, "grant.end", user_id, {"before": detail}, actor_id, now)
    return len(ended)


def end_grant(
    session: Session,
    user_id: UUID,
    grant_id: UUID,
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """End one grant of a user from now on; one that has not begun never will, one that has ended stays as it is.

    Raises: UserNotFound, GrantNotFound, LastAdmin, Stale.
    """
    locked(session, user_id, expected)
    queries.lock_admins(session)
    found = queries.grant_of(session, user_id, grant_id)
    if found is None:
        raise GrantNotFound(f"The user has no grant {grant_id}: GET /users/{user_id}/grants lists them.")
    if found.valid_to is not None and found.valid_to <= now:
        return
    was_admin = queries.is_admin(session, user_id, now)
    changes.end_grant(session, grant_id, now)
    if was_admin:
        keep_an_admin(session, user_id, now)
    queries.touch(session, user_id)
    before = {
        "id": str(grant_id),
        "role": found.role,
        "organization_id": str(found.organization_id),
        "area_code": found.area_code,
        "valid_from": found.valid_from.isoformat(),
        "valid_to": found.valid_to and found.valid_to.isoformat(),
    }
    note(session, "grant.end", user_id, {"before": before, "after": {"valid_to": now.isoformat()}}, actor_id, now)


def follow_successors(session: Session, successors: Mapping[str, Sequence[str]], *, now: datetime) -> int:
    """Move the grants on retired areas to the areas that took their place; how many grants were moved.

    Shape:  successors maps each retired code to the codes laid over it; grants on areas without any stay as they are.
    """
    moved = 0
    for row in changes.grants_on(session, sorted(successors), now):
        areas = rules.follow(row.area_code, successors)
        if areas == (row.area_code,):
            continue
        changes.end_grant(session, row.id, now)
        for area in areas:
            moved_grant = {
                "user_id": row.user_id,
                "role": row.role,
                "organization_id": row.organization_id,
                "area_code": area,
                "valid_from": max(row.valid_from, now),
                "valid_to": row.valid_to,
            }
            _add_grants(session, moved_grant)
        queries.touch(session, row.user_id)
        detail = {"role": row.role, "area_code": row.area_code, "successors": list(areas)}
        note(session, "grant.follow", row.user_id, detail, None, now)
        moved += 1
    return moved


def locked(session: Session, user_id: UUID, expected: int | None = None) -> User:
    """A member of staff, locked until the unit of work ends.

    Raises: UserNotFound, Stale.
    """
    user = changes.lock_staff(session, user_id)
    found = queries.member(session, user_id)
    if user is None or found is None:
        raise UserNotFound(f"There is no member of staff {user_id}.")
    check_version(expected, found.version, "The user")
    return user


def keep_an_admin(session: Session, user_id: UUID, now: datetime) -> None:
    """Refuse what leaves nobody to administer, after it was done to this user; `lock_admins` came before.

    Raises: LastAdmin.
    """
    if not queries.is_admin(session, user_id, now) and not queries.others_administer(session, user_id, now):
        raise LastAdmin("This is the last administrator: give somebody else the role admin first.")


def note(
    session: Session, action: str, user_id: UUID, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    """Write down what was changed about a user; ids, roles and codes, never a name."""
    audit.note(session, action=action, subject=f"user:{user_id}", detail=detail, actor_id=actor_id, now=now)


def _add_grants(session: Session, row: Mapping[str, Any]) -> list[UUID]:
    """Grant at the times at which the same thing is not granted yet; the ids of the grants that were added."""
    taken = [(begins, ends) for _, begins, ends in changes.times_granted(session, row)]
    added: list[UUID] = []
    for begins, ends in rules.free_times(row["valid_from"], row["valid_to"], taken):
        added.append(new_id())
        changes.add_grant(session, {**row, "id": added[-1], "valid_from": begins, "valid_to": ends})
    return added
