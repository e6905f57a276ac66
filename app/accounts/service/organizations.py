"""Organisations: made, changed, closed; and the promise that what is given to one is given to an open one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.errors import (
    IdTaken,
    OrganizationClosed,
    OrganizationCodeTaken,
    OrganizationInUse,
    OrganizationNotFound,
    OrganizationRing,
)
from app.accounts.queries import changes
from app.accounts.queries import organizations as queries
from app.accounts.queries.organizations import OrganizationRow
from app.accounts.rules import OrganizationKind
from app.core import audit
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.row_versions import check_version

Uses: TypeAlias = Mapping[str, Sequence[str]]

# What to do about each kind of thing that keeps an organisation open, in the order in which one does it.
_ADVICE: Mapping[str, str] = {
    "cases": "close its open cases or let the dispatcher give them to others",
    "rules": "import routing rules that do not name it",
    "bindings": "give the parts and contracts to another owner",
    "grants": "end the grants in it",
    "people": "move its people to another organisation or disable them",
    "organizations": "close the organisations below it or move them",
}


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organisation to be made. area_code: the ground of a territory; id: made by the client, or by us."""

    code: str
    name: str
    kind: OrganizationKind | str
    parent_id: UUID | None = None
    area_code: str | None = None
    id: UUID | None = None


def create_organization(session: Session, new: NewOrganization, *, now: datetime, actor_id: UUID | None = None) -> UUID:
    """Make an organisation; its id.

    Raises: OrganizationCodeTaken, OrganizationNotFound and OrganizationClosed (parent_id), ValueError (kind).
    """
    if new.parent_id is not None:
        hold(session, new.parent_id, "/parent_id")
    row: dict[str, Any] = {
        "id": new.id or new_id(),
        "code": new.code,
        "name": new.name,
        "kind": OrganizationKind(new.kind),
        "parent_id": new.parent_id,
        "area_code": new.area_code,
        "created_at": now,
    }
    if not changes.add_organization(session, row):
        raise OrganizationCodeTaken(
            f"Another organisation has the code {new.code}: choose another one.",
            faults=[Fault("/code", "another organisation has it")],
        )
    _note(session, "create", new.code, {"after": _told(row)}, actor_id, now)
    made: UUID = row["id"]
    return made


def same_organization(session: Session, new: NewOrganization) -> OrganizationRow | None:
    """The organisation that a client made before under this id; None where there is none yet.

    Raises: IdTaken where the id is that of another one.
    """
    if new.id is None:
        return None
    changes.hold_id(session, new.id)
    found = queries.organization(session, new.id)
    if found is None:
        return None
    asked = (new.code, new.name, str(new.kind), new.parent_id, new.area_code)
    if asked != (found.code, found.name, found.kind, found.parent_id, found.area_code):
        raise IdTaken("The id belongs to something else: make a new one.", faults=[Fault("/id", "make a new UUID")])
    return found


def change_organization(
    session: Session,
    organization_id: UUID,
    values: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> OrganizationRow:
    """Change name, parent or ground of an organisation; what is not named stays. The organisation as it is then.

    Raises: OrganizationNotFound, OrganizationClosed, OrganizationRing, Stale.
    """
    if "parent_id" in values:
        # Before any organisation is locked: two who move branches must not wait for each other in a circle.
        queries.lock_tree(session)
    found = _locked(session, organization_id, expected)
    parent_id = values.get("parent_id")
    if parent_id is not None and parent_id != found.parent_id:
        hold(session, parent_id, "/parent_id")
        if organization_id in queries.above(session, parent_id):
            fault = Fault("/parent_id", f"is {found.code} itself or below it")
            raise OrganizationRing("An organisation cannot be below itself: choose another parent.", faults=[fault])
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not changed:
        return found
    queries.change_organization(session, organization_id, changed)
    before = {name: getattr(found, name) for name in changed}
    _note(session, "change", found.code, {"before": _told(before), "after": _told(changed)}, actor_id, now)
    return find(session, organization_id)


def close_organization(
    session: Session,
    organization_id: UUID,
    used_elsewhere: Callable[[Session, UUID], Uses],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> OrganizationRow:
    """End an organisation that nothing depends on any more; repeating it is harmless.

    used_elsewhere: what other features know to depend on it; asked while nobody can give it anything new.

    Raises: OrganizationNotFound, OrganizationInUse, Stale.
    """
    queries.lock_organization(session, organization_id)
    found = find(session, organization_id)
    if found.closed_at is not None:
        return found
    check_version(expected, found.version, f"The organisation {found.code}")
    uses = {**used_elsewhere(session, organization_id), **queries.dependants(session, organization_id, now)}
    if uses:
        advice = "; ".join(f"{_ADVICE[kind]} ({len(uses[kind])})" for kind in _ADVICE if kind in uses)
        raise OrganizationInUse(f"{found.code} cannot be closed yet: {advice}.", uses=uses)
    queries.change_organization(session, organization_id, {"closed_at": now})
    _note(session, "close", found.code, {"after": {"closed_at": now.isoformat()}}, actor_id, now)
    return find(session, organization_id)


def find(session: Session, organization_id: UUID) -> OrganizationRow:
    """An organisation, open or closed.

    Raises: OrganizationNotFound.
    """
    found = queries.organization(session, organization_id)
    if found is None:
        raise OrganizationNotFound(f"There is no organisation {organization_id}.")
    return found


def hold(session: Session, organization_id: UUID, pointer: str) -> None:
    """Make sure that an organisation is there and stays open until what it is given is kept.

    Raises: OrganizationNotFound, OrganizationClosed.
    """
    found = queries.hold_organization(session, organization_id)
    if found is None:
        fault = Fault(pointer, "take the id from GET /organizations")
        raise OrganizationNotFound(f"There is no organisation {organization_id}.", faults=[fault])
    if found.closed_at is not None:
        raise OrganizationClosed(
            f"{found.code} is closed since {found.closed_at:%Y-%m-%d}: choose another one.",
            faults=[Fault(pointer, "is closed")],
        )


def _locked(session: Session, organization_id: UUID, expected: int | None) -> OrganizationRow:
    queries.lock_organization(session, organization_id)
    found = find(session, organization_id)
    check_version(expected, found.version, f"The organisation {found.code}")
    if found.closed_at is not None:
        raise OrganizationClosed(f"{found.code} is closed since {found.closed_at:%Y-%m-%d} and stays as it was.")
    return found


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    shown = ("code", "name", "kind", "parent_id", "area_code")
    return {
        name: str(values[name]) if isinstance(values[name], UUID) else values[name] for name in shown if name in values
    }


def _note(
    session: Session, deed: str, code: str, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    action, subject = f"organization.{deed}", f"organization:{code}"
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)
