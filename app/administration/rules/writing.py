"""A sheet as a CSV file: what a spreadsheet opens without asking, and never computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from app.administration.rules.cells import guarded
from app.administration.rules.sheets import Row, Sheet

BOM = "\ufeff"
ROWS_AT_ONCE = 500


def csv_of(sheet: Sheet, rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with a byte order mark, so that Excel takes it for what it is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(BOM)
    writer.writerow(sheet.names)
    for count, row in enumerate(rows, start=1):
        writer.writerow([guarded(row[name]) for name in sheet.names])
        if count % ROWS_AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
