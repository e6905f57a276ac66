"""The cells of a file become rows of a sheet: every fault is named by its row and column, not just the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from zoneinfo import ZoneInfo

from app.administration.rules.cells import canonical, shown
from app.administration.rules.sheets import CellFault, Column, Key, Line, Row, Sheet

HEAD = 1
MOST_ROWS = 200_000
MOST_COLUMNS = 100

Cells: TypeAlias = Sequence[str]


@dataclass(slots=True)
class Reading:
    """The rows of a file that are sound, and what is wrong with the others. rows: how many there are in all."""

    lines: list[Line] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    rows: int = 0


def read_rows(sheet: Sheet, cells: Sequence[Cells], current: Mapping[Key, Row], zone: ZoneInfo) -> Reading:
    """The rows of a file whose first row names the columns.

    A column that the file lacks stays as it is in rows that are there, and is empty in new ones. What a row says
    already is not questioned again. Empty rows are passed over.
    """
    if not cells:
        return Reading(faults=[CellFault(HEAD, None, "the file is empty: its first row names the columns")])
    columns, faults = _head(sheet, cells[0])
    if faults:
        return Reading(faults=faults)
    found, seen = Reading(), dict[Key, int]()
    for number, row in enumerate(cells[1:], start=HEAD + 1):
        if not any(cell.strip() for cell in row):
            continue
        found.rows += 1
        line, wrong = _line(sheet, Line(number, _named(columns, row)), current, zone)
        wrong += _too_long(number, row, len(columns))
        if not wrong:
            first = seen.setdefault(sheet.key_of(line.row), number)
            wrong += _twice(sheet, number, first)
        found.faults += wrong
        if not wrong:
            found.lines.append(line)
    return found


def _head(sheet: Sheet, names: Cells) -> tuple[list[Column | None], list[CellFault]]:
    by_name = {column.name: column for column in sheet.columns} | {column.label: column for column in sheet.columns}
    written = [name.strip().removeprefix("\ufeff") for name in names]
    while written and not written[-1]:
        written.pop()
    columns = [by_name.get(name) for name in written]
    faults = [
        CellFault(HEAD, name or None, f"there is no such column: use {', '.join(sheet.names)}")
        for name, column in zip(written, columns, strict=True)
        if column is None
    ]
    given = [column.name for column in columns if column is not None]
    faults += [
        CellFault(HEAD, name, "the column is there twice: keep one")
        for name in sorted({*given})
        if given.count(name) > 1
    ]
    faults += [
        CellFault(HEAD, column.name, "the column is missing: it names the rows")
        for column in sheet.columns
        if column.key and column.required and column.name not in given
    ]
    return columns, faults


def _named(columns: Sequence[Column | None], row: Cells) -> dict[str, str]:
    return {column.name: cell for column, cell in zip(columns, row, strict=False) if column is not None} | {
        column.name: "" for column in columns[len(row) :] if column is not None
    }


def _line(sheet: Sheet, line: Line, current: Mapping[Key, Row], zone: ZoneInfo) -> tuple[Line, list[CellFault]]:
    given, faults = line.row, list[CellFault]()
    row = dict.fromkeys(sheet.names, "")
    for column in sheet.columns:
        if column.key:
            row[column.name] = _cell(column, line, given.get(column.name, ""), None, zone, faults)
    there = None if faults else current.get(sheet.key_of(row))
    for column in sheet.columns:
        if column.key:
            continue
        known = None if there is None else there[column.name]
        if column.name in given:
            row[column.name] = _cell(column, line, given[column.name], known, zone, faults)
        else:
            row[column.name] = _cell(column, line, "", None, zone, faults) if known is None else known
    return Line(line.number, row), faults


def _cell(column: Column, line: Line, cell: str, known: str | None, zone: ZoneInfo, faults: list[CellFault]) -> str:
    if known is not None and cell.strip() == known:
        return known
    try:
        return canonical(column, cell, zone)
    except ValueError as wrong:
        faults.append(CellFault(line.number, column.name, str(wrong)))
        return ""


def _too_long(number: int, row: Cells, columns: int) -> Iterator[CellFault]:
    extra = next((cell for cell in row[columns:] if cell.strip()), None)
    if extra is not None:
        yield CellFault(number, None, f"{shown(extra)} stands beside the last column: quote text that has a comma")


def _twice(sheet: Sheet, number: int, first: int) -> Iterator[CellFault]:
    if first != number:
        named = ", ".join(sheet.keys)
        yield CellFault(number, sheet.keys[0], f"row {first} is about the same ({named}): keep one of them")
