"""What the views of exports hang on, and files as answers."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.exports.rules import MEDIA_TYPES, Language

exports = APIBlueprint("exports", __name__, url_prefix="/api/v1/exports", abp_tags=[Tag(name="Exports")])


def file_answer(pieces: Iterator[bytes], ending: str, name: str, language: Language) -> Response:
    """A file for keeping, as it is made or read."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(pieces, content_type=MEDIA_TYPES[ending], headers=headers)
