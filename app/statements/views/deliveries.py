"""What became of the deliveries of a statement, and their files."""

from __future__ import annotations

from flask import Response

from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import json_response
from app.core.paging import PageQuery
from app.core.schemas import problems
from app.core.storage import store
from app.statements import service
from app.statements.rules import MEDIA_TYPES, Form
from app.statements.schemas import StatementDeliveriesPage, StatementDeliveryPath, StatementPath
from app.statements.views.register import FILE, READING, by_me, file_answer, statements


@statements.get(
    "/<uuid:statement_id>/deliveries",
    operation_id="list_statement_deliveries",
    responses={200: StatementDeliveriesPage, **READING},
)
@needs("figures.read")
def list_statement_deliveries(path: StatementPath, query: PageQuery) -> Response:
    """The deliveries of a statement of mine in the last 90 days, newest first, each with its mails."""
    me = by_me().user_id
    with read_unit() as session:
        items, cursor = service.deliveries_of(session, path.statement_id, me, limit=query.limit, cursor=query.cursor)
    return json_response({"items": items, "next_cursor": cursor})


@statements.get(
    "/<uuid:statement_id>/deliveries/<uuid:delivery_id>/file",
    operation_id="get_statement_file",
    responses={200: FILE, **problems(401, 403, 404, 410)},
)
@needs("figures.read")
def get_statement_file(path: StatementDeliveryPath) -> Response:
    """The file of a delivery of mine, or of one that was mailed to me"""
    with read_unit() as session:
        found = service.file_for(session, path.statement_id, path.delivery_id, current_principal())
    media_type = MEDIA_TYPES[Form(found.file_name.rpartition(".")[2])]
    return file_answer(store().get(found.file_key), found.file_name, media_type)
