"""Area codes: how long they are at each level, whose part they are, which editions there are.

Source: domain.md §1; GB/T 2260 (county), GB/T 30428.1 (grid cells: 15 digits, the older edition 14).
"""

import re
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """The five levels of a city, by depth."""

    CITY = 0
    DISTRICT = 1
    STREET = 2
    COMMUNITY = 3
    CELL = 4

    @property
    def word(self) -> str:
        """The level's name in the API: city, district, street, community, cell."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Level":
        """The level of an API word.

        Raises: ValueError when there is no such level.
        """
        for level in cls:
            if level.word == word:
                return level
        message = f"there is no level {word!r}: use city, district, street, community or cell"
        raise ValueError(message)


class CodeScheme(StrEnum):
    """The edition a cell's code was given under."""

    DIGITS_15 = "digits15"
    DIGITS_14 = "digits14"


# Province and prefecture are the first four digits of a county code; street, community and cell add three each.
LENGTHS: dict[Level, tuple[int, ...]] = {
    Level.CITY: (4,),
    Level.DISTRICT: (6,),
    Level.STREET: (9,),
    Level.COMMUNITY: (12,),
    Level.CELL: (15, 14),
}
_DIGITS = re.compile(r"[0-9]+")
_LEVEL_OF_LENGTH = {length: level for level, lengths in LENGTHS.items() for length in lengths}


def level_of(code: str) -> Level | None:
    """The level that a code's length says; None when no level has codes of that shape."""
    return _LEVEL_OF_LENGTH.get(len(code)) if _DIGITS.fullmatch(code) and code.isascii() else None


def scheme_of(code: str) -> CodeScheme:
    """The edition of a code: only cells of the older one have 14 digits."""
    return CodeScheme.DIGITS_14 if len(code) == 14 else CodeScheme.DIGITS_15


def parent_code(code: str) -> str | None:
    """The code of the area one level up; None for a city or a code of no level."""
    level = level_of(code)
    return code[: LENGTHS[Level(level - 1)][0]] if level else None


def code_problem(code: str, level: Level) -> str | None:
    """What is wrong with a code at a level, as a sentence; None when nothing is.

    Source: domain.md §1.
    """
    wanted = " or ".join(str(length) for length in LENGTHS[level])
    if not code:
        return f"the code is missing: a {level.word} needs {wanted} digits"
    if not _DIGITS.fullmatch(code) or not code.isascii():
        return f"“{code}” is not a code: a {level.word} needs {wanted} digits and nothing else"
    if len(code) not in LENGTHS[level]:
        return f"{code} has {len(code)} digits: a {level.word} needs {wanted}"
    return None
