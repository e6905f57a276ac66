"""What notices say: one file per language, a message per occasion and audience; a city may word each one itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.notices import queries
from app.notices.rules import Occasion, filled, words

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("zh-CN", "en")


class Message(NamedTuple):
    """A message to be read."""

    title: str
    text: str


@cache
def messages(language: str) -> dict[str, dict[str, dict[str, str]]]:
    """A language's shipped messages: occasion → audience (staff, citizen) → title and text."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (MESSAGES / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


def shipped(occasion: Occasion | str, audience: str, language: str) -> Message:
    """The message as it comes with the program; where an audience has none of its own, that of staff."""
    found = messages(language)[occasion]
    chosen = found.get(audience, found["staff"])
    return Message(chosen["title"], chosen["text"])


@dataclass(frozen=True, slots=True)
class Wording:
    """The messages in force, the city's own before the shipped ones."""

    own: Mapping[tuple[str, str, str], Message]

    def pattern(self, occasion: Occasion | str, audience: str, language: str) -> Message:
        """The message with its placeholders."""
        found = messages(language)[occasion]
        chosen = audience if audience in found else "staff"
        return self.own.get((str(occasion), language, chosen)) or shipped(occasion, chosen, language)

    def of(
        self, occasion: Occasion | str, audience: str, language: str, *, number: str, facts: Mapping[str, Any] | None
    ) -> Message:
        """The message for somebody."""
        pattern = self.pattern(occasion, audience, language)
        said = words(Occasion(occasion), number, facts, language)
        return Message(filled(pattern.title, said), filled(pattern.text, said))


def wording(session: Session) -> Wording:
    """The messages in force now; one statement."""
    rows = queries.templates_in_force(session)
    return Wording({(row.event, row.language, row.audience): Message(row.title, row.text) for row in rows})
