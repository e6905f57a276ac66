"""Which part a case is about, where its report did not say: the nearest of the register."""

from __future__ import annotations

from flask import Response

from app.cases import service
from app.cases.schemas import NumberPath
from app.cases.views.cases import UNSEEN, cases
from app.catalog.rules import Kind
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response
from app.core.schemas import problems
from app.parts.schemas import NearPartsOut, NearQuery
from app.parts.service import register
from app.parts.service.register import Near


@cases.get(
    "/cases/<number>/nearest-parts",
    operation_id="list_nearest_parts",
    responses={200: NearPartsOut, **UNSEEN, **problems(422)},
)
@needs("case.read")
def list_nearest_parts(path: NumberPath, query: NearQuery) -> Response:
    """The parts nearest to a case that I see; of its own type where that is a type of parts."""
    principal = current_principal()
    with read_unit() as session:
        case = service.case_row(session, path.number, principal)
        types = [case["type_id"]] if case["type_kind"] == Kind.PART else None
        near = Near(case["lon"], case["lat"], query.within_m, query.limit)
        items = register.nearest(session, near, types, principal=principal)
    return json_response({"items": items})
