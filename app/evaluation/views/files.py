"""Figures as files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import BaseModel

from app.evaluation.service.wording import Wording

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def also_files(shape: type[BaseModel], description: str, *endings: str) -> dict[str, Any]:
    """How an operation is described that answers JSON of this shape, or files."""
    whole = shape.model_json_schema()
    parts = whole.pop("$defs", {})
    files = {MEDIA_TYPES[ending]: _FILE for ending in endings}
    return {"description": description, "content": {"application/json": {"schema": _inlined(whole, parts)}, **files}}


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """A schema with its parts in their places: nobody else refers to them."""
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {name: _inlined(value, parts) for name, value in schema.items()}


def file_answer(data: bytes, ending: str, name: str, words: Wording) -> Response:
    """A file for keeping."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{ending}"',
        "Content-Language": words.language,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, mimetype=MEDIA_TYPES[ending], headers=headers)


def dated(name: str, at: datetime, words: Wording) -> str:
    """What a file is called that was made at an instant, by the city's clock.

    Example: sla-overdue-20261005-0830
    """
    return f"{name}-{words.local(at):%Y%m%d-%H%M}"
