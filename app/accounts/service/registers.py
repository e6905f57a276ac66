"""Whole registers at once: many organisations, people and grants in a few statements, each written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.queries import registers as queries
from app.accounts.service.grants import NewGrant
from app.accounts.service.organizations import NewOrganization
from app.core import audit
from app.core.audit import Note
from app.core.ids import new_id


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who shall be of staff. Without a password: they choose one by a one-time link."""

    id: UUID
    username: str
    name: str
    organization_id: UUID
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class MemberChange:
    """Another name or organisation for somebody; version: the one that was read."""

    id: UUID
    version: int
    before: tuple[str, UUID]
    name: str
    organization_id: UUID


def add_organizations(
    session: Session, new: Sequence[NewOrganization], *, now: datetime, actor_id: UUID | None
) -> set[UUID]:
    """Make organisations, each with an id and after the one above it; the ids of those that were made.

    The others have a code that another organisation has, perhaps a closed one.
    """
    rows = [
        {
            "id": one.id,
            "code": one.code,
            "name": one.name,
            "kind": str(one.kind),
            "parent_id": one.parent_id,
            "area_code": one.area_code,
            "created_at": now,
        }
        for one in new
    ]
    made = queries.add_organizations(session, rows)
    notes = [
        Note("organization.create", f"organization:{row['code']}", {"after": _told(row, "id", "created_at")})
        for row in rows
        if row["id"] in made
    ]
    audit.note_all(session, notes, actor_id=actor_id, now=now)
    return made


def add_members(session: Session, new: Sequence[NewMember], *, now: datetime, actor_id: UUID | None) -> set[UUID]:
    """Make members of staff, without any grant yet; the ids of those whose user name was free.

    Their organisations are held open by the caller (`hold_open`).
    """
    rows = [
        {
            "id": one.id,
            "username": rules.normal_username(one.username),
            "name": one.name,
            "organization_id": one.organization_id,
            "created_at": now,
            "disabled_at": now if one.disabled else None,
        }
        for one in new
    ]
    made = queries.add_members(session, rows)
    notes = [
        Note("user.create", f"user:{one.id}", {"after": {"organization_id": str(one.organization_id)}})
        for one in new
        if one.id in made
    ]
    audit.note_all(session, notes, actor_id=actor_id, now=now)
    return made


def change_members(
    session: Session, changes: Sequence[MemberChange], *, now: datetime, actor_id: UUID | None
) -> set[UUID]:
    """Change names and organisations; the ids of those who were changed. The others were changed by somebody else.

    Their organisations are held open by the caller (`hold_open`).
    """
    rows = [
        {"id": one.id, "version": one.version, "name": one.name, "organization_id": one.organization_id}
        for one in changes
    ]
    done = queries.change_members(session, rows)
    notes = [Note("user.change", f"user:{one.id}", _difference(one)) for one in changes if one.id in done]
    audit.note_all(session, notes, actor_id=actor_id, now=now)
    return done


def _difference(change: MemberChange) -> dict[str, Any]:
    """What changed about somebody: that the name did, never what it is."""
    name, organization_id = change.before
    before, after = dict[str, Any](), dict[str, Any]()
    if organization_id != change.organization_id:
        before["organization_id"], after["organization_id"] = str(organization_id), str(change.organization_id)
    renamed = {"changed": ["name"]} if name != change.name else {}
    return {**renamed, **({"before": before, "after": after} if after else {})}


def add_grants(session: Session, new: Sequence[tuple[UUID, NewGrant]], *, now: datetime, actor_id: UUID | None) -> None:
    """Give users these grants, which nobody has yet at these times; their organisations are held open by the caller."""
    rows = [
        {
            "id": new_id(),
            "user_id": user_id,
            "role": str(one.role),
            "organization_id": one.organization_id,
            "area_code": one.area_code,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
        for user_id, one in new
    ]
    queries.add_grants(session, rows)
    queries.touch(session, {user_id for user_id, _ in new})
    notes = [Note("grant.add", f"user:{row['user_id']}", {"after": _told(row, "id", "user_id")}) for row in rows]
    audit.note_all(session, notes, actor_id=actor_id, now=now)


def move_end(
    session: Session, user_id: UUID, grant_id: UUID, ends: datetime | None, *, now: datetime, actor_id: UUID | None
) -> bool:
    """Let a grant end at another time that is still to come, or stay open; False where it has ended meanwhile."""
    before = queries.move_end(session, grant_id, ends, now)
    if before is None:
        return False
    queries.touch(session, {user_id})
    said = {"id": str(grant_id), "role": before.role, "area_code": before.area_code}
    detail = {
        "before": {**said, "valid_to": _json(before.valid_to)},
        "after": {**said, "valid_to": _json(ends)},
    }
    audit.note(session, action="grant.change", subject=f"user:{user_id}", detail=detail, actor_id=actor_id, now=now)
    return True


def hold_open(session: Session, organization_ids: set[UUID]) -> set[UUID]:
    """Those of the organisations that are open; they stay so until what they are given is kept."""
    return queries.hold_open(session, organization_ids)


def _told(row: dict[str, Any], *hidden: str) -> dict[str, Any]:
    return {name: _json(value) for name, value in row.items() if name not in hidden}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
