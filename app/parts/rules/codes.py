"""Codes of parts: the district, the type, a serial number.

Source: domain.md §3: 16 digits with the types of GB/T 30428.2 (2 + 2 digits), 17 with those of GB/T 47678.5 (2 + 3).
"""

from __future__ import annotations

import re
from typing import NamedTuple

DISTRICT_DIGITS = 6
SERIAL_DIGITS = 6
LENGTHS = (16, 17)
LAST_SERIAL = 10**SERIAL_DIGITS - 1
# No county code begins with 0 (GB/T 2260), so that a code is the same as a number and as a text.
SHAPE = re.compile(r"[1-9][0-9]{15,16}")


class PartCode(NamedTuple):
    """What a code says: the six digits of the district, those of the type, the serial number."""

    district: str
    type_code: str
    serial: int

    @property
    def text(self) -> str:
        return f"{self.district}{self.type_code}{self.serial:0{SERIAL_DIGITS}d}"


def read_code(code: str) -> PartCode | None:
    """What a code says; None for what is no code.

    Example:
        >>> read_code("3101010102000017")
        PartCode(district='310101', type_code='0102', serial=17)
        >>> read_code("310101010020000178") is None
        True
    """
    if not SHAPE.fullmatch(code):
        return None
    return PartCode(code[:DISTRICT_DIGITS], code[DISTRICT_DIGITS:-SERIAL_DIGITS], int(code[-SERIAL_DIGITS:]))


def code_problem(code: str) -> str | None:
    """What is wrong with a code, as a sentence; None when nothing is."""
    if not code:
        return "the code is missing: write 16 or 17 digits"
    if not code.isascii() or not code.isdigit():
        return f"“{code[:40]}” is no code: write 16 or 17 digits and nothing else"
    if len(code) not in LENGTHS:
        return f"{code[:40]} has {len(code)} digits: a part has 16 (types of four digits) or 17 (of five)"
    if code[0] == "0":
        return f"{code} begins with 0, which no district's code does"
    return None


def next_code(district: str, type_code: str, highest: str | None) -> PartCode | None:
    """The code after the highest of this district and type (None: the first); None when all are used.

    Example:
        >>> next_code("310101", "0102", "3101010102000017").text
        '3101010102000018'
    """
    serial = 1 if highest is None else int(highest[-SERIAL_DIGITS:]) + 1
    return None if serial > LAST_SERIAL else PartCode(district, type_code, serial)
