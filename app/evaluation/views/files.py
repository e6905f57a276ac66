"""Figures as files: what stands above them, and the answer that carries them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.core.http import accepted_language
from app.core.languages import Language, language_of
from app.evaluation.rules.tables import Heading
from app.evaluation.service import area_names, unit_ref
from app.evaluation.service.wording import Wording
from app.sla import service as sla

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


def wording(session: Session, asked: Language | None) -> Wording:
    """The words of the language that is asked for, else accepted; sources are called what this city calls them."""
    language = asked or language_of(None, accepted_language())
    rules = sla.source_rules(session).values()
    names = {str(rule.source): rule.name_en if language == "en" else rule.name_zh for rule in rules}
    return Wording(language, names)


def heading(
    session: Session, title: str, answer: dict[str, Any], area: str | None, words: Wording, *, unit: str | None = None
) -> Heading:
    """What stands above a table: of which time, as of when, of which ground, in which units."""
    facts = []
    if "from" in answer:
        facts.append((words.say("facts", "span"), words.span(answer["from"], answer["to"])))
    if "period" in answer:
        facts.append((words.say("facts", "span"), answer["period"]))
    facts.append((words.say("facts", "as_of"), words.minute(answer["as_of"])))
    named = area_names(session, [area]).get(area, area) if area is not None else words.say("facts", "whole")
    facts.append((words.say("facts", "area"), named))
    if (of_unit := unit_ref(session, unit)) is not None:
        facts.append((words.say("facts", "unit"), of_unit["name"]))
    if "total" in answer:
        shown = len(answer["items"])
        said = "all" if shown == answer["total"] else "shown"
        facts.append((words.say("facts", "total"), words.say("facts", said, total=answer["total"], shown=shown)))
    facts.append((words.say("facts", "units"), words.say("facts", "units_text")))
    return Heading(words.say("titles", title), tuple(facts))


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
