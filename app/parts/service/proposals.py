"""Corrections from the field: proposed by whoever stands before the part, accepted or refused by the desk, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import Row, true
from sqlalchemy.orm import Session

from app.catalog import service as catalog
from app.catalog.rules import TypeRow
from app.core import audit
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.paging import edge_of, encode_cursor
from app.media import service as media
from app.parts.errors import BadProposal, ProposalIdTaken, ProposalNotFound, ProposalSettled
from app.parts.queries import proposals as queries
from app.parts.rules.lines import SRID
from app.parts.rules.proposals import ProposalKind, ProposalState, outcome, proposal_faults
from app.parts.service import register
from app.parts.service.placing import place
from app.parts.service.register import NewPart

Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody says they saw; `id` was made by their device.

    Shape: `changes` may have state, name, owner_id. Units: `geometry` is a shapely geometry in EPSG:4326.
    """

    kind: ProposalKind
    reason: str
    id: UUID | None = None
    part_code: str | None = None
    type: TypeRow | None = None
    geometry: Any = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    photo_ids: Sequence[UUID] = ()

    @property
    def given(self) -> frozenset[str]:
        said = {"part_code": self.part_code, "type": self.type, "position": self.geometry, "changes": self.changes}
        return frozenset(name for name, value in said.items() if value not in (None, {}))


def propose(session: Session, wanted: Proposal, *, principal: Principal, now: datetime) -> tuple[Found, bool]:
    """Record a proposal; the proposal, and whether it is new. Said again under the same id, it has one effect.

    Raises: BadProposal, PartNotFound, BadPart, UnknownPhoto, ProposalIdTaken.
    """
    if wanted.id is not None and (stored := queries.find_proposal(session, wanted.id, _anybody())) is not None:
        if (stored.proposed_by, stored.kind, stored.reason) != (principal.id, wanted.kind.value, wanted.reason):
            raise ProposalIdTaken("This id belongs to another proposal: make a new one for a new proposal.")
        return stored, False
    faults = proposal_faults(wanted.kind, wanted.given)
    if faults:
        raise BadProposal(f"A proposal “{wanted.kind}” cannot be like this.", faults=faults)
    part = None if wanted.part_code is None else register.find(session, wanted.part_code)
    if part is not None and part.retired_at is not None:
        fault = Fault("/part_code", "is retired: propose a new part if one stands there")
        raise BadProposal(f"{part.code} is retired.", faults=[fault])
    photos = media.photos(session, wanted.photo_ids, principal=principal)
    proposal_id = wanted.id or new_id()
    values = {
        "id": proposal_id,
        "kind": wanted.kind.value,
        "state": ProposalState.OPEN.value,
        "part_id": None if part is None else part.id,
        "wanted_type_id": None if wanted.type is None else wanted.type.id,
        "changes": _stored(wanted.changes),
        "geom": None if wanted.geometry is None else WKBElement(shapely.to_wkb(wanted.geometry), srid=SRID),
        "cell_code": _cell(session, wanted, part),
        "reason": wanted.reason,
        "proposed_by": principal.id,
        "proposed_at": now,
    }
    queries.add_proposal(session, values, [photo.id for photo in photos])
    return _one(session, proposal_id), True


def _cell(session: Session, wanted: Proposal, part: Row[Any] | None) -> str:
    """Whose ground it is: where it was seen, else where the part stands."""
    if wanted.geometry is not None:
        return place(session, wanted.geometry)
    return "" if part is None else str(part.cell_code)


def _stored(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in changes.items()}


def _read(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: UUID(value) if name == "owner_id" and value else value for name, value in changes.items()}


def accept(session: Session, proposal_id: UUID, *, code: str | None, principal: Principal, now: datetime) -> Found:
    """Let the register say what a proposal says. `code`: of a new part, else it gets the next one.

    Raises: ProposalNotFound, ProposalSettled, and what making or changing a part raises.
    """
    found = _open(session, proposal_id, principal)
    before: dict[str, Any] | None = None
    if found.kind == ProposalKind.NEW:
        wanted_type = catalog.catalogue(session).by_id[found.wanted_type_id]
        new = NewPart(wanted_type, shapely.from_wkb(bytes(found.wkb)), code, _read(found.changes))
        part = register.create(session, new, now=now, actor_id=principal.id)
    else:
        if code is not None:
            raise BadProposal("Only a new part gets a code.", faults=[Fault("/code", "leave it out")])
        part, before = _corrected(session, found, principal, now)
    decided = {"state": "accepted", "part_id": part.id, "before": before, "after": register.facts(part)}
    return _decide(session, found, decided, principal, now)


def _corrected(session: Session, found: Found, principal: Principal, now: datetime) -> tuple[Row[Any], dict[str, Any]]:
    """The part as the proposal leaves it, and what the register said before."""
    part = register.find(session, found.part_code, locked=True)
    changes = outcome(ProposalKind(found.kind), _read(found.changes), placed=found.wkb is not None)
    if changes.pop("place", False):
        changes["geometry"] = shapely.from_wkb(bytes(found.wkb))
    after = register.apply(session, part, changes, now=now, actor_id=principal.id)
    return after, register.facts(part)


def refuse(session: Session, proposal_id: UUID, reason: str, *, principal: Principal, now: datetime) -> Found:
    """Leave the register as it is, and say why.

    Raises: ProposalNotFound, ProposalSettled.
    """
    found = _open(session, proposal_id, principal)
    return _decide(session, found, {"state": "refused", "decision": reason}, principal, now)


def _open(session: Session, proposal_id: UUID, principal: Principal) -> Found:
    found = queries.find_proposal(session, proposal_id, queries.may_decide(principal), locked=True)
    if found is None:
        raise ProposalNotFound(f"There is no proposal {proposal_id} that you may decide.")
    if found.state != ProposalState.OPEN:
        raise ProposalSettled(f"It was {found.state} on {found.decided_at:%Y-%m-%d}.", state=found.state)
    return found


def _decide(session: Session, found: Found, values: Mapping[str, Any], principal: Principal, now: datetime) -> Found:
    queries.decide(session, found.id, {**values, "decided_by": principal.id, "decided_at": now})
    decided = _one(session, found.id)
    detail = {"kind": found.kind, "part": decided.part_code, "before": decided.before, "after": decided.after}
    action, subject = f"part_proposal.{decided.state}", f"part_proposal:{found.id}"
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=principal.id, now=now)
    return decided


def _anybody() -> Any:
    return true()


def _one(session: Session, proposal_id: UUID) -> Found:
    found = queries.find_proposal(session, proposal_id, _anybody())
    assert found is not None
    return found


# shown


def find(session: Session, proposal_id: UUID, principal: Principal) -> Found:
    """A proposal that the reader may see.

    Raises: ProposalNotFound.
    """
    found = queries.find_proposal(session, proposal_id, queries.seen_by(principal))
    if found is None:
        raise ProposalNotFound(f"There is no proposal {proposal_id} that you may see.")
    return found


def page(
    session: Session, principal: Principal, *, state: str | None, area: str | None, limit: int, cursor: str | None
) -> tuple[Sequence[Found], str | None]:
    """A page of proposals, newest first, and the next cursor.

    Raises: BadCursor.
    """
    after = edge_of(cursor)
    rows = queries.proposal_page(session, principal, state=state, area=area, after=after, most=limit + 1)
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor(rows[limit - 1].proposed_at, rows[limit - 1].id)


def item(row: Found) -> dict[str, Any]:
    """A proposal as clients see it."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "state": row.state,
        "part_code": row.part_code,
        "type": None if row.type_code is None else register.type_of(row),
        "changes": row.changes,
        "geometry": None if row.geometry is None else orjson.Fragment(row.geometry),
        "cell_code": row.cell_code,
        "reason": row.reason,
        "photo_ids": sorted(str(one) for one in row.photo_ids or []),
        "proposed_by": {"id": str(row.proposed_by), "name": row.proposer_name},
        "proposed_at": to_rfc3339(row.proposed_at),
        "decided_by": None if row.decided_by is None else {"id": str(row.decided_by), "name": row.decider_name},
        "decided_at": None if row.decided_at is None else to_rfc3339(row.decided_at),
        "decision": row.decision,
        "before": row.before,
        "after": row.after,
    }


__all__ = ["Proposal", "accept", "find", "item", "page", "propose", "refuse"]
