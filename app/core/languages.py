"""The languages of files and papers."""

from __future__ import annotations

from typing import Literal, TypeAlias

Language: TypeAlias = Literal["zh-CN", "en"]


def language_of(asked: Language | None, accepted: str | None) -> Language:
    """The language of words and heads: as asked, else the one that a browser prefers, else Chinese.

    `accepted` is the best of the languages that the request accepts, null where it names none of ours.
    """
    if asked is not None:
        return asked
    return "en" if accepted == "en" else "zh-CN"
