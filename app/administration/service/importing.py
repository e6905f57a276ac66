"""Tables out to files and in again: checked as a whole, compared with what is there, applied whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from sqlalchemy.orm import Session

from app.administration.errors import TableChanged, TableRefused
from app.administration.queries.locks import lock_table
from app.administration.rules.comparing import Changes, Difference, Mode, compare, differences
from app.administration.rules.reading import Cells, Reading, read_rows
from app.administration.rules.sheets import CellFault, Key, Line, Row, Sheet
from app.administration.service.work import Hand, Present, Table, Work
from app.core.errors import Fault

MOST_FAULTS = 200
# It stands in refusals as well, and programs in browsers read whole numbers exactly up to 2^53.
_STAMPS = 10**15


class Order(NamedTuple):
    """How a file is to be taken. expected: the stamp of the table on which it is based; None is any."""

    mode: Mode = Mode.MERGE
    dry_run: bool = True
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file, or would. stamp: of the table as it is now."""

    sheet: Sheet
    order: Order
    rows: int
    changes: Changes
    faults: Sequence[CellFault]
    differences: Sequence[Difference]
    stamp: int


def rows_of(session: Session, table: Table, hand: Hand) -> list[Row]:
    """The rows of a table in their stable order."""
    return [one.row for one in _present(session, table, hand).values()]


def _present(session: Session, table: Table, hand: Hand) -> dict[Key, Present]:
    found = table.read(session, hand)
    tidy = [one._replace(row={name: _tidy(cell) for name, cell in one.row.items()}) for one in found]
    return {table.sheet.key_of(one.row): one for one in tidy}


def _tidy(cell: str) -> str:
    """Spaces around a cell and the kind of its line ends get lost in spreadsheets: they say nothing."""
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


def stamp_of(rows: Sequence[Row]) -> int:
    """A number that says which state of a table this is: equal as long as every cell is, whoever changed it how."""
    digest = hashlib.sha256(orjson.dumps([list(row.values()) for row in rows])).digest()
    return int.from_bytes(digest[:8], "big") % _STAMPS


def hand_in(session: Session, table: Table, cells: Sequence[Cells], order: Order, hand: Hand) -> Outcome:
    """Check a file and, unless it is a dry run, apply it in this session.

    A dry run does everything that an import does and takes it back, so that it finds what the import would find.
    Raises: TableRefused (not a dry run) with every fault; TableChanged when the table is not as it was expected.
    """
    lock_table(session, table.sheet.name)
    table.lock(session)
    present = _present(session, table, hand)
    stamp = stamp_of([one.row for one in present.values()])
    if order.expected not in {None, stamp}:
        raise TableChanged(
            f"The table {table.sheet.name} changed since it was exported: export it again and repeat your changes.",
            version=stamp,
        )
    reading, changes = _compared(session, table, cells, present, order, hand)
    faults = [*reading.faults, *changes.faults]
    if not faults and not changes.nothing:
        faults = _carried_out(session, table, Work(table.sheet, present, changes, hand), dry_run=order.dry_run)
    faults.sort(key=lambda fault: (fault.row is None, fault.row or 0))
    if faults and not order.dry_run:
        raise _refused(table.sheet, reading.rows, faults)
    if not order.dry_run and not changes.nothing:
        stamp = stamp_of(rows_of(session, table, hand))
    return Outcome(table.sheet, order, reading.rows, changes, faults, differences(table.sheet, changes), stamp)


def _compared(
    session: Session, table: Table, cells: Sequence[Cells], present: Mapping[Key, Present], order: Order, hand: Hand
) -> tuple[Reading, Changes]:
    rows = {key: one.row for key, one in present.items()}
    reading = read_rows(table.sheet, cells, rows, hand.zone)
    lines = table.settle(session, reading.lines, present, hand)
    _find_twins(table.sheet, reading, lines)
    # A row that could not be read is there all the same: it must not count as left out.
    mode = Mode.MERGE if reading.faults else order.mode
    return reading, compare(table.sheet, rows, lines, mode)


def _find_twins(sheet: Sheet, reading: Reading, lines: Sequence[Line]) -> None:
    """Lines that mean the same row once what they left open was settled."""
    seen: dict[Key, int] = {}
    for line in lines:
        first = seen.setdefault(sheet.key_of(line.row), line.number)
        if first != line.number:
            reading.faults.append(CellFault(line.number, sheet.keys[0], f"row {first} is about the same: keep one"))


def _carried_out(session: Session, table: Table, work: Work, *, dry_run: bool) -> list[CellFault]:
    with session.begin_nested() as rehearsal:
        table.apply(session, work)
        session.flush()
        if dry_run:
            rehearsal.rollback()
    return work.faults


def _refused(sheet: Sheet, rows: int, faults: Sequence[CellFault]) -> TableRefused:
    first = faults[0]
    place = ", ".join(
        ([f"row {first.row}"] if first.row is not None else []) + ([first.column] if first.column is not None else [])
    )
    refused = TableRefused(
        f"Nothing was changed. Faults: {len(faults)}, the first{f' in {place}' if place else ''}: {first.detail}.",
        faults=[
            Fault(f"/file/{fault.row or 0}/{fault.column or ''}".rstrip("/"), fault.detail)
            for fault in faults[:MOST_FAULTS]
        ],
        table=sheet.name,
        rows=rows,
    )
    refused.facts["faults"] = [fault._asdict() for fault in faults[:MOST_FAULTS]]
    return refused
