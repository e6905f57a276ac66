"""What a table of the administration looks like as a file: its columns, what each may hold, and what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

Row: TypeAlias = Mapping[str, str]
Key: TypeAlias = tuple[str, ...]

FLAGS = ("true", "false")


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"
    WORDS = "words"  # codes with spaces between
    HOURS = "hours"  # 08:00-12:00 14:00-18:00
    USERNAME = "username"  # compared without regard to case
    CODE = "code"  # without spaces


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `name` is what the head row says; `label` is its Chinese name, which the head row may say instead.

    key: together with the other keys it names the row. required: never empty. fixed: stays as it was in a row that is
    there already. empty: what an empty cell means.
    """

    name: str
    label: str
    help_zh: str
    help_en: str
    kind: Kind = Kind.TEXT
    key: bool = False
    required: bool = False
    fixed: bool = False
    allowed: tuple[str, ...] = ()
    longest: int = 200
    empty: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values from which a spreadsheet lets one choose; empty where anything of its kind may stand."""
        return FLAGS if self.kind is Kind.FLAG else self.allowed


@dataclass(frozen=True)
class Sheet:
    """A table. ending_…: what becomes of a row that the file of a replacement lacks; empty where no row can end.

    ended_when: the column and the cell by which a row that has ended is known, where such rows stay in the table.
    """

    name: str
    label: str
    help_zh: str
    help_en: str
    columns: tuple[Column, ...]
    ending_zh: str = ""
    ending_en: str = ""
    ended_when: tuple[str, str] = ("", "")

    @property
    def ends(self) -> bool:
        """Whether rows can end at all."""
        return bool(self.ending_en)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    def has_ended(self, row: Row) -> bool:
        """Whether the row has ended already."""
        column, cell = self.ended_when
        return row.get(column) == cell

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def key_of(self, row: Row) -> Key:
        """What names this row."""
        return tuple(row[name] for name in self.keys)


class CellFault(NamedTuple):
    """Something wrong: in which row, as the spreadsheet numbers them (the head is 1), and in which column.

    Without a row it is about a row that the file lacks, or about the whole.
    """

    row: int | None
    column: str | None
    detail: str


class Line(NamedTuple):
    """A row of the file with its number."""

    number: int
    row: Row
