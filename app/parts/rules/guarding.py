"""Cells of a CSV file that no spreadsheet takes for a formula."""

from __future__ import annotations

import re

# What makes a spreadsheet compute, in both widths, also behind blanks and signs that nobody sees: some drop those.
# Source: OWASP, CSV Injection.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠])")


def guarded(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would compute.

    Example:
        >>> guarded("=1+1"), guarded(" \u3000＝1+1"), guarded("井 12")
        ("'=1+1", "' \u3000＝1+1", '井 12')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The exact inverse of `guarded`; other apostrophes stay.

    Example:
        >>> unguarded("'=1+1"), unguarded("'s-Hertogenbosch")
        ('=1+1', "'s-Hertogenbosch")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
