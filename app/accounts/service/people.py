"""Organisations, users and grants, and the record of who changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.errors import (
    BadGrant,
    OrganizationCodeTaken,
    OrganizationNotFound,
    UsernameTaken,
    UserNotFound,
    WeakPassword,
)
from app.accounts.models import User
from app.accounts.queries import changes
from app.accounts.queries import sign_in as sign_ins
from app.accounts.rules import STAFF_ROLES, OrganizationKind, Role
from app.accounts.service.passwords import PasswordHash, hash_password
from app.core import audit
from app.core.errors import Fault
from app.core.ids import new_id


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organisation to be made. area_code: the ground of a territory."""

    code: str
    name: str
    kind: OrganizationKind | str
    parent_id: UUID | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be made. area_code: prefix of area codes, "" is everything; valid_to: exclusive, None is open."""

    role: Role | str
    organization_id: UUID
    area_code: str
    valid_from: datetime
    valid_to: datetime | None = None


def create_organization(session: Session, new: NewOrganization, *, now: datetime, actor_id: UUID | None = None) -> UUID:
    """Make an organisation; its id.

    Raises: OrganizationCodeTaken, OrganizationNotFound (parent_id), ValueError (kind).
    """
    if new.parent_id is not None and not changes.organization_exists(session, new.parent_id):
        raise OrganizationNotFound(f"There is no organisation {new.parent_id} to be the parent of {new.code}.")
    row: dict[str, Any] = {
        "id": new_id(),
        "code": new.code,
        "name": new.name,
        "kind": OrganizationKind(new.kind),
        "parent_id": new.parent_id,
        "area_code": new.area_code,
        "created_at": now,
    }
    if not changes.add_organization(session, row):
        raise OrganizationCodeTaken(f"Another organisation has the code {new.code}: choose another one.")
    detail = {"code": new.code, "kind": str(new.kind), "parent_id": new.parent_id and str(new.parent_id)}
    audit.note(
        session,
        action="organization.create",
        subject=f"organization:{new.code}",
        detail=detail,
        actor_id=actor_id,
        now=now,
    )
    made: UUID = row["id"]
    return made


def create_user(  # noqa: PLR0913 -- the six facts of a user, and who made it
    session: Session,
    *,
    username: str,
    name: str,
    password: str | PasswordHash,
    organization_id: UUID,
    now: datetime,
    actor_id: UUID | None = None,
) -> UUID:
    """Make a member of staff, without any grant yet; the id.

    password: its text, or `hash_password(text)` where many users get the same one (hashing costs 25 ms).
    Raises: UsernameTaken, WeakPassword, OrganizationNotFound.
    """
    folded = rules.normal_username(username)
    if not changes.organization_exists(session, organization_id):
        raise OrganizationNotFound(f"There is no organisation {organization_id}.")
    row: dict[str, Any] = {
        "id": new_id(),
        "username": folded,
        "name": name,
        "password_hash": _hashed(password, username=folded, name=name),
        "organization_id": organization_id,
        "created_at": now,
    }
    if not changes.add_staff(session, row):
        raise UsernameTaken(f"Another user is called {folded}: choose another name.")
    audit.note(
        session,
        action="user.create",
        subject=f"user:{row['id']}",
        detail={"organization_id": str(organization_id)},
        actor_id=actor_id,
        now=now,
    )
    made: UUID = row["id"]
    return made


def grant(session: Session, user_id: UUID, new: NewGrant, *, now: datetime, actor_id: UUID | None = None) -> UUID:
    """Give a user a role in an organisation over an area subtree; the grant's id.

    Repeating it is harmless: only times at which the same thing is not granted yet are added.
    Raises: BadGrant, UserNotFound, OrganizationNotFound.
    """
    if new.role not in STAFF_ROLES:
        known = ", ".join(sorted(STAFF_ROLES))
        raise BadGrant(f"{new.role} cannot be granted: choose one of {known}.", faults=[Fault("/role", known)])
    if new.area_code and not (new.area_code.isascii() and new.area_code.isalnum()):
        raise BadGrant("An area code has letters and digits only.", faults=[Fault("/area_code", "letters and digits")])
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise BadGrant("A grant must end after it begins.", faults=[Fault("/valid_to", "after valid_from")])
    _staff(session, user_id)
    if not changes.organization_exists(session, new.organization_id):
        raise OrganizationNotFound(f"There is no organisation {new.organization_id}.")
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
    detail = {"role": row["role"], "organization_id": str(new.organization_id), "area_code": new.area_code}
    audit.note(session, action="grant.add", subject=f"user:{user_id}", detail=detail, actor_id=actor_id, now=now)
    return added[0]


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

    Raises: UserNotFound.
    """
    _staff(session, user_id)
    ended = changes.end_grants(session, user_id, str(role), area_code, now=now)
    if ended:
        detail = {"role": str(role), "area_code": area_code, "grants": [str(one) for one in ended]}
        audit.note(session, action="grant.end", subject=f"user:{user_id}", detail=detail, actor_id=actor_id, now=now)
    return len(ended)


def disable_user(session: Session, user_id: UUID, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Shut somebody out, staff or citizen: every token of theirs is worth nothing from now on.

    Raises: UserNotFound.
    """
    user = changes.lock_user(session, user_id)
    if user is None:
        raise UserNotFound(f"There is no user {user_id}.")
    if user.disabled_at is None:
        user.disabled_at = now
        audit.note(session, action="user.disable", subject=f"user:{user_id}", detail={}, actor_id=actor_id, now=now)
    sign_ins.revoke_families_of(session, user_id, reason="disabled", now=now)


def reset_password(
    session: Session, user_id: UUID, password: str, *, now: datetime, actor_id: UUID | None = None
) -> None:
    """Give a member of staff a new password and end all their sign-ins.

    Raises: UserNotFound, WeakPassword.
    """
    user = _staff(session, user_id)
    user.password_hash = _hashed(password, username=user.username or "", name=user.name)
    sign_ins.revoke_families_of(session, user_id, reason="password", now=now)
    audit.note(session, action="user.reset_password", subject=f"user:{user_id}", detail={}, actor_id=actor_id, now=now)


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
        detail = {"role": row.role, "area_code": row.area_code, "successors": list(areas)}
        audit.note(session, action="grant.follow", subject=f"user:{row.user_id}", detail=detail, actor_id=None, now=now)
        moved += 1
    return moved


def _add_grants(session: Session, row: Mapping[str, Any]) -> list[UUID]:
    """Grant at the times at which the same thing is not granted yet; the ids of the grants that were added."""
    taken = [(begins, ends) for _, begins, ends in changes.times_granted(session, row)]
    added: list[UUID] = []
    for begins, ends in rules.free_times(row["valid_from"], row["valid_to"], taken):
        added.append(new_id())
        changes.add_grant(session, {**row, "id": added[-1], "valid_from": begins, "valid_to": ends})
    return added


def _hashed(password: str | PasswordHash, *, username: str, name: str) -> str:
    if isinstance(password, PasswordHash):
        return password.text
    fault = rules.password_fault(password, username=username, name=name)
    if fault is not None:
        raise WeakPassword(fault, faults=[Fault("/password", fault)])
    return hash_password(password).text


def _staff(session: Session, user_id: UUID) -> User:
    user = changes.lock_staff(session, user_id)
    if user is None:
        raise UserNotFound(f"There is no member of staff {user_id}.")
    return user
