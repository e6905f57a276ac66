"""What somebody typed into the search box."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\d{4,8}(-\d*)?")
_CODE = re.compile(r"\d{2,17}")
# Three characters make the first whole trigram: with fewer, the index of names has nothing to look for.
INDEXED_FROM = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """What the text may mean, besides words: the beginning of a case's number, the beginning of a code."""

    words: str
    number: str | None
    code: str | None

    @property
    def paired(self) -> bool:
        """Whether the index of words of cases can find it, which knows pairs of letters."""
        return len(self.words) > 1

    @property
    def indexed(self) -> bool:
        """Whether the index of names can find it."""
        return len(self.words) >= INDEXED_FROM


def wording(text: str) -> Wording:
    """What a text means.

    Example:
        >>> wording(" 20260310-0000 ").number
        '20260310-0000'
        >>> wording("310101001").code, wording("310101001").words
        ('310101001', '310101001')
        >>> wording("人民路").number is None
        True
    """
    words = " ".join(text.split())
    number = words if _NUMBER.fullmatch(words) else None
    code = words if _CODE.fullmatch(words) else None
    return Wording(words, number, code)
