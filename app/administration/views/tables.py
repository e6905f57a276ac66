"""Tables as files over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any
from zoneinfo import ZoneInfo

from flask import Response

from app.administration.errors import TableTooLarge
from app.administration.rules.comparing import Mode
from app.administration.rules.sheets import Row, Sheet
from app.administration.rules.writing import csv_of
from app.administration.schemas import TableForm, TableImportOut, TablePath, TablesOut
from app.administration.service.files import MAX_FILE_BYTES, cells_of
from app.administration.service.importing import MOST_FAULTS, Order, Outcome, hand_in, rows_of, stamp_of
from app.administration.service.registry import TABLES, table_of
from app.administration.service.work import Hand
from app.administration.service.workbooks import workbook_of
from app.administration.views.blueprint import administration
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit
from app.core.http import answer, if_match_given, json_response, write_unit
from app.core.intake import takes
from app.core.schemas import problems

# Room for the boundaries, headers and other fields of a multipart body.
FORM_BYTES = MAX_FILE_BYTES + 65_536
PIECE = 65_536
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_CSV: dict[str | int, Any] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
AS_XLSX: dict[str | int, Any] = {
    200: {"description": "The table", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


@administration.get("/tables", operation_id="list_tables", responses={200: TablesOut, **problems(401, 403)})
@needs("tables.admin")
def list_tables() -> Response:
    """The tables that can be had and given as files, with what each column may hold"""
    items = [_described(table.sheet) for table in TABLES.values()]
    return json_response(TablesOut.model_validate({"items": items}))


@administration.get(
    "/tables/<table>.csv", operation_id="export_table_csv", responses={**AS_CSV, **problems(401, 403, 404)}
)
@needs("tables.admin")
def export_table_csv(path: TablePath) -> Response:
    """A table as CSV in UTF-8; cells that a spreadsheet would compute are guarded by an apostrophe"""
    sheet, rows = _rows(path.table)
    return _as_file(csv_of(sheet, rows), "text/csv; charset=utf-8", f"{sheet.name}.csv", version=stamp_of(rows))


@administration.get(
    "/tables/<table>.xlsx", operation_id="export_table_xlsx", responses={**AS_XLSX, **problems(401, 403, 404)}
)
@needs("tables.admin")
def export_table_xlsx(path: TablePath) -> Response:
    """A table as an XLSX workbook, with the choices of each column and a sheet that explains"""
    sheet, rows = _rows(path.table)
    return _as_file(_pieces(workbook_of(sheet, rows)), XLSX, f"{sheet.name}.xlsx", version=stamp_of(rows))


@administration.post(
    "/tables/<table>",
    operation_id="import_table",
    responses={200: TableImportOut, **problems(401, 403, 404, 409, 412, 413, 415, 503)},
)
@needs("tables.admin")
@takes("multipart/form-data", max_bytes=FORM_BYTES, refusal=TableTooLarge)
def import_table(path: TablePath, form: TableForm) -> Response:
    """Say what a file would change, and why it cannot where it cannot; with `dry_run=false` change it, or nothing

    `If-Match` with the ETag of the export keeps one from undoing what somebody else changed since.
    """
    table = table_of(path.table)
    order = Order(Mode(form.mode), form.dry_run, if_match_given())
    data = form.file.stream.read()
    form.file.stream.seek(0)
    cells = cells_of(data, table.sheet)
    with write_unit() as session:
        outcome = hand_in(session, table, cells, order, _hand())
        return answer(session, _told(outcome), version=outcome.stamp)


def _hand() -> Hand:
    return Hand(current_principal().id, clock.now(), ZoneInfo(config().city_tz))


def _rows(name: str) -> tuple[Sheet, list[Row]]:
    table = table_of(name)
    with read_unit() as session:
        return table.sheet, rows_of(session, table, _hand())


def _as_file(pieces: Iterator[bytes], mimetype: str, name: str, *, version: int) -> Response:
    headers = {
        "ETag": f'"{version}"',
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(pieces, content_type=mimetype, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _described(sheet: Sheet) -> dict[str, Any]:
    columns = [{**asdict(column), "allowed": list(column.choices)} for column in sheet.columns]
    return {**asdict(sheet), "ends": sheet.ends, "columns": columns}


def _told(outcome: Outcome) -> TableImportOut:
    changes = outcome.changes
    return TableImportOut.model_validate(
        {
            "table": outcome.sheet.name,
            "dry_run": outcome.order.dry_run,
            "mode": outcome.order.mode,
            "rows": outcome.rows,
            "added": len(changes.added),
            "changed": len(changes.changed),
            "ended": len(changes.ended),
            "unchanged": changes.unchanged,
            "faults": outcome.faults[:MOST_FAULTS],
            "differences": outcome.differences,
        }
    )
