"""Messages that a city words itself: which placeholders they may hold, and how they are filled in."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

LONGEST_TITLE, LONGEST_TEXT = 100, 1_000
_FORMATTER = string.Formatter()


def faults_of(title: str, text: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """What is wrong with a message: pointer and what to do about it.

    Example:
        >>> faults_of("Late", "Case {number} is {lat} late", ("number", "late"))
        [('/text', '{lat} is not known here; known are {number}, {late}')]
        >>> faults_of("Late", "Case {number!r:>9999}", ("number",))
        [('/text', 'write a placeholder as {number}, without anything beside its name')]
    """
    found = [("/title", fault) for fault in placeholder_faults(title, known)] + [
        ("/text", fault) for fault in placeholder_faults(text, known)
    ]
    if any(ord(sign) < 32 for sign in title) or len(title.splitlines()) > 1:
        found.append(("/title", "write it on one line"))
    if not found and "number" not in _names(text):
        # Whoever is told needs the case, and a message is found by it when its reader is erased.
        found.append(("/text", "name the case: the text must hold {number}"))
    return found


def placeholder_faults(part: str, known: Sequence[str]) -> list[str]:
    """What is wrong with the placeholders of a text: unknown ones, and those with anything beside the name."""
    listed = ", ".join(f"{{{name}}}" for name in known)
    try:
        fields = [field for field in _FORMATTER.parse(part) if field[1] is not None]
    except ValueError:
        return ["a brace has no partner; write {{ or }} for a brace itself"]
    unknown = [f"{{{name}}} is not known here; known are {listed}" for _, name, _, _ in fields if name not in known]
    bare = all(not shape and conversion is None for _, _, shape, conversion in fields)
    return unknown or ([] if bare else [f"write a placeholder as {{{known[0]}}}, without anything beside its name"])


def _names(part: str) -> set[str]:
    return {name for _, name, _, _ in _FORMATTER.parse(part) if name is not None}


def filled(part: str, words: Mapping[str, str]) -> str:
    """A title or text with its placeholders replaced, in one pass: what is put in is not looked at again.

    Example:
        >>> filled("{number} {{late}}", {"number": "{late}"})
        '{late} {late}'
    """
    return "".join(
        literal + ("" if name is None else words.get(name, "")) for literal, name, _, _ in _FORMATTER.parse(part)
    )
