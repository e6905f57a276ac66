"""Corrections of the register over HTTP: proposed in the field, decided at the desk."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.parts.schemas import (
    AcceptIn,
    ProposalIn,
    ProposalOut,
    ProposalPath,
    ProposalsPage,
    ProposalsQuery,
    RefuseIn,
)
from app.parts.service import proposals as service
from app.parts.service.filtering import area_of
from app.parts.service.proposals import Proposal
from app.parts.service.register import find_part_type
from app.parts.views.blueprint import geometry_of, parts

DECIDED = {200: ProposalOut, **problems(401, 403, 404, 409)}


@parts.post(
    "/proposals",
    operation_id="propose_part",
    responses={200: ProposalOut, 201: ProposalOut, **problems(401, 403, 404, 409)},
)
@needs("part.propose")
def propose_part(body: ProposalIn) -> Response:
    """Say that the register is wrong: a part is new, moved, missing or changed; 200 where it was said before"""
    principal, now = current_principal(), clock.now()
    changes = {} if body.changes is None else body.changes.model_dump(exclude_none=True)
    with write_unit() as session:
        wanted = Proposal(
            kind=body.kind,
            reason=body.reason,
            id=body.id,
            part_code=body.part_code,
            type=None if body.type is None else find_part_type(session, body.type),
            geometry=geometry_of(body.position),
            changes=changes,
            photo_ids=body.photo_ids,
        )
        made, new = service.propose(session, wanted, principal=principal, now=now)
        location = {"Location": f"/api/v1/parts/proposals/{made.id}"}
        return answer(session, service.item(made), 201 if new else 200, headers=location)


@parts.get("/proposals", operation_id="list_part_proposals", responses={200: ProposalsPage, **problems(401, 403)})
@needs("part.read")
def list_part_proposals(query: ProposalsQuery) -> Response:
    """The proposals on my ground and my own, newest first"""
    with read_unit() as session:
        area = None if query.area is None else area_of(session, query.area)
        rows, cursor = service.page(
            session, current_principal(), state=query.state, area=area, limit=query.limit, cursor=query.cursor
        )
    return json_response({"items": [service.item(row) for row in rows], "next_cursor": cursor})


@parts.get(
    "/proposals/<uuid:proposal_id>",
    operation_id="get_part_proposal",
    responses={200: ProposalOut, **problems(401, 403, 404)},
)
@needs("part.read")
def get_part_proposal(path: ProposalPath) -> Response:
    """One proposal"""
    with read_unit() as session:
        found = service.find(session, path.proposal_id, current_principal())
    return json_response(service.item(found))


@parts.post("/proposals/<uuid:proposal_id>/accept", operation_id="accept_part_proposal", responses=DECIDED)
@needs("part.decide")
def accept_part_proposal(path: ProposalPath, body: AcceptIn) -> Response:
    """Let the register say what the proposal says"""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        decided = service.accept(session, path.proposal_id, code=body.code, principal=principal, now=now)
        return answer(session, service.item(decided))


@parts.post("/proposals/<uuid:proposal_id>/refuse", operation_id="refuse_part_proposal", responses=DECIDED)
@needs("part.decide")
def refuse_part_proposal(path: ProposalPath, body: RefuseIn) -> Response:
    """Leave the register as it is, and say why"""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        decided = service.refuse(session, path.proposal_id, body.reason, principal=principal, now=now)
        return answer(session, service.item(decided))
