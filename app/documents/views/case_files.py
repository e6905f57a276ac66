"""A case's file over HTTP: for browsers, and as PDF. Nothing is set while a transaction is open."""

from __future__ import annotations

from typing import NamedTuple

import structlog
from flask import Response, request

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.schemas import problems
from app.documents import service
from app.documents.schemas import CaseFilePath, CaseFileQuery
from app.documents.views.blueprint import AS_EITHER, AS_HTML, AS_PDF, documents, html_answer, pdf_answer

log = structlog.get_logger()
UNSEEN = problems(401, 403, 404)


class Paper(NamedTuple):
    """A page and its pictures."""

    html: str
    pictures: dict[str, bytes]


def _paper(number: str, language: str) -> Paper:
    """The file as this reader may see it; that it was read is logged."""
    principal, now, words = current_principal(), clock.now(), service.words_in(language)
    with read_unit() as session:
        found = service.gather(session, number, principal, words, now=now)
    html = service.page_of(found, principal, words, now=now)
    with read_unit() as session:
        keys = service.keys_of(session, html)
    log.info("case_file.read", case=number, user_id=str(principal.id), plain=bool(found.row["plain"]))
    return Paper(html, service.pictures_at(keys))


def _as_html(paper: Paper) -> Response:
    return html_answer(service.with_pictures(paper.html, paper.pictures))


def _as_pdf(paper: Paper, number: str) -> Response:
    return pdf_answer(service.printers().pdf(paper.html, paper.pictures), f"case-{number}")


@documents.get("/cases/<number>/file", operation_id="get_case_file", responses={**AS_EITHER, **UNSEEN})
@needs("case.read")
def get_case_file(path: CaseFilePath, query: CaseFileQuery) -> Response:
    """The case's file (案卷), HTML unless PDF is what the caller accepts."""
    paper = _paper(path.number, query.language)
    wanted = request.accept_mimetypes.best_match(["text/html", "application/pdf"], default="text/html")
    return _as_pdf(paper, path.number) if wanted == "application/pdf" else _as_html(paper)


@documents.get("/cases/<number>/file.html", operation_id="show_case_file", responses={**AS_HTML, **UNSEEN})
@needs("case.read")
def show_case_file(path: CaseFilePath, query: CaseFileQuery) -> Response:
    """The case's file for a browser, its pictures inside."""
    return _as_html(_paper(path.number, query.language))


@documents.get(
    "/cases/<number>/file.pdf", operation_id="print_case_file", responses={**AS_PDF, **UNSEEN, **problems(503)}
)
@needs("case.read")
def print_case_file(path: CaseFilePath, query: CaseFileQuery) -> Response:
    """The case's file as PDF."""
    return _as_pdf(_paper(path.number, query.language), path.number)
