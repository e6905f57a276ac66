"""The columns of an exported case: the same in every format, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a column holds, which says how a format writes it."""

    CODE = "code"  # digits or letters that are no number: text everywhere
    TEXT = "text"  # what people wrote
    WORD = "word"  # a code of ours that has a word in each language
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, which is also that of the member in maps, and how wide a sheet shows it.

    Shape: `words` is the group of words of a column of words; width in characters.
    """

    name: str
    kind: Kind
    width: int = 12
    words: str = ""


def _area(level: str, width: int) -> tuple[Column, Column]:
    return Column(f"{level}_code", Kind.CODE, width), Column(f"{level}_name", Kind.TEXT, 14)


COLUMNS: tuple[Column, ...] = (
    Column("number", Kind.CODE, 18),
    Column("state", Kind.WORD, 14, "states"),
    Column("source", Kind.WORD, 14, "sources"),
    Column("type_scheme", Kind.CODE, 18),
    Column("type_kind", Kind.WORD, 8, "kinds"),
    Column("type_code", Kind.CODE, 10),
    Column("type_name", Kind.TEXT, 18),
    Column("condition", Kind.TEXT, 30),
    Column("description", Kind.TEXT, 40),
    *_area("district", 9),
    *_area("street", 12),
    *_area("community", 15),
    *_area("cell", 18),
    Column("address", Kind.TEXT, 30),
    Column("lon", Kind.NUMBER, 13),
    Column("lat", Kind.NUMBER, 13),
    Column("owner_code", Kind.CODE, 12),
    Column("owner_name", Kind.TEXT, 22),
    *(
        Column(name, Kind.INSTANT, 18)
        for name in ("opened_at", "filed_at", "dispatched_at", "due_at", "handled_at", "closed_at")
    ),
    Column("lamp", Kind.WORD, 8, "lamps"),
    *(Column(name, Kind.COUNT, 8) for name in ("reworks", "returns", "holds", "extensions", "reopens")),
    Column("forced", Kind.FLAG, 8),
    Column("supervised", Kind.FLAG, 8),
    Column("rating", Kind.COUNT, 8),
)

MAP_COLUMNS: tuple[Column, ...] = tuple(
    column
    for one in COLUMNS
    if one.name not in {"lon", "lat"}
    for column in ((one, Column(f"{one.name}_name", Kind.TEXT)) if one.kind is Kind.WORD else (one,))
)
"""The members of a feature: codes with their words beside them; where the case lies is its geometry."""
