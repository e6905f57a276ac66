"""Appending to a case's chain: the event, its erasable details, and the case's new head."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.rules import Event, chain
from app.cases.service import telling
from app.core.auth import Principal

# What of a case stands in its events before and after: ids, states, instants, limits; nothing personal.
SNAPSHOT = ("state", "version", "type_id", "condition_id", "lead_id", "helper_ids", "current_cell", "hold_until")
CLOCK = ("stage", "yellow_at", "due_at", "paused")


def plain(value: Any) -> Any:
    """A value as the chain's JSON writes it."""
    match value:
        case datetime():
            return chain.instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {name: plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def snapshot(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case as an event's `from` or `to`; what is not set is left out."""
    found = {name: plain(case[name]) for name in SNAPSHOT if case[name] not in (None, [])}
    if case["stage"] is not None:
        found |= {name: plain(case[name]) for name in CLOCK if case[name] is not None}
    return found


def actor_of(principal: Principal) -> dict[str, Any]:
    """Who acted, as it is kept with the event (erasable)."""
    organization = None if principal.organization_id is None else str(principal.organization_id)
    return {
        "id": None if principal.id is None else str(principal.id),
        "kind": principal.kind,
        "name": principal.name,
        "organization_id": organization,
    }


class Link(NamedTuple):
    """A sealed event with what is personal or free in it, and the salts in hex."""

    event: Event
    details: Mapping[str, Any]
    salts: Mapping[str, str]


def seal(
    case: dict[str, Any], before: Mapping[str, Any] | None, *, action: str, at: datetime, inputs: Mapping[str, Any]
) -> Link:
    """The event that made the case's present version; `case` gets the new head.

    Shape: `inputs` holds everything that was brought, personal things and the actor included: what the chain does not
           list as plain becomes a digest, its value and salt go to the details.
    """
    open_inputs, closed = chain.split_inputs({name: plain(value) for name, value in inputs.items()})
    salts = {name: secrets.token_bytes(chain.SALT_BYTES) for name in closed}
    event = Event(
        case_id=case["id"],
        number=case["number"],
        seq=case["version"],
        action=str(action),
        at=at,
        before=before,
        after=snapshot(case),
        inputs=open_inputs,
        digests={name: chain.digest(salts[name], value) for name, value in closed.items()},
    )
    sealed = chain.seal(event, case["head_hash"])
    case["head_hash"] = sealed.hash
    return Link(sealed, closed, {name: salt.hex() for name, salt in salts.items()})


def write(session: Session, case: Mapping[str, Any], link: Link) -> None:
    """Append a sealed event to the case's chain, its details apart from it; whoever may see the case hears of it."""
    queries.add_event(session, case["case_month"], link.event, link.details, link.salts)
    telling.tell(session, case)


def append(
    session: Session,
    case: dict[str, Any],
    before: Mapping[str, Any] | None,
    *,
    action: str,
    at: datetime,
    inputs: Mapping[str, Any],
) -> None:
    """Seal and write in one."""
    write(session, case, seal(case, before, action=action, at=at, inputs=inputs))
