"""Analyses as files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.analysis.schemas import GroundQuery
from app.analysis.service.tables import parts_of
from app.core.http import accepted_language, json_response
from app.core.languages import language_of
from app.evaluation.rules.tables import Heading, Sheet
from app.evaluation.service.headings import heading, wording
from app.evaluation.service.tables import csv_of
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import book_of
from app.evaluation.views.files import dated, file_answer

LINES = 10_000
"""So many lines a file has at most."""


@dataclass(frozen=True, slots=True)
class Told:
    """An analysis with what its file needs of the database."""

    what: str
    found: dict[str, Any]
    ending: str
    words: Wording
    above: Heading


def told(session: Session, what: str, query: GroundQuery, found: dict[str, Any]) -> Told:
    """An analysis as it was asked for."""
    words = wording(session, language_of(query.lang, accepted_language()))
    return Told(what, found, query.format, words, heading(session, what, found, query.area, words, unit=query.unit))


def analysis_answer(told: Told, now: datetime) -> Response:
    """An analysis as JSON, CSV or a workbook. Nothing is set while a transaction is open."""
    if told.ending == "json":
        return json_response(told.found)
    parts, words = parts_of(told.what, told.found["items"]), told.words
    name = dated(f"sla-{told.what.replace('_', '-')}", now, words)
    if told.ending == "csv":
        return file_answer(csv_of(parts[0][1], words), "csv", name, words)
    sheets = [Sheet(words.say("sheets", part), table, charts) for part, table, charts in parts]
    return file_answer(book_of(sheets, told.above, words), "xlsx", name, words)
