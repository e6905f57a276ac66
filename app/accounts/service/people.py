"""Members of staff: made, changed, shut out and let in again, their passwords."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.errors import IdTaken, UsernameTaken, UserNotFound, WeakPassword, WrongOldPassword
from app.accounts.queries import changes
from app.accounts.queries import sign_in as sign_ins
from app.accounts.queries import staff as queries
from app.accounts.service import organizations
from app.accounts.service.grants import keep_an_admin, locked, note
from app.accounts.service.passwords import PasswordHash, hash_password
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.row_versions import check_version


def create_user(  # noqa: PLR0913 -- the six facts of a user, and who made it
    session: Session,
    *,
    username: str,
    name: str,
    password: str | PasswordHash | None,
    organization_id: UUID,
    now: datetime,
    actor_id: UUID | None = None,
    user_id: UUID | None = None,
) -> UUID:
    """Make a member of staff, without any grant yet; the id.

    password: its text, or `hash_password(text)` where many users get the same one (hashing costs 25 ms); None where
    they will choose it by a one-time link. user_id: made by the client.
    Raises: UsernameTaken, WeakPassword, OrganizationNotFound, OrganizationClosed.
    """
    folded = rules.normal_username(username)
    organizations.hold(session, organization_id, "/organization_id")
    row: dict[str, Any] = {
        "id": user_id or new_id(),
        "username": folded,
        "name": name,
        "password_hash": None if password is None else _hashed(password, username=folded, name=name),
        "organization_id": organization_id,
        "created_at": now,
    }
    if not changes.add_staff(session, row):
        fault = Fault("/username", "somebody else has it, perhaps somebody who is disabled")
        raise UsernameTaken(f"Another user is called {folded}: choose another name.", faults=[fault])
    made: UUID = row["id"]
    note(session, "user.create", made, {"after": {"organization_id": str(organization_id)}}, actor_id, now)
    return made


def same_user(
    session: Session, user_id: UUID | None, *, username: str, name: str, organization_id: UUID
) -> Row[*tuple[Any, ...]] | None:
    """The member of staff that a client made before under this id; None where there is none yet.

    Raises: IdTaken where the id is that of somebody else.
    """
    if user_id is None:
        return None
    changes.hold_id(session, user_id)
    if changes.lock_user(session, user_id) is None:
        return None
    found = queries.member(session, user_id)
    asked = (rules.normal_username(username), name, organization_id)
    if found is None or asked != (found.username, found.name, found.organization_id):
        raise IdTaken("The id belongs to something else: make a new one.", faults=[Fault("/id", "make a new UUID")])
    return found


def find_member(session: Session, user_id: UUID) -> Row[*tuple[Any, ...]]:
    """A member of staff with organisation and version.

    Raises: UserNotFound.
    """
    found = queries.member(session, user_id)
    if found is None:
        raise UserNotFound(f"There is no member of staff {user_id}.")
    return found


def change_user(
    session: Session,
    user_id: UUID,
    values: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Change the name of a member of staff or the organisation they belong to; their grants stay as they are.

    The user name stays: passwords, imports and the record know people by it.

    Raises: UserNotFound, OrganizationNotFound, OrganizationClosed, Stale.
    """
    user = locked(session, user_id, expected)
    changed = {name: value for name, value in values.items() if getattr(user, name) != value}
    if not changed:
        return
    if "organization_id" in changed:
        organizations.hold(session, changed["organization_id"], "/organization_id")
    before = {name: getattr(user, name) for name in changed}
    for name, value in changed.items():
        setattr(user, name, value)
    note(session, "user.change", user_id, {"before": _told(before), "after": _told(changed)}, actor_id, now)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the record says of them: that a name changed, never the name."""
    return {name: "…" if name == "name" else str(value) for name, value in values.items()}


def disable_user(
    session: Session, user_id: UUID, *, now: datetime, actor_id: UUID | None = None, expected: int | None = None
) -> None:
    """Shut somebody out, staff or citizen: every token of theirs is worth nothing from now on.

    Raises: UserNotFound, LastAdmin, Stale.
    """
    user = changes.lock_user(session, user_id)
    if user is None:
        raise UserNotFound(f"There is no user {user_id}.")
    if user.disabled_at is None:
        if expected is not None:
            check_version(expected, find_member(session, user_id).version, "The user")
        queries.lock_admins(session)
        was_admin = queries.is_admin(session, user_id, now)
        user.disabled_at = now
        session.flush()
        if was_admin:
            keep_an_admin(session, user_id, now)
        note(session, "user.disable", user_id, {}, actor_id, now)
    sign_ins.revoke_families_of(session, user_id, reason="disabled", now=now)


def enable_user(
    session: Session, user_id: UUID, *, expected: int | None, now: datetime, actor_id: UUID | None = None
) -> None:
    """Let a member of staff in again, with the grants that are still valid and the password they had.

    Raises: UserNotFound, OrganizationClosed (move them first), Stale.
    """
    user = locked(session, user_id, expected)
    if user.disabled_at is None:
        return
    assert user.organization_id is not None, "staff belongs to an organisation"
    organizations.hold(session, user.organization_id, "/organization_id")
    user.disabled_at = None
    session.flush()
    note(session, "user.enable", user_id, {}, actor_id, now)


def reset_password(
    session: Session,
    user_id: UUID,
    password: str,
    *,
    now: datetime,
    actor_id: UUID | None = None,
    expected: int | None = None,
) -> None:
    """Give a member of staff a new password and end all their sign-ins.

    Raises: UserNotFound, WeakPassword, Stale.
    """
    user = locked(session, user_id, expected)
    user.password_hash = _hashed(password, username=user.username or "", name=user.name)
    session.flush()
    sign_ins.revoke_families_of(session, user_id, reason="password", now=now)
    note(session, "user.reset_password", user_id, {}, actor_id, now)


def change_own_password(session: Session, user_id: UUID, *, matches: bool, new: str, now: datetime) -> None:
    """Give oneself a new password; all one's sign-ins end, this one too.

    matches: whether the old one was right, found out before with no transaction open.

    Raises: WrongOldPassword, WeakPassword, UserNotFound (citizens have no password).
    """
    user = locked(session, user_id)
    if not matches:
        fault = Fault("/old", "is not your password")
        raise WrongOldPassword("The old password is wrong: type the one you sign in with.", faults=[fault])
    user.password_hash = _hashed(new, username=user.username or "", name=user.name, pointer="/new")
    session.flush()
    sign_ins.revoke_families_of(session, user_id, reason="password", now=now)
    note(session, "user.change_password", user_id, {}, user_id, now)


def _hashed(password: str | PasswordHash, *, username: str, name: str, pointer: str = "/password") -> str:
    if isinstance(password, PasswordHash):
        return password.text
    fault = rules.password_fault(password, username=username, name=name)
    if fault is not None:
        raise WeakPassword(fault, faults=[Fault(pointer, fault)])
    return hash_password(password).text
