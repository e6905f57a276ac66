"""What the views of papers hang on, and papers as answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

documents = APIBlueprint("documents", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Documents")])

# A page loads nothing and runs nothing; its pictures are inside.
PAGE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_HTML = {"text/html": {"schema": {"type": "string"}}}
_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
AS_HTML: Mapping[str | int, Any] = {200: {"description": "The paper as HTML, pictures inside", "content": _HTML}}
AS_PDF: Mapping[str | int, Any] = {200: {"description": "The paper as PDF", "content": _PDF}}
AS_EITHER: Mapping[str | int, Any] = {200: {"description": "The paper", "content": {**_HTML, **_PDF}}}


def html_answer(html: str) -> Response:
    """A paper for a browser."""
    return Response(
        html,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": PAGE, "Cache-Control": "private, no-store"},
    )


def pdf_answer(pdf: bytes, filename: str) -> Response:
    """A paper for a printer."""
    return Response(
        pdf,
        content_type="application/pdf",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'inline; filename="{filename}.pdf"',
        },
    )
