"""The register of papers (发文登记簿) as its readers see it, and a paper as it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases import service as cases
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.paging import edge_of, page
from app.documents import queries
from app.documents.errors import DocumentNotFound
from app.documents.queries import DocumentFilter
from app.documents.service.case_file import words_in
from app.documents.service.pages import add_marks, fill_address, render


def documents_for(
    session: Session, wanted: DocumentFilter, principal: Principal, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the register, newest first, and the cursor of the next.

    Raises: BadCursor.
    """
    after = edge_of(cursor)
    found = queries.document_page(session, wanted, principal, limit=limit, after=after)
    rows, following = page(found, limit, lambda row: (to_rfc3339(row.issued_at), str(row.id)))
    return [item(row._mapping) for row in rows], following  # noqa: SLF001 -- the documented way to a row's mapping


def documents_of_case(session: Session, number: str, principal: Principal) -> list[dict[str, Any]]:
    """The papers about a case that the principal sees, oldest first.

    Raises: CaseNotFound.
    """
    case = cases.case_row(session, number, principal)
    rows: list[Row[Any]] = list(queries.papers_of(session, case["id"], principal))
    return [item(row._mapping) for row in rows]  # noqa: SLF001 -- as above


def document_row(session: Session, document_id: UUID, principal: Principal) -> dict[str, Any]:
    """One paper with what was printed.

    Raises: DocumentNotFound.
    """
    row = queries.find_document(session, document_id, principal)
    if row is None:
        raise DocumentNotFound("There is no document with this id that you may see.")
    return row


def document_for(session: Session, document_id: UUID, principal: Principal) -> dict[str, Any]:
    """One paper as the register shows it, with what it demands and the hash of what was printed.

    Raises: DocumentNotFound.
    """
    row = document_row(session, document_id, principal)
    shown = row["plain"]
    text, sha256 = (row["text"], row["sha256"]) if shown else (None, row["masked_sha256"])
    return {**item(row), "text": text, "sha256": sha256}


def item(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A paper in the register. Who took it and why it was cancelled are for those who may see people and words."""
    plain = row["plain"]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "name": row["name_en"] if row["language"] == "en" else row["name_zh"],
        "number": row["number"],
        "year": row["year"],
        "state": row["state"],
        "language": row["language"],
        "case_number": row["case_number"],
        "case_version": row["case_version"],
        "addressee": {
            "id": row["addressee_id"],
            "code": row["addressee_code"],
            "name": row["addressee_name"],
        },
        "due_at": row["due_at"],
        "issued_at": row["issued_at"],
        "issued_by": {"id": row["issued_by"], "name": row["issuer_name"]} if plain else None,
        "delivery": _delivery(row, plain=plain),
        "cancelled_at": row["cancelled_at"],
        "cancel_reason": row["cancel_reason"] if plain else None,
    }


def _delivery(row: Mapping[Any, Any], *, plain: bool) -> dict[str, Any] | None:
    if row["delivered_at"] is None:
        return None
    return {
        "at": row["delivered_at"],
        "to": row["delivered_to"] if plain else None,
        "how": row["delivered_how"],
        "noted_at": row["delivery_noted_at"],
    }


def printed(row: Mapping[str, Any]) -> str:
    """A paper word for word as it was issued, its address as long as it is kept, and at its end what the register says
    of it meanwhile.
    """
    words = words_in(row["language"])
    html, sha256 = (row["html"], row["sha256"]) if row["plain"] else (row["masked_html"], row["masked_sha256"])
    marks = render("marks.html", words, paper=row, sha256=sha256)
    return add_marks(fill_address(html, row["address"], words), marks)
