"""What notices say: one file per language, a message per occasion and audience."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.notices.rules import Occasion

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("zh-CN", "en")


class Message(NamedTuple):
    """A message to be read."""

    title: str
    text: str


@cache
def messages(language: str) -> dict[str, dict[str, dict[str, str]]]:
    """A language's messages: occasion → audience (staff, citizen) → title and text."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (MESSAGES / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


def worded(occasion: Occasion | str, audience: str, language: str, *, number: str) -> Message:
    """The message of an occasion for somebody; where an audience has none of its own, that of staff."""
    found = messages(language)[occasion]
    chosen = found.get(audience, found["staff"])
    return Message(chosen["title"], chosen["text"].format(number=number))
