"""Files as spreadsheets save them, and handing them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.administration.rules.comparing import Mode
from app.administration.rules.sheets import Row, Sheet
from app.administration.service.files import cells_of
from app.administration.service.importing import Order, Outcome, hand_in, rows_of
from app.administration.service.registry import TABLES
from app.administration.service.work import Hand
from app.administration.service.workbooks import workbook_of
from app.core.models import AdminChange

SHANGHAI = ZoneInfo("Asia/Shanghai")


def hand(now: datetime, actor_id: UUID | None = None) -> Hand:
    return Hand(actor_id, now, SHANGHAI)


def rows(session: Session, table: str, now: datetime) -> list[dict[str, str]]:
    """The rows of a table as its file shows them."""
    return [dict(row) for row in rows_of(session, TABLES[table], hand(now))]


def a_csv(rows: Sequence[Row], columns: Iterable[str] | None = None, encoding: str = "utf-8-sig") -> bytes:
    """A file with these rows, as a spreadsheet saves it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns or rows[0]), extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def a_workbook(cells: Sequence[Sequence[Any]], name: str = "Sheet1") -> bytes:
    """A workbook whose cells have the kinds of their values: numbers, days, truth values."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(name)
    for number, row in enumerate(cells):
        for at, cell in enumerate(row):
            page.write(number, at, cell)
    book.close()
    return data.getvalue()


def take(
    session: Session, table: str, data: bytes, now: datetime, *, actor_id: UUID | None = None, **order: Any
) -> Outcome:
    """Hand a file in; a dry run unless said otherwise."""
    found = TABLES[table]
    mode = Mode(order.pop("mode", "merge"))
    return hand_in(session, found, cells_of(data, found.sheet), Order(mode, **order), hand(now, actor_id))


def put(session: Session, table: str, rows: Sequence[Row], now: datetime, **order: Any) -> Outcome:
    """Hand these rows in and apply them."""
    return take(session, table, a_csv(rows), now, dry_run=False, **order)


def said(outcome: Outcome) -> dict[str, int]:
    changes = outcome.changes
    return {"added": len(changes.added), "changed": len(changes.changed), "ended": len(changes.ended)}


def places(outcome: Outcome) -> list[tuple[int | None, str | None]]:
    """Where the faults are."""
    return [(fault.row, fault.column) for fault in outcome.faults]


def edited(rows: Sequence[Mapping[str, str]], at: int, **cells: str) -> list[dict[str, str]]:
    """The rows with other cells in one of them."""
    return [{**row, **cells} if i == at else dict(row) for i, row in enumerate(rows)]


def a_book(sheet: Sheet, rows: Sequence[Row]) -> bytes:
    """The rows as an exported workbook."""
    with workbook_of(sheet, rows) as book:
        return book.read()


def changes(session: Session) -> list[AdminChange]:
    """The record, the newest change last."""
    return list(session.scalars(select(AdminChange).order_by(AdminChange.id)))


def noted(session: Session, begun: int) -> list[tuple[str, str]]:
    return [(one.action, one.subject) for one in changes(session)[begun:]]
