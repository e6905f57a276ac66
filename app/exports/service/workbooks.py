"""An export as an XLSX workbook, written row by row in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

import xlsxwriter

from app.exports.rules import COLUMNS, Column, Kind
from app.exports.service.reading import Told
from app.exports.service.words import Wording

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
DATES = "yyyy-mm-dd hh:mm:ss"
Write = Callable[[int, int, Any], object]


def write_workbook(file: IO[bytes], batches: Iterable[Sequence[Told]], wording: Wording, total: int) -> None:
    """One sheet: its head stays in sight and filters the rows, codes are text, instants are dates of the city's clock.

    `total` is how many rows there are: the filter has to be said before the last one is written.
    """
    book = xlsxwriter.Workbook(file, OPTIONS)
    page = book.add_worksheet(wording.sheet)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, total, len(COLUMNS) - 1)
    text, date = book.add_format({"num_format": "@"}), book.add_format({"num_format": DATES})
    head = book.add_format({"bold": True, "num_format": "@"})
    formats = {Kind.INSTANT: date, Kind.NUMBER: None, Kind.COUNT: None}
    for at, column in enumerate(COLUMNS):
        page.set_column(at, at, column.width, formats.get(column.kind, text))
    for at, column in enumerate(COLUMNS):
        page.write_string(0, at, wording.heads[column.name], head)
    writers = [_writer(page, column, wording, {"text": text, "date": date}) for column in COLUMNS]
    number = 0
    for rows in batches:
        for row in rows:
            number += 1
            for at, value in enumerate(row):
                if value is not None:
                    writers[at](number, at, value)
    book.close()


def _writer(page: Any, column: Column, wording: Wording, formats: dict[str, Any]) -> Write:
    text, date = formats["text"], formats["date"]
    match column.kind:
        case Kind.INSTANT:
            return lambda row, at, value: page.write_number(row, at, value, date)
        case Kind.NUMBER | Kind.COUNT:
            write: Write = page.write_number
            return write
        case Kind.WORD:
            words = wording.words[column.words]
            return lambda row, at, value: page.write_string(row, at, words.get(value, value), text)
        case Kind.FLAG:
            return lambda row, at, value: page.write_string(row, at, wording.flags[value], text)
        case _:
            return lambda row, at, value: page.write_string(row, at, value, text)
