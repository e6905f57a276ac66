"""A sheet as an XLSX workbook: the rows, with what each column may hold beside it, and a second sheet that explains."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import IO, Any

import xlsxwriter

from app.administration.rules.sheets import Column, Kind, Row, Sheet

# A list of choices stands in the cell's rule itself, where Excel has room for so many characters.
ROOM_FOR_CHOICES = 255
LAST_ROW = 1_048_575
HELP = "说明 help"
_WIDTHS = {Kind.TEXT: 24, Kind.WORDS: 24, Kind.HOURS: 26, Kind.INSTANT: 27}


def workbook_of(sheet: Sheet, rows: Iterable[Row]) -> IO[bytes]:
    """The workbook as an open file at its beginning; it vanishes when closed. Every cell is text, never a formula."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the caller reads it out and closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    _write_rows(book, sheet, rows)
    _write_help(book, sheet)
    book.close()
    file.seek(0)
    return file


def _write_rows(book: Any, sheet: Sheet, rows: Iterable[Row]) -> None:
    page = book.add_worksheet(sheet.name)
    text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, _WIDTHS.get(column.kind, 16), text)
    for at, column in enumerate(sheet.columns):
        page.write_string(0, at, column.name, head)
        page.write_comment(0, at, _comment(column), {"x_scale": 2, "y_scale": 1.5})
        _offer_choices(page, at, column)
    page.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for at, name in enumerate(sheet.names):
            if row[name]:
                page.write_string(number, at, row[name], text)


def _offer_choices(page: Any, at: int, column: Column) -> None:
    choices = column.choices
    if not choices or column.kind is Kind.WORDS or len(",".join(choices)) > ROOM_FOR_CHOICES:
        return
    rule = {"validate": "list", "source": list(choices), "ignore_blank": not column.required}
    page.data_validation(1, at, LAST_ROW, at, rule)


def _comment(column: Column) -> str:
    lines = [column.label, column.help_zh, column.help_en]
    return "\n".join([*lines, *([" | ".join(column.choices)] if column.choices else [])])


def _write_help(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(HELP)
    wrapped, head = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
    page.set_column(0, 3, 20, wrapped)
    page.set_column(4, 5, 60, wrapped)
    page.write_row(0, 0, [sheet.label, sheet.name], head)
    page.write_row(1, 4, [sheet.help_zh, sheet.help_en])
    page.write_row(2, 4, [sheet.ending_zh or "本表的行不能终止", sheet.ending_en or "rows of this table cannot end"])
    page.write_row(4, 0, ["列名 column", "含义 meaning", "必填 required", "取值 values", "说明", "help"], head)
    for number, column in enumerate(sheet.columns, start=5):
        needed = "是 yes" if column.required else ""
        values = " | ".join(column.choices) or column.kind.value
        page.write_row(number, 0, [column.name, column.label, needed, values, column.help_zh, column.help_en])
