"""What an export calls things: heads of columns, and the words of the papers for states, lamps and kinds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases.rules import State
from app.documents.service.words import Words
from app.exports.rules import Language
from app.sla import service as sla
from app.sla.rules import Lamp

MESSAGES = Path(__file__).parent / "messages"
KINDS = ("part", "matter")


@cache
def messages(language: Language) -> Mapping[str, Any]:
    """A language's messages."""
    found: dict[str, Any] = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Wording:
    """One language: heads by column, words by group and code, what a flag says, what the sheet is called."""

    heads: Mapping[str, str]
    words: Mapping[str, Mapping[str | None, str | None]]
    flags: Mapping[bool, str]
    sheet: str


def wording(session: Session, language: Language) -> Wording:
    """The words of a language; sources are called what this city calls them. One statement or two."""
    said, papers = messages(language), Words(language, ZoneInfo("UTC"))
    rules = sla.source_rules(session).values()
    words: dict[str, dict[str | None, str | None]] = {
        "states": {state.value: papers.of("states", state.value) for state in State},
        "lamps": {lamp.value: papers.of("lamps", lamp.value) for lamp in Lamp},
        "kinds": {kind: papers.of("kinds", kind) for kind in KINDS},
        "sources": {str(rule.source): rule.name_en if language == "en" else rule.name_zh for rule in rules},
    }
    for group in words.values():
        group[None] = None
    flags = {True: said["flags"]["true"], False: said["flags"]["false"]}
    return Wording(said["columns"], words, flags, said["sheet"])
