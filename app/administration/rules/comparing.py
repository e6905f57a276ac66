"""What a file changes: its rows beside those that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from app.administration.rules.sheets import CellFault, Key, Line, Row, Sheet

SHOWN_DIFFERENCES = 500


class Mode(StrEnum):
    """What becomes of rows that the file lacks."""

    MERGE = "merge"
    REPLACE = "replace"


class Change(NamedTuple):
    """A row that says something else than before."""

    number: int
    before: Row
    after: Row

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ."""
        return tuple(name for name, cell in self.after.items() if cell != self.before[name])


@dataclass(slots=True)
class Changes:
    """What is to be done, each part in the order of the file, and what cannot be."""

    added: list[Line] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    unchanged: int = 0
    faults: list[CellFault] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.ended)


class Difference(NamedTuple):
    """One cell that changes; None where there is no row before or after."""

    key: Row
    column: str
    before: str | None
    after: str | None


def compare(sheet: Sheet, current: Mapping[Key, Row], lines: Sequence[Line], mode: Mode) -> Changes:
    """What the lines of a file change in what is there; keys are unique among the lines."""
    found, named = Changes(), set[Key]()
    for line in lines:
        key = sheet.key_of(line.row)
        named.add(key)
        before = current.get(key)
        if before is None:
            found.added.append(line)
        elif before == line.row:
            found.unchanged += 1
        else:
            change = Change(line.number, before, line.row)
            found.changed.append(change)
            found.faults += _fixed_faults(sheet, change)
    missing = [row for key, row in current.items() if key not in named]
    if mode is Mode.MERGE:
        found.unchanged += len(missing)
    elif sheet.ends:
        found.ended = [row for row in missing if not sheet.has_ended(row)]
        found.unchanged += len(missing) - len(found.ended)
    else:
        found.faults += [_endless(sheet, row) for row in missing]
    return found


def _fixed_faults(sheet: Sheet, change: Change) -> list[CellFault]:
    return [
        CellFault(change.number, column.name, f"cannot be changed: it is {change.before[column.name] or 'empty'}")
        for column in sheet.columns
        if column.fixed and column.name in change.columns
    ]


def _endless(sheet: Sheet, row: Row) -> CellFault:
    return CellFault(None, None, f"{told(sheet, row)} is not in the file and cannot end: add its row, or merge")


def told(sheet: Sheet, row: Row) -> str:
    """A row in a sentence."""
    return f"{sheet.name} {' '.join(cell for cell in sheet.key_of(row) if cell)}"


def differences(sheet: Sheet, changes: Changes, most: int = SHOWN_DIFFERENCES) -> list[Difference]:
    """The cells that change: of changed rows those that differ, of new and ended rows what they hold."""
    return list(islice(_differences(sheet, changes), most))


def _differences(sheet: Sheet, changes: Changes) -> Iterator[Difference]:
    for change in changes.changed:
        key = _key(sheet, change.after)
        yield from (Difference(key, name, change.before[name], change.after[name]) for name in change.columns)
    for line in changes.added:
        key = _key(sheet, line.row)
        yield from (Difference(key, name, None, line.row[name]) for name in _filled(sheet, line.row))
    for row in changes.ended:
        key = _key(sheet, row)
        yield from (Difference(key, name, row[name], None) for name in _filled(sheet, row))


def _key(sheet: Sheet, row: Row) -> Row:
    return {name: row[name] for name in sheet.keys}


def _filled(sheet: Sheet, row: Row) -> list[str]:
    """The columns that say something beyond the key; of a row that is nothing but its key, the key."""
    beyond = [name for name in sheet.names if name not in sheet.keys and row[name]]
    return beyond or [sheet.keys[-1]]
