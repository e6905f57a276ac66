"""Figures as files for people: CSV and a workbook of one sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from app.evaluation.rules.summing import Dimension
from app.parts.rules.guarding import guarded

RATE_DIGITS = 6
_PLAIN = frozenset(
    {Dimension.SOURCE, Dimension.STAGE, Dimension.MONTH, Dimension.DAY, Dimension.WEEKDAY, Dimension.HOUR}
)


def summary_table(group_by: Sequence[Dimension], items: Sequence[dict[str, Any]]) -> Iterable[list[Any]]:
    """The head, and a line for each group: code and name apart, numbers as they are."""
    refs = [dimension.value for dimension in group_by if dimension not in _PLAIN]
    if not items:
        yield [name for dimension in group_by for name in _heads(dimension.value, refs)]
        return
    yield [head for name in items[0] for head in _heads(name, refs)]
    for item in items:
        yield [cell for name, value in item.items() for cell in _cells(name, value, refs)]


def _heads(name: str, refs: Sequence[str]) -> list[str]:
    return [f"{name}_code", f"{name}_name"] if name in refs else [name]


def _cells(name: str, value: Any, refs: Sequence[str]) -> list[Any]:
    if name in refs:
        return [None, None] if value is None else [value["code"], value["name"]]
    return [round(value, RATE_DIGITS) if isinstance(value, float) else value]


def csv_of(table: Iterable[Sequence[Any]]) -> bytes:
    """A table as CSV in UTF-8, which spreadsheets know by its first bytes; no cell that people wrote is a formula."""
    body = io.StringIO()
    writer = csv.writer(body)
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in table)
    return body.getvalue().encode("utf-8-sig")


def workbook_of(table: Sequence[Sequence[Any]], name: str) -> bytes:
    """A table as a workbook with one sheet of this name, its head frozen, rates as percentages."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name)
        bold, share = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "0.00%"})
        for column, head in enumerate(table[0]):
            sheet.write_string(0, column, head, bold)
            sheet.set_column(column, column, max(10, len(head) + 2), share if head.endswith("_rate") else None)
        for line, row in enumerate(table[1:], 1):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(table) - 1, 1), max(len(table[0]) - 1, 0))
    return body.getvalue()
