"""`./fieldgrid tables`: the tables of the administration as files, out and in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from app.administration.errors import TableRefused
from app.administration.rules.comparing import Mode, differences
from app.administration.rules.sheets import CellFault
from app.administration.rules.writing import csv_of
from app.administration.service.files import MAX_FILE_BYTES, cells_of
from app.administration.service.importing import MOST_FAULTS, Order, Outcome, hand_in, rows_of
from app.administration.service.registry import TABLES, table_of
from app.administration.service.work import Hand
from app.administration.service.workbooks import workbook_of
from app.cli.system import explained
from app.core import clock
from app.core.config import config
from app.core.db import read_unit, unit_of_work

TABLE = click.Choice(list(TABLES))
SHOWN = 50


def _hand() -> Hand:
    return Hand(None, clock.now(), ZoneInfo(config().city_tz))


@click.group()
def tables() -> None:
    """Organisations, people, grants, types, rules, calendars… as CSV or XLSX files."""


@tables.command("list")
def list_() -> None:
    """Show which tables there are and what they hold."""
    for name, table in TABLES.items():
        click.echo(f"{name:22}{table.sheet.label}: {table.sheet.help_en}")


@tables.command("export")
@click.argument("table", type=TABLE, metavar="TABLE")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(table: str, file: Path) -> None:
    """Write TABLE to FILE: a workbook where its name ends in .xlsx, else CSV."""
    found = table_of(table)
    with explained(), read_unit() as session:
        rows = rows_of(session, found, _hand())
    if file.suffix.lower() == ".xlsx":
        with workbook_of(found.sheet, rows) as book:
            file.write_bytes(book.read())
    else:
        file.write_bytes(b"".join(csv_of(found.sheet, rows)))
    click.echo(f"{len(rows)} rows of {table} are in {file}")


@tables.command("import")
@click.argument("table", type=TABLE, metavar="TABLE")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "applied", is_flag=True, help="Change the table; without it only say what would change.")
@click.option("--replace", is_flag=True, help="End the rows that the file lacks; without it they stay.")
def import_(table: str, file: Path, *, applied: bool, replace: bool) -> None:
    """Compare FILE (CSV or XLSX) with TABLE and, with --apply, change the table; exit 1 when the file has faults."""
    found = table_of(table)
    if file.stat().st_size > MAX_FILE_BYTES:
        raise click.ClickException(f"{file} has more than {MAX_FILE_BYTES} bytes: split it.")
    order = Order(Mode.REPLACE if replace else Mode.MERGE, dry_run=not applied)
    with explained():
        cells = cells_of(file.read_bytes(), found.sheet)
        try:
            with unit_of_work() as session:
                outcome = hand_in(session, found, cells, order, _hand())
        except TableRefused as refused:
            _tell_faults([CellFault(**one) for one in refused.facts["faults"]])
            raise
    _tell(outcome)
    if outcome.faults:
        raise SystemExit(1)


def _tell_faults(faults: Sequence[CellFault]) -> None:
    for row, column, detail in faults[:MOST_FAULTS]:
        place = " ".join([*([f"row {row}"] if row is not None else []), *([column] if column else [])])
        click.echo(f"FAULT {place}: {detail}" if place else f"FAULT {detail}")


def _tell(outcome: Outcome) -> None:
    changes = outcome.changes
    _tell_faults(outcome.faults)
    for one in differences(outcome.sheet, changes, SHOWN):
        key = " ".join(cell for cell in one.key.values() if cell)
        click.echo(f"  {key}: {one.column}: {one.before or '-'} → {one.after or '-'}")
    would = "would be " if outcome.order.dry_run else ""
    click.echo(
        f"{outcome.rows} rows: {len(changes.added)} {would}added, {len(changes.changed)} {would}changed, "
        f"{len(changes.ended)} {would}ended, {changes.unchanged} unchanged; {len(outcome.faults) or 'no'} faults"
    )
    if outcome.order.dry_run and not outcome.faults and not changes.nothing:
        click.echo("nothing was changed: add --apply to do it")
