"""The bytes of a file become cells: CSV in UTF-8 or GB18030, or the first sheet of an XLSX workbook."""

from __future__ import annotations

import atexit
import csv
import io
import json
from functools import cache

from app.administration.errors import TablesBusy, UnreadableTable
from app.administration.rules.cells import unguarded
from app.administration.rules.reading import MOST_COLUMNS, MOST_ROWS
from app.administration.rules.sheets import Sheet
from app.administration.rules.workbook import NoWorkbook, ask
from app.core.apart import Gate, Processes, ProcessLost, program

MAX_FILE_BYTES = 32 * 1024 * 1024
# Reading 200 000 rows takes a few seconds; what takes longer is no table.
DEADLINE_S = 60.0
MEMORY_BYTES = 2_000_000_000
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PROGRAM = """
from app.administration.rules.workbook import serve
serve(incoming, answers)
"""
_SAVE_AS = "save it as .xlsx, or as CSV in UTF-8"


def _busy() -> TablesBusy:
    return TablesBusy("Too many workbooks are being read at the moment: send it again shortly.", retry_after_s=5)


@cache
def _readers() -> Processes:
    found = Processes(program(_PROGRAM, MEMORY_BYTES), Gate(1, 4, 30.0, _busy), DEADLINE_S)
    atexit.register(found.close)
    return found


def cells_of(data: bytes, sheet: Sheet) -> list[list[str]]:
    """The cells of a file, its first row first; cells of a CSV file without the apostrophe that guards them.

    Raises: UnreadableTable, TablesBusy.
    """
    if data.startswith(_ZIP):
        return _from_workbook(data, sheet)
    if data.startswith(_OLD_EXCEL):
        raise UnreadableTable(f"The file is a workbook of an older or a protected kind: {_SAVE_AS}.")
    return _from_csv(_decoded(data), sheet)


def _from_workbook(data: bytes, sheet: Sheet) -> list[list[str]]:
    try:
        with _readers().turn() as pipes:
            try:
                return ask(data, [sheet.name, sheet.label], pipes.to, pipes.answers)
            except NoWorkbook as refused:
                raise UnreadableTable(f"The workbook cannot be read: {refused}.") from refused
    except (ProcessLost, json.JSONDecodeError) as lost:
        raise UnreadableTable(f"The workbook is damaged or too large to unpack: {_SAVE_AS}.") from lost


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise UnreadableTable(f"The file is neither UTF-8 nor GB18030 text: {_SAVE_AS}.")


def _from_csv(text: str, sheet: Sheet) -> list[list[str]]:
    head = text.partition("\n")[0]
    names = {*sheet.names, *(column.label for column in sheet.columns)}
    known = {mark: sum(name.strip(' "\r') in names for name in head.split(mark)) for mark in ",;\t"}
    mark = max(known, key=lambda one: known[one])
    cells: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            if len(cells) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise UnreadableTable(f"The file has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns: split it.")
            cells.append([unguarded(cell) for cell in row])
    except csv.Error as broken:
        raise UnreadableTable(f"The file is no CSV ({broken}, after row {len(cells)}): {_SAVE_AS}.") from broken
    return cells
