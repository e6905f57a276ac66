"""An XLSX workbook becomes cells of text, in a process of its own: a small file may unpack to a huge one.

Cells are read as the values that stand in them, formulas as what they came to. What the two processes say to each other
is a length, the file, and JSON.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, time
from typing import IO, Any

import python_calamine

from app.administration.rules.cells import plain
from app.administration.rules.reading import MOST_COLUMNS, MOST_ROWS

MOST_UNPACKED_BYTES = 512 * 1024 * 1024


class NoWorkbook(Exception):
    """The bytes are no workbook that is read here; says why."""


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Read one workbook after the other until the stream ends.

    Shape:  in: 8 bytes of length (big endian), as many bytes of JSON with the names of the wanted sheet; the same for
            the file. Out: 8 bytes of length, JSON.
    """
    while len(head := incoming.read(8)) == 8:
        wanted = json.loads(incoming.read(int.from_bytes(head, "big")))
        data = incoming.read(int.from_bytes(incoming.read(8), "big"))
        try:
            found: dict[str, Any] = {"cells": cells_of(data, wanted)}
        except NoWorkbook as refused:
            found = {"refused": str(refused)}
        except MemoryError:
            found = {"refused": "it needs too much memory: send fewer rows, or CSV"}
        answer = json.dumps(found).encode()
        outgoing.write(len(answer).to_bytes(8, "big") + answer)
        outgoing.flush()


def ask(data: bytes, wanted: list[str], to: IO[bytes], answers: IO[bytes]) -> list[list[str]]:
    """The other end of `serve`: the cells of the wanted sheet.

    Raises: NoWorkbook; EOFError and OSError when the process is gone.
    """
    names = json.dumps(wanted).encode()
    to.write(len(names).to_bytes(8, "big") + names + len(data).to_bytes(8, "big") + data)
    to.flush()
    head = answers.read(8)
    if len(head) < 8:
        raise EOFError
    found = json.loads(answers.read(int.from_bytes(head, "big")))
    if "refused" in found:
        raise NoWorkbook(found["refused"])
    cells: list[list[str]] = found["cells"]
    return cells


def cells_of(data: bytes, wanted: list[str]) -> list[list[str]]:
    """The cells of the first sheet with one of these names, or else of the first sheet.

    Raises: NoWorkbook.
    """
    _check_size(data)
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as book:
            names = book.sheet_names
            name = next((one for one in wanted if one in names), names[0])
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > MOST_ROWS + 1 or sheet.total_width > MOST_COLUMNS:
                message = f"the sheet has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
                raise NoWorkbook(message)
            rows = sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError, ValueError) as broken:
        message = f"it is no workbook that can be read ({broken}): save it anew as .xlsx, or as CSV"
        raise NoWorkbook(message) from broken
    return [[_text(cell) for cell in row] for row in rows]


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as broken:
        message = "the file is damaged: save it anew as .xlsx, or as CSV"
        raise NoWorkbook(message) from broken
    if unpacked > MOST_UNPACKED_BYTES:
        message = f"it unpacks to {unpacked} bytes, at most {MOST_UNPACKED_BYTES} are read: send fewer rows"
        raise NoWorkbook(message)


def _text(cell: Any) -> str:
    """A cell as one would have typed it: codes that became numbers without a decimal point, dates as 2026-03-10."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat("minutes") if isinstance(cell, time) else str(cell)


def _number(cell: float) -> str:
    text = repr(cell)
    return text if text in {"nan", "inf", "-inf"} else plain(text)
