"""Papers over HTTP: issuing them, the register, what was printed, and what became of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from flask import Response

from app.cases.schemas import NumberPath
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.schemas import problems
from app.documents import service
from app.documents.schemas import (
    CancelIn,
    CaseDocumentsOut,
    DeliveredIn,
    DocumentOut,
    DocumentPath,
    DocumentsPage,
    DocumentsQuery,
    OrderIn,
)
from app.documents.service import DocumentFilter, Order
from app.documents.views.blueprint import AS_HTML, AS_PDF, documents, html_answer, pdf_answer

log = structlog.get_logger()
UNSEEN = problems(401, 403, 404)
NOTED = {200: DocumentOut, **problems(401, 403, 404, 409)}


@documents.post(
    "/cases/<number>/documents",
    operation_id="issue_document",
    responses={201: DocumentOut, **problems(401, 403, 404, 409)},
)
@needs("document.issue")
def issue_document(path: NumberPath, body: OrderIn) -> Response:
    """Issue a paper about a case: an order to rectify (限期整改通知书) or a supervision notice (督办通知)."""
    principal, now = current_principal(), clock.now()
    order = Order(body.kind, body.language, body.due_at, body.text, body.addressee_id)
    with write_unit() as session:
        document_id = service.issue(session, path.number, order, principal=principal, now=now)
        issued = service.document_for(session, document_id, principal)
        return answer(session, issued, 201, headers={"Location": f"/api/v1/documents/{document_id}"})


@documents.get(
    "/cases/<number>/documents", operation_id="list_case_documents", responses={200: CaseDocumentsOut, **UNSEEN}
)
@needs("document.read")
def list_case_documents(path: NumberPath) -> Response:
    """The papers about a case that I may see, oldest first."""
    with read_unit() as session:
        items = service.documents_of_case(session, path.number, current_principal())
    return json_response({"items": items})


@documents.get("/documents", operation_id="list_documents", responses={200: DocumentsPage, **problems(401, 403)})
@needs("document.read")
def list_documents(query: DocumentsQuery) -> Response:
    """The register of papers (发文登记簿) that I may see, newest first."""
    wanted = DocumentFilter(query.kind, query.year, query.state)
    with read_unit() as session:
        items, cursor = service.documents_for(
            session, wanted, current_principal(), limit=query.limit, cursor=query.cursor
        )
    return json_response({"items": items, "next_cursor": cursor})


@documents.get("/documents/<uuid:document_id>", operation_id="get_document", responses={200: DocumentOut, **UNSEEN})
@needs("document.read")
def get_document(path: DocumentPath) -> Response:
    """One paper in the register."""
    with read_unit() as session:
        found = service.document_for(session, path.document_id, current_principal())
    return json_response(found)


def _printed(document_id: UUID) -> tuple[dict[str, Any], str, dict[str, bytes]]:
    """The paper's row, its page and its pictures; that it was read is logged."""
    principal = current_principal()
    with read_unit() as session:
        row = service.document_row(session, document_id, principal)
        html = service.printed(row)
        keys = service.keys_of(session, html)
    log.info("document.read", document=str(document_id), user_id=str(principal.id), plain=bool(row["plain"]))
    return row, html, service.pictures_at(keys)


@documents.get("/documents/<uuid:document_id>.html", operation_id="show_document", responses={**AS_HTML, **UNSEEN})
@needs("document.read")
def show_document(path: DocumentPath) -> Response:
    """The paper word for word as it was issued, for a browser."""
    _, html, pictures = _printed(path.document_id)
    return html_answer(service.with_pictures(html, pictures))


@documents.get(
    "/documents/<uuid:document_id>.pdf",
    operation_id="print_document",
    responses={**AS_PDF, **UNSEEN, **problems(503)},
)
@needs("document.read")
def print_document(path: DocumentPath) -> Response:
    """The paper word for word as it was issued, as PDF."""
    row, html, pictures = _printed(path.document_id)
    return pdf_answer(service.printers().pdf(html, pictures), f"{row['kind']}-{row['id']}")


@documents.post("/documents/<uuid:document_id>/delivered", operation_id="note_delivery", responses=NOTED)
@needs("document.issue")
def note_delivery(path: DocumentPath, body: DeliveredIn) -> Response:
    """The paper reached its addressee (送达回证); noted once."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        service.deliver(session, path.document_id, at=body.at, to=body.to, how=body.how, principal=principal, now=now)
        return answer(session, service.document_for(session, path.document_id, principal))


@documents.post("/documents/<uuid:document_id>/cancel", operation_id="cancel_document", responses=NOTED)
@needs("document.issue")
def cancel_document(path: DocumentPath, body: CancelIn) -> Response:
    """Cancel the paper (作废); its number stays used."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        service.cancel(session, path.document_id, body.reason, principal=principal, now=now)
        return answer(session, service.document_for(session, path.document_id, principal))
