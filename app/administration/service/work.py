"""What every table needs to be read and changed: who does it when, what is there, what shall be, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.administration.rules.comparing import Changes
from app.administration.rules.sheets import CellFault, Key, Line, Row, Sheet
from app.core.errors import DomainError, Invalid

_POINTER = re.compile(r"/\w+/(\d+)/(\w+)")
_OTHER = re.compile(r"\brow (\d+)\b")


class Hand(NamedTuple):
    """Who changes a table, when, and in which time zone its instants are written."""

    actor_id: UUID | None
    now: datetime
    zone: ZoneInfo


class Present(NamedTuple):
    """A row that is there: as the file shows it, and by what its feature knows it."""

    row: Row
    id: UUID | None = None
    version: int | None = None


@dataclass(slots=True)
class Work:
    """A table on its way from what is there to what shall be; the faults that turn up on the way."""

    sheet: Sheet
    present: Mapping[Key, Present]
    changes: Changes
    hand: Hand
    faults: list[CellFault] = field(default_factory=list)

    def there(self, row: Row) -> Present:
        """What is there of this row."""
        return self.present[self.sheet.key_of(row)]

    def blame(self, number: int | None, column: str | None, detail: str) -> None:
        self.faults.append(CellFault(number, column, detail))

    @contextmanager
    def on(self, number: int | None, said: str = "", **columns: str) -> Iterator[None]:
        """Whatever a feature refuses inside the block is a fault of this row.

        columns: how the features' names of members are called in the sheet. said: what to name the row by where it
        has no number.
        """
        try:
            yield
        except DomainError as refused:
            before = f"{said}: " if said and number is None else ""
            if not refused.faults:
                self.blame(number, None, before + refused.detail)
            for fault in refused.faults:
                member = fault.pointer.strip("/").partition("/")[0]
                name = columns.get(member, member)
                column = name if name in self.sheet.names else None
                self.blame(number, column, before + (fault.detail if column else refused.detail))

    def outcome(self) -> Iterable[Row]:
        """The rows as they shall be, in no particular order."""
        gone = {self.sheet.key_of(row) for row in self.changes.ended}
        later = {self.sheet.key_of(one.after): one.after for one in self.changes.changed}
        for key, one in self.present.items():
            if key not in gone:
                yield later.get(key, one.row)
        yield from (line.row for line in self.changes.added)


def _as_they_are(_session: Session, lines: Sequence[Line], _present: Mapping[Key, Present], _hand: Hand) -> list[Line]:
    return list(lines)


def _not_locked(_session: Session) -> None:
    """Most tables need no more than that one import of them runs at a time."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the administration.

    read: the rows that are there, in a stable order. apply: carries out what `Work` says and blames what cannot be.
    settle: gives lines of a file the key that they mean where they leave it open. lock: keeps others from changing it.
    """

    sheet: Sheet
    read: Callable[[Session, Hand], Sequence[Present]]
    apply: Callable[[Session, Work], None]
    settle: Callable[[Session, Sequence[Line], Mapping[Key, Present], Hand], list[Line]] = _as_they_are
    lock: Callable[[Session], None] = _not_locked


def numbered(changes: Changes) -> Iterator[tuple[int, Row]]:
    """New and changed rows as they shall be, each with its number."""
    yield from ((line.number, line.row) for line in changes.added)
    yield from ((change.number, change.after) for change in changes.changed)


@contextmanager
def whole_list(work: Work, name: Callable[[Row], str]) -> Iterator[list[Row]]:
    """All rows as they shall be, for a feature that takes its list whole; what it refuses is a fault of their lines.

    Shape:  the feature's pointers are `/…/{i}/{member}`, i counted from 0. name: what a row that the file does not
            change is called.
    """
    numbers = {work.sheet.key_of(row): number for number, row in numbered(work.changes)}
    wanted = list(work.outcome())
    at = [numbers.get(work.sheet.key_of(row)) for row in wanted]

    def called(number: int | None, row: Row) -> str:
        return name(row) if number is None else f"row {number}"

    try:
        yield wanted
    except Invalid as refused:
        for fault in refused.faults:
            found = _POINTER.fullmatch(fault.pointer)
            if found is None:
                work.blame(None, None, fault.detail)
                continue
            i = int(found[1])
            detail = _OTHER.sub(lambda other: called(at[int(other[1])], wanted[int(other[1])]), fault.detail)
            work.blame(at[i], found[2], detail if at[i] else f"{name(wanted[i])}: {detail}")
