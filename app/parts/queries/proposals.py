"""Proposals to correct the register: who sees which, pages of them, what became of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, insert, literal, or_, select, true, tuple_, update
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.accounts.queries.visibility import covered
from app.accounts.rules import Role
from app.catalog.models import Type
from app.core.auth import Principal
from app.core.models import table
from app.parts.models import Part, PartProposal, PartProposalPhoto

DECIDING = (Role.OPERATOR, Role.SHIFT_LEADER, Role.ADMIN)
READING = (*DECIDING, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR)
_PROPOSER, _DECIDER = aliased(User, name="proposer"), aliased(User, name="decider")
_PHOTOS = (
    select(func.array_agg(PartProposalPhoto.photo_id))
    .where(PartProposalPhoto.proposal_id == PartProposal.id)
    .scalar_subquery()
)
_LISTED = [column for column in table(PartProposal).c if column.name not in {"geom", "part_id", "wanted_type_id"}]


def may_decide(principal: Principal) -> ColumnElement[bool]:
    """Proposals on the ground of those who decide."""
    return true() if principal.kind == "system" else covered(PartProposal.cell_code, principal.areas(*DECIDING))


def seen_by(principal: Principal) -> ColumnElement[bool]:
    """Proposals on the reader's ground, and their own."""
    if principal.kind == "system":
        return true()
    return or_(covered(PartProposal.cell_code, principal.areas(*READING)), PartProposal.proposed_by == principal.id)


def _selected() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *_LISTED,
            PartProposal.part_id,
            PartProposal.wanted_type_id,
            func.ST_AsGeoJSON(PartProposal.geom, 9).label("geometry"),
            func.ST_AsBinary(PartProposal.geom).label("wkb"),
            Part.code.label("part_code"),
            Type.scheme.label("type_scheme"),
            Type.kind.label("type_kind"),
            Type.code.label("type_code"),
            Type.name.label("type_name"),
            _PROPOSER.name.label("proposer_name"),
            _DECIDER.name.label("decider_name"),
            _PHOTOS.label("photo_ids"),
        )
        .select_from(PartProposal)
        .outerjoin(Part, Part.id == PartProposal.part_id)
        .outerjoin(Type, Type.id == func.coalesce(PartProposal.wanted_type_id, Part.type_id))
        .join(_PROPOSER, _PROPOSER.id == PartProposal.proposed_by)
        .outerjoin(_DECIDER, _DECIDER.id == PartProposal.decided_by)
    )


def proposal_page(
    session: Session,
    principal: Principal,
    *,
    state: str | None,
    area: str | None,
    after: tuple[datetime, UUID] | None,
    most: int,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """At most so many proposals, newest first."""
    query = _selected().where(seen_by(principal))
    if state is not None:
        query = query.where(PartProposal.state == state)
    if area is not None:
        query = query.where(PartProposal.cell_code.startswith(area, autoescape=True))
    if after is not None:
        query = query.where(tuple_(PartProposal.proposed_at, PartProposal.id) < tuple_(*map(literal, after)))
    return session.execute(query.order_by(PartProposal.proposed_at.desc(), PartProposal.id.desc()).limit(most)).all()


def find_proposal(
    session: Session, proposal_id: UUID, clause: ColumnElement[bool], *, locked: bool = False
) -> Row[*tuple[Any, ...]] | None:
    """One proposal, as long as the clause holds for it."""
    query = _selected().where(PartProposal.id == proposal_id, clause)
    return session.execute(query.with_for_update(of=PartProposal) if locked else query).one_or_none()


def add_proposal(session: Session, values: Mapping[str, Any], photo_ids: Sequence[UUID]) -> None:
    """Store a proposal with its photos."""
    session.execute(insert(PartProposal), dict(values))
    if photo_ids:
        rows = [{"proposal_id": values["id"], "photo_id": photo_id} for photo_id in photo_ids]
        session.execute(insert(PartProposalPhoto), rows)


def decide(session: Session, proposal_id: UUID, values: Mapping[str, Any]) -> None:
    """Record what became of a proposal."""
    session.execute(update(PartProposal).where(PartProposal.id == proposal_id).values(**values))
