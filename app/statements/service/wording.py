"""What a mail with a statement says, in both languages: it goes to people outside the house too."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from app.statements.service.running import File

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("zh-CN", "en")


@cache
def messages(language: str) -> dict[str, str]:
    """The words of a language."""
    found: dict[str, str] = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found


def subject_of(name: str, period: str) -> str:
    """The subject of a mail."""
    return messages("zh-CN")["subject"].format(name=name, period=period)


def mail_text(name: str, file: File, link: str, *, attached: bool) -> str:
    """The text of a mail: what it is, and where its file is."""
    which = "attached" if attached else "linked"
    said = {"name": name, "period": file.period, "file": file.name, "link": link}
    return "\n\n".join(messages(language)[which].format(**said) for language in LANGUAGES) + "\n"
